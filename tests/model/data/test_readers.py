"""Every kind of data file gives the same reviews."""

from pathlib import Path

import pandas as pd
import pytest

from model.data import glove, readers
from model.data.errors import DataError

TEXTS = ["A fine film, truly.", 'Dull, "long" and dull.', "None"]


def test_parquet_csv_tsv_and_jsonl_agree(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": TEXTS, "label": [1, 0, 1], "movie": ["tt1", "tt2", "tt1"]})
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    for name in ("a.parquet", "a.csv", "a.tsv", "a.jsonl"):
        found = readers.read(tmp_path / name)
        assert found.texts == TEXTS, name
        assert found.labels.tolist() == [1, 0, 1], name
        assert found.movies == ["tt1", "tt2", "tt1"], name
        assert found.hashes == [readers.norm_hash(text) for text in TEXTS], name


def test_kaggle_csv(tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text('review,sentiment\n"Good, ""so"" good",positive\nBad,negative\n', encoding="utf-8")
    found = readers.read(tmp_path / "k.csv")
    assert found.texts == ['Good, "so" good', "Bad"]
    assert found.labels.tolist() == [1, 0]
    assert found.movies == ["", ""]


def test_acl_imdb_folder(tmp_path: Path) -> None:
    for name, files in {"pos": ["0_9", "1_7"], "neg": ["0_2"], "unsup": ["0_0"]}.items():
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / f"{file}.txt").write_text(f"{name} {file}", encoding="utf-8")
    urls = "http://www.imdb.com/title/tt0453418/usercomments\nhttp://www.imdb.com/title/tt0064354/usercomments\n"
    (tmp_path / "urls_pos.txt").write_text(urls, encoding="utf-8")
    found = readers.read(tmp_path)
    assert found.texts == ["pos 0_9", "pos 1_7", "neg 0_2", "unsup 0_0"]
    assert found.labels.tolist() == [1, 1, 0, readers.UNLABELLED]
    assert found.movies == ["tt0453418", "tt0064354", "", ""]
    assert len(readers.labelled(found)) == 3


def test_copies_share_their_hash() -> None:
    assert readers.norm_hash("It's GOOD!<br />Yes.") == readers.norm_hash("it s good yes")
    assert readers.norm_hash("a") != readers.norm_hash("b")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("no_text.csv", "opinion,label\nx,1\n", "no text column"),
        ("bad_label.csv", "text,label\nx,maybe\n", "neither positive"),
        ("thing.docx", "x", "unknown kind"),
        ("broken.parquet", "x", "cannot be read"),
        ("broken.jsonl", "{", "cannot be read"),
        ("fields.csv", "text,label\na,1\nb,0,0,0\n", "Expected 2 fields in line 3, saw 4"),
        ("quote.csv", 'text,label\n"never closed,1\n', "EOF inside string starting at row 1"),
        ("shifted.csv", "text,label\na, b,1\nc, d,0\n", "more fields than the header"),
        ("empty.csv", "", "cannot be read"),
    ],
)
def test_wrong_files_are_named_plainly(tmp_path: Path, name: str, content: str, words: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        readers.read(tmp_path / name)


def test_a_file_in_another_encoding_is_named_so(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("review,sentiment\ncaf\xe9,positive\n".encode("cp1252"))
    with pytest.raises(DataError, match="not UTF-8"):
        readers.read(tmp_path / "latin.csv")


def test_a_missing_norm_hash_is_computed(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": ["one", "two"], "norm_hash": [None, "stored"]})
    frame.to_parquet(tmp_path / "h.parquet")
    assert readers.read(tmp_path / "h.parquet").hashes == [readers.norm_hash("one"), "stored"]


def test_the_whole_acl_imdb_folder_is_pointed_to_its_train_half(tmp_path: Path) -> None:
    (tmp_path / "train" / "pos").mkdir(parents=True)
    with pytest.raises(DataError, match=r"Name .*train"):
        readers.read(tmp_path)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        readers.read(tmp_path / "none.csv")
    with pytest.raises(DataError, match="does not exist"):
        glove.read(tmp_path / "none.txt", ("a",))
    with pytest.raises(DataError, match="has no pos"):
        readers.read(tmp_path)
