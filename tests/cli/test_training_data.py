"""`reelfeel data`: what is in a file, and what cannot be had; the download itself: tests/model."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_a_report_is_printed_and_written(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "labelled.csv"
    source.write_text("text,label\nA fine film.,1\nA dull film.,0\nA fine film.,1\n")
    output = run("data", "report", str(source), "-o", str(tmp_path / "new" / "figures.json"), "-q")
    assert "labelled.csv" in output
    figures = json.loads((tmp_path / "new" / "figures.json").read_text())
    assert figures["file"].endswith("labelled.csv")


def test_what_cannot_be_read_or_had_has_its_exit_code(run: Run) -> None:
    assert "none.csv" in run("data", "report", "none.csv", code=65)
    assert "imdb" in run("data", "download", "everything", code=2)
