"""Encodings: which are read, which are refused rather than misread."""

from __future__ import annotations

import json

import pytest

from tests.worker.files.helpers import (
    csv_bytes,
    read,
    texts,
)
from worker.files import errors


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ".jsonl", ".json"])
def test_encodings(encoding: str, suffix: str) -> None:
    words = ["Schöner Film – sehr „gut“", "café naïve €"]
    if suffix == ".jsonl":
        content = "".join(json.dumps(word, ensure_ascii=False) + "\n" for word in words)
    elif suffix == ".json":
        content = json.dumps(words, ensure_ascii=False)
    else:
        content = "\n".join(([] if suffix == ".txt" else ["review"]) + words)
    bom = "\ufeff" if encoding == "utf-16-be" else ""
    assert texts((bom + content).encode(encoding), f"a{suffix}") == words


def test_right_to_left_and_emoji() -> None:
    words = ["فيلم رائع جدا", "סרט נהדר", "👍🏽👨‍👩‍👧", "\u202eevil\u202c"]
    assert texts(csv_bytes("review", *words), "a.csv") == words


RUSSIAN = "Очень хороший фильм, мне всё понравилось"


FOREIGN = {
    "utf-16-le": RUSSIAN, "utf-16-be": RUSSIAN, "utf-32": RUSSIAN, "cp1251": RUSSIAN, "koi8-r": RUSSIAN,
    "iso8859-5": RUSSIAN, "cp866": RUSSIAN, "cp1253": "Πολύ καλή ταινία", "shift_jis": "とても良い映画",
    "euc_jp": "とても良い映画でした", "iso2022_jp": "とても良い映画でした", "gb18030": "这部电影非常好看我很喜欢",
    "big5": "這部電影非常好看我很喜歡", "euc_kr": "정말 좋은 영화였습니다", "cp1250": "Świetny film, żółć gęślą jaźń",
    "iso8859-2": "Świetny film, żółć gęślą jaźń", "cp850": "Très émouvant, déçu, protégé", "cp500": "A fine film",
    "cp1254": "Çok güzel bir film, oyunculuk çok başarılıydı", "iso8859-9": "Kışın geçen, ağır ama başarılı bir yapım",
}  # fmt: skip


@pytest.mark.parametrize("encoding", sorted(FOREIGN))
def test_other_encodings_are_refused_rather_than_misread(encoding: str) -> None:
    data = ("id,review\n" + "".join(f'{i},"{FOREIGN[encoding]}"\n' for i in range(10))).encode(encoding)
    with pytest.raises(errors.BadEncoding, match="save the file as UTF-8"):
        read(data, "a.csv")


@pytest.mark.parametrize("mark", ["2b2f7638", "2b2f762f", "84319533", "0efeff", "fbee28", "f7644c", "dd736673"])
def test_the_mark_of_another_encoding_is_believed(mark: str) -> None:
    """UTF-7, GB 18030, SCSU, BOCU-1, UTF-1, UTF-EBCDIC: what follows would pass for ASCII or Windows-1252."""
    with pytest.raises(errors.BadEncoding):
        read(bytes.fromhex(mark) + b"review\na good film\n", "a.csv")
