"""Topic texts: kinds from three files, a fifth held back whatever the spelling, errors that name the file."""

from pathlib import Path

import pandas as pd
import pytest

from model.data import topic_texts
from model.data.errors import DataError
from tests.model.made_up import topics


def test_kinds_come_from_the_columns(tmp_path: Path) -> None:
    pd.DataFrame({"text": ["hello you", "ignored"], "kind": ["chat", "poem"]}).to_parquet(
        tmp_path / "other_texts.parquet"
    )
    pd.DataFrame({"text": ["so fine", "he leaves"], "subjective": [1, 0]}).to_parquet(
        tmp_path / "sentences_subj.parquet"
    )
    pd.DataFrame({"text": ["bad", "so so", "good"], "fine": [0, 2, 4]}).to_parquet(tmp_path / "sentences_sst.parquet")
    found = topic_texts.read(tmp_path)
    assert dict(zip(found.texts, found.kinds, strict=True)) == {
        "hello you": "chat",
        "so fine": "subjective",
        "he leaves": "plot",
        "bad": "critic",
        "so so": "neutral critic",
        "good": "critic",
    }


def test_a_fifth_is_held_back_whatever_the_spelling(tmp_path: Path) -> None:
    topics(tmp_path, 400)
    found = topic_texts.read(tmp_path)
    parts = [found.of("chat", held_back=held) for held in (True, False)]
    assert sum(map(len, parts)) == 400
    assert 40 < len(parts[0]) < 130
    assert {text.lower() for text in parts[0]}.isdisjoint(text.lower() for text in parts[1])
    assert topic_texts.fold("It's FINE!") == topic_texts.fold("its fine")
    # Fixed: another hash would hold back what was fitted on.
    assert [topic_texts.fold(text) for text in ("one", "two", "three", "four")] == FIXED


FIXED = [2, 3, 2, 2]


@pytest.mark.parametrize("name", topic_texts.FILES)
def test_what_is_missing_or_another_file_is_named(tmp_path: Path, name: str) -> None:
    topics(tmp_path, 5)
    pd.DataFrame({"other": [1]}).to_parquet(tmp_path / name)
    with pytest.raises(DataError, match=f"{name} has no columns"):
        topic_texts.read(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(DataError, match=f"has no {name}"):
        topic_texts.read(tmp_path)
