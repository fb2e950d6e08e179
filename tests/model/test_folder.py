"""A model folder that is missing, incomplete or damaged is refused in one plain sentence; card and figures agree."""

import json
import shutil
from pathlib import Path

import pytest

from model import SHIPPED, ModelFolderError, Scorer
from model.evaluation import card
from model.serving import model_folder


@pytest.fixture
def copy(tiny_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_folder, tmp_path / "copy"))


def test_a_whole_copy_opens(copy: Path) -> None:
    assert Scorer(copy).version == model_folder.verify(copy)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError, match="does not exist"):
        Scorer(tmp_path / "none")


@pytest.mark.parametrize("name", [*model_folder.WEIGHTS, *model_folder.RECORDS, model_folder.MANIFEST])
def test_incomplete(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ModelFolderError, match=f"incomplete: it has no {name}"):
        Scorer(copy)


@pytest.mark.parametrize("name", [*model_folder.WEIGHTS, *model_folder.RECORDS])
def test_damaged(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(bytes(content))
    with pytest.raises(ModelFolderError, match=f"damaged: {name}"):
        Scorer(copy)


@pytest.mark.parametrize("content", ["", "{}", "[]", "not json"])
def test_broken_manifest(copy: Path, content: str) -> None:
    (copy / model_folder.MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises(ModelFolderError, match="damaged"):
        Scorer(copy)


def test_serving_file_of_another_version(copy: Path) -> None:
    (copy / "serving.json").write_text('{"old": 1}', encoding="utf-8")
    model_folder.seal(copy, "lstm-test")
    with pytest.raises(ModelFolderError, match="another version"):
        Scorer(copy)


def test_the_shipped_card_says_what_its_metrics_file_says() -> None:
    metrics = json.loads((SHIPPED / "metrics.json").read_text(encoding="utf-8"))
    shown = model_folder.read_card(SHIPPED)
    assert shown["metrics"] == metrics
    assert shown["model"] == model_folder.verify(SHIPPED)
    text = (SHIPPED / "CARD.md").read_text(encoding="utf-8")
    assert text == card.render(shown)
    assert f"{100 * metrics['validation']['metrics']['accuracy']:.2f} %" in text
