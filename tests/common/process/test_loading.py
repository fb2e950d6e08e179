"""While libraries are loaded nobody looks for garbage; afterwards somebody does, and not in them."""

from __future__ import annotations

import gc

import pytest

from common.process.loading import loading


def test_python_looks_for_no_garbage_inside_and_for_some_after(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []
    monkeypatch.setattr(gc, "freeze", lambda: kept.append(1))  # what is alive here now is other tests'
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert kept == [1]
    with pytest.raises(ImportError), loading():
        raise ImportError("no such library")
    assert gc.isenabled()
