"""The vocabulary keeps frequent words and survives the disk."""

from collections import Counter
from pathlib import Path

from model.text import vocabulary
from model.text.vocabulary import UNKNOWN, Vocabulary


def test_vocabulary_keeps_frequent_words_and_survives_the_disk(tmp_path: Path) -> None:
    built = vocabulary.build(Counter({"a": 5, "c": 3, "b": 3, "rare": 1}), max_words=3, min_count=2)
    assert built.words == ("a", "b", "c")
    assert len(built) == 5
    assert built.ids(["c", "nothing", "a"]).tolist() == [4, UNKNOWN, 2]
    built.write(tmp_path / "v.txt")
    assert Vocabulary.read(tmp_path / "v.txt").words == built.words
