"""Sentences with labels of their own are read, and each is in one part for good."""

from pathlib import Path

import pandas as pd
import pytest

from model.data import labelled_sentences
from model.data.errors import DataError
from model.data.labelled_sentences import DEV, RULES, TRAIN
from tests.model.made_up import sentences_frame


def test_parts_share_no_sentence_and_dev_is_the_files_own(tmp_path: Path) -> None:
    frame = sentences_frame(200, 1)
    frame.to_parquet(tmp_path / "all.parquet")
    found = labelled_sentences.read(tmp_path / "all.parquet")
    assert list(found) == [TRAIN, RULES, DEV]
    assert found[DEV].texts == frame["text"][frame["split"] == "dev"].tolist()
    assert sorted(found[TRAIN].texts + found[RULES].texts) == sorted(frame["text"][frame["split"] == "train"])
    assert 0 < len(found[RULES]) < len(found[TRAIN]) / 3
    # A sentence stays where it is, whatever else is in the file.
    frame[::2].to_parquet(tmp_path / "half.parquet")
    half = labelled_sentences.read(tmp_path / "half.parquet")
    assert set(half[RULES].texts) <= set(found[RULES].texts)


def test_where_weights_learn_from_none_all_are_for_the_rules(tmp_path: Path) -> None:
    sentences_frame(200, 1).to_parquet(tmp_path / "all.parquet")
    both = labelled_sentences.read(tmp_path / "all.parquet")
    found = labelled_sentences.read(tmp_path / "all.parquet", learned=False)
    assert list(found) == [RULES, DEV]
    assert sorted(found[RULES].texts) == sorted(both[TRAIN].texts + both[RULES].texts)
    assert found[DEV].texts == both[DEV].texts


def test_sides(tmp_path: Path) -> None:
    frame = sentences_frame(200, 1)
    frame.to_parquet(tmp_path / "all.parquet")
    dev = labelled_sentences.read(tmp_path / "all.parquet")[DEV]
    assert dev.sides.tolist() == [(0.0, 0.0, 0.5, 1.0, 1.0)[fine] for fine in frame["fine"][frame["split"] == "dev"]]
    decided = dev.take(dev.decided)
    assert len(decided) == 32
    assert decided.decided.all()


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"text": ["a"], "split": ["train"]}),
        sentences_frame(200, 1).assign(fine=5),
        sentences_frame(200, 1).assign(split="test"),
        sentences_frame(200, 1).assign(fine=4),
    ],
    ids=["no labels", "a label of six", "a part of three", "one side"],
)
def test_wrong_files(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.to_parquet(tmp_path / "wrong.parquet")
    with pytest.raises(DataError, match=r"wrong\.parquet"):
        labelled_sentences.read(tmp_path / "wrong.parquet")
    with pytest.raises(DataError, match=r"none\.parquet"):
        labelled_sentences.read(tmp_path / "none.parquet")
