"""Readers of labelled and unlabelled reviews: Parquet, CSV, TSV, JSONL and aclImdb folders, all into one form."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.data.errors import DataError

TEXT_COLUMNS = ("text", "review", "comment", "body")
LABEL_COLUMNS = ("label", "sentiment")
MOVIE_COLUMNS = ("movie", "film")
UNLABELLED = -1
_LABELS = {
    **dict.fromkeys(("1", "1.0", "pos", "positive", "true"), 1),
    **dict.fromkeys(("0", "0.0", "neg", "negative", "false"), 0),
}
_ALPHANUMERIC = re.compile(r"[a-z0-9]+")
_ANY_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Reviews:
    """n reviews in file order.

    texts: raw; labels: int8 [n], 1 positive, 0 negative, -1 unknown; movies: film id or ""; hashes: `norm_hash`.
    """

    texts: list[str]
    labels: NDArray[np.int8]
    movies: list[str]
    hashes: list[str]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: NDArray[np.int64]) -> "Reviews":
        """The reviews with those row numbers, in that order."""
        return Reviews(
            [self.texts[row] for row in rows],
            self.labels[rows],
            [self.movies[row] for row in rows],
            [self.hashes[row] for row in rows],
        )


def words_of(text: str) -> list[str]:
    """The lower-cased words by which copies are known: ASCII ones, or all when a text is mostly in another script.

    ASCII alone would make copies of any two Russian reviews that say "8/10".
    """
    lowered = text.lower().replace("<br />", " ")
    ascii_words = _ALPHANUMERIC.findall(lowered)
    if lowered.isascii():
        return ascii_words
    words = _ANY_WORD.findall(lowered)
    return words if 2 * sum(map(len, ascii_words)) < sum(map(len, words)) else ascii_words


def norm_hash(text: str) -> str:
    """sha1[:16] of `words_of`: equal for copies that differ in case, spacing or punctuation."""
    words = " ".join(words_of(text)).encode("utf-8", errors="surrogatepass")
    return hashlib.sha1(words, usedforsecurity=False).hexdigest()[:16]


def column(frame: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    """The frame's own name of the first of `names` (lower case) that it has, in any case; None when it has none."""
    lowered = {str(column).strip().lower(): str(column) for column in reversed(frame.columns)}
    return next((lowered[name] for name in names if name in lowered), None)


def _label(value: object, row: int) -> int:
    name = str(value).strip().lower()
    if name in ("", "nan", "none", "<na>", "-1", "unsup"):
        return UNLABELLED
    if name not in _LABELS:
        raise DataError(f"Row {row + 1}: the label {name[:40]!r} is neither positive/pos/1 nor negative/neg/0.")
    return _LABELS[name]


def _from_frame(frame: pd.DataFrame, path: Path) -> Reviews:
    text = column(frame, TEXT_COLUMNS)
    if text is None:
        raise DataError(f"{path} has no text column: one named {', '.join(TEXT_COLUMNS)} is needed.")
    label, movie = column(frame, LABEL_COLUMNS), column(frame, MOVIE_COLUMNS)
    texts = [value if isinstance(value, str) else "" for value in frame[text].tolist()]
    values = frame[label].tolist() if label else [UNLABELLED] * len(texts)
    movies = frame[movie].fillna("").astype(str).tolist() if movie else [""] * len(texts)
    stored = frame["norm_hash"].tolist() if "norm_hash" in frame.columns else [None] * len(texts)
    hashes = [
        copy if isinstance(copy, str) and copy else norm_hash(text) for copy, text in zip(stored, texts, strict=True)
    ]
    labels = np.asarray([_label(value, row) for row, value in enumerate(values)], dtype=np.int8)
    return Reviews(texts, labels, movies, hashes)


def read_frame(path: Path) -> pd.DataFrame:
    """The table in a Parquet, CSV, TSV or JSONL file; `DataError` for another kind, pandas' errors when broken."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return pd.read_parquet(path)
    if suffix in (".csv", ".tsv"):
        # "None" or "NA" is a review somebody wrote, not a missing value.
        separator = "," if suffix == ".csv" else "\t"
        frame = pd.read_csv(path, sep=separator, keep_default_na=False, encoding="utf-8-sig")
        if not isinstance(frame.index, pd.RangeIndex):  # pandas took the first column for an index
            raise DataError(f"{path}: the lines have more fields than the header; quote texts that hold {separator!r}.")
        return frame
    if suffix in (".jsonl", ".ndjson"):
        return pd.read_json(path, lines=True, dtype=False)
    raise DataError(f"{path} is of an unknown kind: Parquet, CSV, TSV, JSONL or an aclImdb folder is needed.")


def _folder_movies(folder: Path) -> dict[str, list[str]]:
    """Film ids by class from aclImdb's `urls_pos.txt` and its like, line number = review number; may be absent."""
    found: dict[str, list[str]] = {}
    for name in ("pos", "neg", "unsup"):
        urls = folder / f"urls_{name}.txt"
        if urls.is_file():
            matches = (re.search(r"tt\d+", line) for line in urls.read_text(encoding="utf-8").splitlines())
            found[name] = [match.group() if match else "" for match in matches]
    return found


def _from_folder(folder: Path) -> Reviews:
    """An aclImdb folder such as `aclImdb/train`: pos/0_9.txt, neg/0_2.txt and, where present, unsup/0_0.txt."""
    movies = _folder_movies(folder)
    rows: list[tuple[str, int, str]] = []
    for name, label in (("pos", 1), ("neg", 0), ("unsup", UNLABELLED)):
        for file in sorted((folder / name).glob("*.txt")):
            number = file.stem.split("_")[0]
            known = movies.get(name, [])
            movie = known[int(number)] if number.isdigit() and int(number) < len(known) else ""
            rows.append((file.read_text(encoding="utf-8", errors="replace"), label, movie))
    if not rows:
        inner = next((name for name in ("train", "aclImdb/train") if (folder / name / "pos").is_dir()), None)
        hint = f" Name {folder / inner}." if inner else ""
        raise DataError(f"The folder {folder} has no pos/*.txt, neg/*.txt or unsup/*.txt.{hint}")
    texts = [text for text, _, _ in rows]
    labels = np.asarray([label for _, label, _ in rows], dtype=np.int8)
    return Reviews(texts, labels, [movie for _, _, movie in rows], [norm_hash(text) for text in texts])


def read(path: Path) -> Reviews:
    """All reviews of a Parquet, CSV, TSV or JSONL file, or of an aclImdb folder.

    Raises `DataError` when the file is missing, of an unknown kind, broken, has no text column or an unknown label.
    """
    if not path.exists():
        raise DataError(f"{path} does not exist.")
    kind = "an aclImdb folder" if path.is_dir() else path.suffix.lstrip(".") or "data"
    try:
        return _from_folder(path) if path.is_dir() else _from_frame(read_frame(path), path)
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text: save it as UTF-8.") from error
    except pd.errors.ParserError as error:
        where = re.search(r"Expected \d+ fields in line \d+, saw \d+|EOF inside string starting at row \d+", str(error))
        raise DataError(f"{path} cannot be read as {kind}{f': {where.group()}' if where else ''}.") from error
    except (ValueError, OSError) as error:
        raise DataError(f"{path} cannot be read as {kind}.") from error


def labelled(reviews: Reviews) -> Reviews:
    """Only the rows that have a label."""
    return reviews.take(np.flatnonzero(reviews.labels != UNLABELLED).astype(np.int64))
