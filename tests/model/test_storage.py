"""Arrays on disk: whole, or what was there before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model.storage import write_arrays


def test_arrays_come_back_and_nothing_else_is_left(tmp_path: Path) -> None:
    arrays = {"a": np.arange(6, dtype=np.int16).reshape(2, 3), "b": np.array([0.5], dtype=np.float32)}
    write_arrays(tmp_path / "x.npz", arrays)
    with np.load(tmp_path / "x.npz") as stored:
        assert set(stored) == {"a", "b"}
        for name, array in arrays.items():
            np.testing.assert_array_equal(stored[name], array)
            assert stored[name].dtype == array.dtype
    assert [one.name for one in tmp_path.iterdir()] == ["x.npz"]


def test_a_run_that_is_killed_while_writing_leaves_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_arrays(tmp_path / "x.npz", {"a": np.array([1])})

    def killed(path: Path, **_: object) -> None:
        path.write_bytes(b"PK half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", killed)
    with pytest.raises(KeyboardInterrupt):
        write_arrays(tmp_path / "x.npz", {"a": np.array([2])})
    with np.load(tmp_path / "x.npz") as stored:
        assert stored["a"].tolist() == [1]


def test_objects_that_only_pickle_can_write_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="pickle"):
        write_arrays(tmp_path / "x.npz", {"a": np.array([{}], dtype=object)})
    assert not (tmp_path / "x.npz").exists()
