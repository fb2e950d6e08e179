"""A card rendered anew: the words change, the version and all other files stay."""

import shutil
from pathlib import Path

import pytest

from model import SHIPPED
from model.serving import model_folder
from model.training import render_card


def test_the_card_is_written_and_the_rest_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = Path(shutil.copytree(SHIPPED, tmp_path / "copy"))
    (copy / "CARD.md").write_text("An older wording.\n", encoding="utf-8")
    model_folder.seal(copy, model_folder.verify(SHIPPED))
    assert render_card.main([str(copy)]) == 0
    assert model_folder.verify(SHIPPED) in capsys.readouterr().out
    for file in SHIPPED.iterdir():
        assert (copy / file.name).read_bytes() == file.read_bytes(), file.name


def test_a_damaged_folder_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = Path(shutil.copytree(SHIPPED, tmp_path / "copy"))
    (copy / "CARD.md").write_text("Not what was sealed.\n", encoding="utf-8")
    assert render_card.main([str(copy)]) == 1
    assert "is damaged: CARD.md" in capsys.readouterr().err
    assert (copy / "CARD.md").read_text(encoding="utf-8") == "Not what was sealed.\n"


def test_the_shipped_version_is_the_one_its_files_give() -> None:
    assert model_folder.verify(SHIPPED) == model_folder.version(SHIPPED, "2026.11") == "lstm-2026.11-f18a2e44"
