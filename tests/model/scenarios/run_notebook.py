"""docs/walkthrough.ipynb run from top to bottom; `python -m tests.model.scenarios.run_notebook` writes its outputs."""

import os
from pathlib import Path
from unittest.mock import patch

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOK = Path(__file__).parents[3] / "docs" / "walkthrough.ipynb"
SECONDS = 500
"""A cell may take that long on a busy machine; all of it takes well under a minute on an idle one."""


def executed(environment: dict[str, str] | None = None) -> NotebookNode:
    """The notebook with the outputs of this run; raises nbclient's `CellExecutionError` where a cell fails."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with patch.dict(os.environ, environment or {}):
        NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", record_timing=False).execute(
            cwd=str(NOTEBOOK.parent)
        )
    return notebook


def presentable(notebook: NotebookNode) -> NotebookNode:
    """The notebook as it is committed: without log lines of the libraries and without the machine's Python version."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.output_type != "stream"]
    notebook.metadata.language_info = {"name": "python"}
    return notebook


if __name__ == "__main__":
    found = presentable(executed({"REELFEEL_REVIEWS": ""}))
    nbformat.write(found, NOTEBOOK)
