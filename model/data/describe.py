"""What is in a data file before anything is trained on it: rows, labels, copies, lengths, odd signs, coverage, split.

The figures are those that decide settings: lengths the token limit, GloVe coverage the tokenizer, the unknown-word
share the size of the vocabulary, copies and films whether a validation figure can be believed.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.config import VocabularyConfig
from model.data import duplicates, glove, readers, splits
from model.data.errors import DataError
from model.data.readers import UNLABELLED, Reviews
from model.text import vocabulary
from model.text.tokens import tokenize

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, what is done and what there is to do."""

_BREAK = re.compile(r"<br\s{0,4}/?\s{0,4}>", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_REPORT_EVERY = 500


def describe(reviews: Reviews, tokens: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Rows, labels, films, duplicates (by `norm_hash`) and lengths in tokens of a set of reviews."""
    return {
        "rows": len(reviews),
        "positive": int((reviews.labels == 1).sum()),
        "negative": int((reviews.labels == 0).sum()),
        "films": len({movie for movie in reviews.movies if movie}),
        "duplicates": len(reviews) - len(set(reviews.hashes)),
        "tokens": lengths(len(row) for row in tokens),
    }


def lengths(counts: Iterable[int]) -> dict[str, Any]:
    """Mean, quantiles and greatest of some lengths; all 0 when there are none."""
    values = np.asarray(list(counts) or [0])
    quantiles = {f"p{q}": int(np.percentile(values, q)) for q in (50, 90, 95, 99)}
    return {"mean": round(float(values.mean()), 1), **quantiles, "longest": int(values.max())}


def coverage(counts: Counter[str], known: Collection[str]) -> float:
    """Share of token occurrences that are in `known` (a set or a mapping); 0 when there are no tokens."""
    total = sum(counts.values())
    return round(sum(number for word, number in counts.items() if word in known) / total, 5) if total else 0.0


def report(
    path: Path,
    *,
    glove_path: Path | None = None,
    words: VocabularyConfig | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> dict[str, Any]:
    """The figures of a data file (Parquet, CSV, TSV, JSONL, or an aclImdb folder), ready for JSON.

    glove_path: GloVe as text or Parquet, for its coverage; words: size of the vocabulary for the unknown-word share.
    About a minute for 50,000 reviews on one core. Raises `DataError` when a file is missing or wrong.
    """
    if glove_path is not None and not glove_path.is_file():
        raise DataError(f"The GloVe file {glove_path} does not exist.")
    progress("reading", 0, 1)
    reviews = readers.read(path)
    progress("reading", 1, 1)
    tokens = _tokenized(reviews.texts, progress)
    counts = vocabulary.count(tokens)
    progress("near-copies", 0, 1)
    near = duplicates.pairs(reviews.texts)
    groups = duplicates.groups(reviews.texts, reviews.hashes)
    parts = splits.split(reviews, groups)
    progress("near-copies", 1, 1)
    return {
        "file": path.name,
        **describe(reviews, tokens),
        "unlabelled": int((reviews.labels == UNLABELLED).sum()),
        "empty": sum(not row for row in tokens),
        "without_film": sum(not movie for movie in reviews.movies),
        "words": lengths(len(text.split()) for text in reviews.texts),
        "with_html_breaks": sum(_BREAK.search(text) is not None for text in reviews.texts),
        "with_control_characters": sum(_CONTROL.search(text) is not None for text in reviews.texts),
        "near_copies": _near_copies(reviews, near, groups),
        "distinct_tokens": len(counts),
        "glove": _glove(glove_path, counts, progress),
        "unknown_words": _unknown_words(tokens, parts, words or VocabularyConfig()),
        "split": _split(reviews, parts, near),
    }


def _tokenized(texts: list[str], progress: Progress) -> list[list[str]]:
    tokens: list[list[str]] = []
    for row, text in enumerate(texts):
        tokens.append(tokenize(text))
        if row % _REPORT_EVERY == 0:
            progress("tokenizing", row, len(texts))
    progress("tokenizing", len(texts), len(texts))
    return tokens


def _near_copies(reviews: Reviews, near: duplicates.Pairs, groups: list[str]) -> dict[str, int]:
    """Pairs and groups of near-copies, exact copies included; `contradicting` pairs have one label of each kind."""
    sizes = duplicates.group_sizes(groups)
    first, second = reviews.labels[near.first], reviews.labels[near.second]
    contradicting = (first != second) & (first != UNLABELLED) & (second != UNLABELLED)
    return {
        "groups": len(sizes),
        "rows": sum(sizes),
        "largest_group": max(sizes, default=0),
        "pairs": len(near),
        "contradicting_pairs": int(contradicting.sum()),
    }


def _glove(path: Path | None, counts: Counter[str], progress: Progress) -> dict[str, Any] | None:
    """Shares of token occurrences and of distinct tokens that GloVe has; None without GloVe."""
    if path is None:
        return None
    progress("GloVe", 0, 1)
    found = glove.read(path, tuple(counts))
    progress("GloVe", 1, 1)
    return {
        "file": path.name,
        "occurrences": coverage(counts, found),
        "distinct_tokens": round(len(found) / len(counts), 5) if counts else 0.0,
        "dimensions": len(next(iter(found.values()))) if found else 0,
    }


def _unknown_words(tokens: list[list[str]], parts: splits.Split, words: VocabularyConfig) -> dict[str, Any]:
    """Shares of token occurrences that a vocabulary counted on the train part does not have, part by part."""
    counts = {name: vocabulary.count(tokens[row] for row in rows) for name, rows in _named(parts)}
    known = set(vocabulary.build(counts["train"], max_words=words.max_words, min_count=words.min_count).words)
    shares = {name: round(1.0 - coverage(found, known), 5) if found else None for name, found in counts.items()}
    return {"max_words": words.max_words, "min_count": words.min_count, "vocabulary": len(known), **shares}


def _split(reviews: Reviews, parts: splits.Split, near: duplicates.Pairs) -> dict[str, Any]:
    """What decides the parts, rows and labels of each, rows dropped as copies, near-copies that are on two sides."""
    side = np.full(len(reviews), -1, dtype=np.int8)
    for number, (_, rows) in enumerate(_named(parts)):
        side[rows] = number
    one, other = side[near.first], side[near.second]
    known = sum(map(bool, reviews.movies))
    by = "film" if known == len(reviews) else "film, else near-copies" if known else "near-copies"
    return {
        "by": by,
        **{name: _labels(reviews.labels[rows]) for name, rows in _named(parts)},
        "dropped_copies": int((side == -1).sum()),
        "near_copies_across": int(((one != other) & (one != -1) & (other != -1)).sum()),
    }


def _named(parts: splits.Split) -> list[tuple[str, NDArray[np.int64]]]:
    return [("train", parts.train), ("dev", parts.dev), ("validation", parts.validation)]


def _labels(labels: NDArray[np.int8]) -> dict[str, int]:
    return {"rows": len(labels), "positive": int((labels == 1).sum()), "negative": int((labels == 0).sum())}


def lines(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Section, name and value of each line of a report, for people."""
    rows = figures["rows"]

    def share(number: int) -> str:
        return f"{number:,} ({number / rows:.2%})" if rows else f"{number:,}"

    found = [("rows", "all", f"{rows:,}")]
    found += [("", name.replace("_", " "), share(figures[name])) for name in ("positive", "negative", "unlabelled")]
    found += [("", "empty", share(figures["empty"]))]
    found += [("films", "all", f"{figures['films']:,}"), ("", "rows without a film", share(figures["without_film"]))]
    near = figures["near_copies"]
    found += [
        ("copies", "exact (by norm_hash)", share(figures["duplicates"])),
        ("", "rows in groups of near-copies", f"{share(near['rows'])} in {near['groups']:,} groups"),
        ("", "largest group", f"{near['largest_group']:,}"),
        ("", "pairs with opposite labels", f"{near['contradicting_pairs']:,} of {near['pairs']:,}"),
    ]
    for unit in ("words", "tokens"):
        of_unit = ", ".join(f"{name} {value:,}" for name, value in figures[unit].items())
        found.append(("lengths" if unit == "words" else "", unit, of_unit))
    found += [
        ("signs", "rows with <br />", share(figures["with_html_breaks"])),
        ("", "rows with control characters", share(figures["with_control_characters"])),
    ]
    return [*found, *_word_lines(figures), *_split_lines(figures["split"])]


def _word_lines(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = [("tokens", "distinct", f"{figures['distinct_tokens']:,}")]
    in_glove, unknown = figures["glove"], figures["unknown_words"]
    if in_glove is not None:
        found.append(("", f"occurrences in {in_glove['file']}", f"{in_glove['occurrences']:.2%}"))
        found.append(("", f"distinct ones in {in_glove['file']}", f"{in_glove['distinct_tokens']:.2%}"))
    setting = f"{unknown['vocabulary']:,} words of the train part, seen {unknown['min_count']} times or more"
    found.append(("unknown", "vocabulary", setting))
    for part in ("train", "dev", "validation"):
        value = "no reviews" if unknown[part] is None else f"{unknown[part]:.2%}"
        found.append(("", f"share of occurrences in {part}", value))
    return found


def _split_lines(split: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = [("split", "by", split["by"])]
    for part in ("train", "dev", "validation"):
        of_part = split[part]
        value = f"{of_part['rows']:,} ({of_part['positive']:,} positive, {of_part['negative']:,} negative)"
        found.append(("", part, value))
    found.append(("", "dropped as copies", f"{split['dropped_copies']:,}"))
    found.append(("", "near-copies on two sides", f"{split['near_copies_across']:,} pairs"))
    return found
