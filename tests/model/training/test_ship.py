"""Shipping replaces the folder whole, or not at all."""

from pathlib import Path

import pytest

from model import SHIPPED
from model.serving import model_folder as folder
from model.serving.model_folder import ModelFolderError
from model.training import ship


def test_shipping_replaces_the_folder_whole(tiny_run: Path, tmp_path: Path) -> None:
    target = tmp_path / "shipped"
    target.mkdir()
    (target / "left_over.bin").write_text("old", encoding="utf-8")
    assert ship.run(tiny_run, target) == target
    assert folder.verify(target) == folder.verify(tiny_run / "model")
    assert not (target / "left_over.bin").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shipped"]


def test_a_damaged_run_is_not_shipped(tmp_path: Path) -> None:
    before = folder.verify(SHIPPED)
    with pytest.raises(ModelFolderError, match="does not exist"):
        ship.run(tmp_path)
    assert folder.verify(SHIPPED) == before
