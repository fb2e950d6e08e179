"""docs/walkthrough.ipynb runs from top to bottom on a small sample, and what is committed of it suits everyone."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from tests.fixtures.without_tensorflow import needs_tensorflow
from tests.model.made_up import frame
from tests.model.scenarios import run_notebook


def outputs(notebook: NotebookNode) -> Iterator[dict[str, Any]]:
    """The data of every output, in order."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                yield output["data"]


def texts(found: Iterable[dict[str, Any]]) -> str:
    return "\n".join(data.get("text/plain", "") for data in found)


@needs_tensorflow
@pytest.mark.timeout(600)  # TensorFlow is imported and a network trained: half a minute on an idle machine
def test_the_notebook_tells_its_story() -> None:
    found = run_notebook.shown({"REELFEEL_REVIEWS": "", "REELFEEL_LIMIT": "300"})
    told = texts(found)
    assert "['i', 'do', \"n't\", 'think'" in told
    reviews = re.search(r"accuracy\s+(0\.\d+|1\.0+) \(", told)
    assert reviews is not None
    assert float(reviews.group(1)) > 0.6
    counts = {
        name: int(number) for name, number in re.findall(r"^(rows|positive|negative|uncertain)\s+(\d+)$", told, re.M)
    }
    assert counts["rows"] == 200 == counts["positive"] + counts["negative"] + counts["uncertain"]
    assert sum("image/png" in data for data in found) == 1
    contribution = re.search(r"The acting was superb!\s+(-?\d+\.\d+)", told)
    assert contribution is not None


def test_it_walks_with_own_reviews_too(tmp_path: Path) -> None:
    """In a kernel of its own, as Jupyter runs it."""
    own = tmp_path / "own.parquet"
    frame(120, 5).to_parquet(own)
    # Up to the split: what follows is the same code for any reviews.
    notebook = run_notebook.executed({"REELFEEL_REVIEWS": str(own)}, until="parts = split(reviews)")
    assert re.search(r"^reviews\s+120$", texts(outputs(notebook)), re.M)


def test_what_is_committed_is_small_and_of_no_machine() -> None:
    source = run_notebook.NOTEBOOK.read_text(encoding="utf-8")
    assert len(source) < 200_000
    assert not re.search(r"/(home|root|tmp|work|Users)/|seconds\"|It/s", source)
    notebook = nbformat.reads(source, as_version=4)
    kinds = {output.output_type for cell in notebook.cells for output in cell.get("outputs", [])}
    assert kinds <= {"execute_result", "display_data"}
    assert sum("image/png" in data for data in outputs(notebook)) == 1
    # Run whole and in order.
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
