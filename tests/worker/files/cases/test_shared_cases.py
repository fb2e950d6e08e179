"""The file cases of the house, where they lie beside the checkout: each as `inspect` and `score` read it."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from worker.files.errors import FileError
from worker.files.inspection import inspect_file
from worker.files.limits import Limits
from worker.files.score_file import score_file

ROOT = Path(__file__).parents[4]
PACKS = [folder / "shared" / "cases" for folder in (ROOT, ROOT.parent, ROOT.parent.parent)]
PACK = next((folder for folder in PACKS if (folder / "cases.json").exists()), None)
CASES: dict[str, Any] = json.loads((PACK / "cases.json").read_text("utf-8")) if PACK else {"files": [], "dates": []}
LIMITS = Limits(1_000_000, 2 << 30, 100_000)
pytestmark = pytest.mark.skipif(PACK is None, reason="no shared cases beside this checkout")


class Scores:
    """A scorer that reads nothing."""

    def score(self, texts: list[str]) -> list[SimpleNamespace]:
        return [SimpleNamespace(label="positive", probability=0.9, flags=(), model="m", stars=None) for _ in texts]


def checks() -> ModuleType:
    """The checker that lies beside the cases."""
    assert PACK is not None
    spec = importlib.util.spec_from_file_location("shared_cases_check", PACK / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


def seen(file: Path, folder: Path, check: ModuleType) -> Any:
    """What the command line shows of a file, without its processes."""
    try:
        read = inspect_file(file, file.name, limits=LIMITS).as_json()
        inspected = check.Run(0, "", json.dumps(read, ensure_ascii=False))
    except FileError as error:
        read, inspected = {}, check.Run(65, "", str(error))
    out, rejected = folder / "out.jsonl", folder / "rejected.csv"
    try:
        score_file(file, Scores(), limits=LIMITS, output=out, format="jsonl", rejected=rejected)  # type: ignore[arg-type]
        scored = check.Run(0, "", "")
    except FileError as error:
        scored = check.Run(65, "", str(error))
    found = check.Seen(read, inspected, scored)
    if out.exists():
        found.records = [json.loads(line) for line in out.read_text("utf-8").split("\n") if line.strip()]
    if rejected.exists():
        found.rejected = [row["code"] for row in csv.DictReader(io.StringIO(rejected.read_text("utf-8")))]
    return found


@pytest.mark.parametrize("case", CASES["files"], ids=[case["id"] for case in CASES["files"]])
def test_files(case: dict[str, Any], tmp_path: Path) -> None:
    assert PACK is not None
    check = checks()
    assert check.file_problems(case["expect"], seen(PACK / case["file"], tmp_path, check)) == []


@pytest.mark.parametrize("case", CASES["dates"], ids=[case["id"] for case in CASES["dates"]])
def test_dates(case: dict[str, Any], tmp_path: Path) -> None:
    check = checks()

    def inspect(file: Path) -> tuple[Any, Any]:
        found = seen(file, tmp_path, check)
        return found.inspect, found.read

    assert check.date_problems(case, SimpleNamespace(home=tmp_path, inspect=inspect)) == []
