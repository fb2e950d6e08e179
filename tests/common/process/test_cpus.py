"""Processors of a container are those of its limit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from common.process.cpus import usable_cpus


@pytest.mark.parametrize(
    ("limit", "cpus"), [("150000 100000", 2), ("200000 100000", 2), ("50000 100000", 1), ("max 100000", 8), (None, 8)]
)
def test_the_limit_counts_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str | None, cpus: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(8))
    if limit is not None:
        (tmp_path / "cpu.max").write_text(f"{limit}\n")
    assert usable_cpus(tmp_path / "cpu.max") == cpus
