"""A model folder that is missing, incomplete or damaged is refused in one plain sentence."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from model import SHIPPED, ModelFolderError, Scorer
from model.serving import model_folder
from model.training import ship


def test_shipped_folder_is_small_and_whole() -> None:
    files = [path for path in SHIPPED.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= ship.LARGEST
    assert {path.name for path in files} == {
        *model_folder.WEIGHTS,
        *model_folder.OPTIONAL,
        *model_folder.RECORDS,
        model_folder.MANIFEST,
    }
    assert model_folder.version(SHIPPED, "2026.11").split("-")[2] == model_folder.verify(SHIPPED).split("-")[2]


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


def test_word_scores_are_part_of_the_folder(tiny_folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "copy"))
    name = model_folder.version(copy, "2026.01")
    np.save(copy / model_folder.OPTIONAL[0], np.ones(len(Scorer(copy)._vocabulary), dtype=np.float16))
    assert model_folder.version(copy, "2026.01") != name
    model_folder.seal(copy, name)
    assert model_folder.OPTIONAL[0] in json.loads((copy / model_folder.MANIFEST).read_text(encoding="utf-8"))["sha256"]
    (copy / model_folder.OPTIONAL[0]).unlink()
    with pytest.raises(model_folder.ModelFolderError, match="incomplete: it has no word_scores"):
        Scorer(copy)


def test_what_reads_clauses_changes_no_version_and_counts_where_the_manifest_lists_it(
    tiny_folder: Path, tmp_path: Path
) -> None:
    """Verdicts are stored under the version: those do not change."""
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "copy"))
    name = model_folder.verify(copy)
    np.savez(copy / model_folder.CLAUSES, allow_pickle=False, bound=np.asarray(0.25))
    assert model_folder.version(copy, "2026.01") == model_folder.version(tiny_folder, "2026.01")
    assert model_folder.clause_bound(copy) is None
    model_folder.seal(copy, name)
    assert model_folder.clause_bound(copy) == 0.25
    (copy / model_folder.CLAUSES).write_bytes(b"")
    with pytest.raises(ModelFolderError, match=f"damaged: {model_folder.CLAUSES}"):
        Scorer(copy)


def test_what_reads_many_clauses_comes_with_what_reads_few(copy: Path) -> None:
    np.savez(copy / model_folder.CLAUSES, allow_pickle=False, bound=np.asarray(0.25))
    model_folder.seal(copy, model_folder.verify(copy))
    with pytest.raises(ModelFolderError, match=f"incomplete: it has no {model_folder.CLAUSE_GRAPH}"):
        Scorer(copy)
    (copy / model_folder.CLAUSE_GRAPH).write_bytes(b"nobody vouches for it")
    with pytest.raises(ModelFolderError, match=f"damaged: {model_folder.CLAUSE_GRAPH}"):
        Scorer(copy)


@pytest.mark.parametrize("stored", [b"", b"not an archive", b"PK\x03\x04", {}, {"bound": "x"}, {"bound": [1.0, 2.0]}])
def test_a_bound_of_another_shape(copy: Path, stored: bytes | dict[str, object]) -> None:
    if isinstance(stored, bytes):
        (copy / model_folder.CLAUSES).write_bytes(stored)
    else:
        arrays = {name: np.asarray(value) for name, value in stored.items()}
        np.savez(copy / model_folder.CLAUSES, allow_pickle=False, **arrays)
    (copy / model_folder.CLAUSE_GRAPH).write_bytes(b"")
    model_folder.seal(copy, model_folder.verify(copy))
    with pytest.raises(ModelFolderError, match="made by another version"):
        Scorer(copy)
