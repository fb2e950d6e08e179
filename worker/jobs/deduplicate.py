"""Equal texts are scored once by a model; each row gets its verdict all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from db.types import ReviewRow, Score
from db.verdict_cache import Known

if TYPE_CHECKING:
    from model.serving.verdict import Verdict


MIXED = "mixed"
"""The flag of a review with clear praise and clear criticism."""


def with_mixed(
    scores: Sequence[Score], texts: Sequence[str], mixed: Callable[[Sequence[str]], list[bool]]
) -> list[Score]:
    """The scores with what their sentences say of them; `mixed` is called once, with each text once."""
    distinct = list(dict.fromkeys(texts))
    found = dict(zip(distinct, mixed(distinct), strict=True))
    return [
        replace(score, mixed=found[text], flags=(*score.flags, MIXED) if found[text] else score.flags)
        for score, text in zip(scores, texts, strict=True)
    ]


def score_distinct(
    rows: Sequence[ReviewRow], known_by_hash: Mapping[int, Known], score: Callable[[list[str]], list[Verdict]]
) -> tuple[list[Score], dict[int, Score]]:
    """A score for each row, in order, and those that were not known, under the hashes of their texts.

    `known_by_hash`: verdicts that the same model gave before, by the hash of the text. `score` is called once, with
    each other text once.
    """
    texts = list(dict.fromkeys(row.text for row in rows if row.text_hash not in known_by_hash))
    by_text: dict[str, Known] = {
        text: (verdict.label, verdict.probability, verdict.flags, verdict.stars)
        for text, verdict in zip(texts, score(texts) if texts else [], strict=True)
    }
    scores, new = [], {}
    for row in rows:
        verdict = None if row.text_hash is None else known_by_hash.get(row.text_hash)
        label, probability, flags, stars = verdict or by_text[row.text]
        scores.append(Score(row.review_id, label, probability, flags, None, stars, None, row.rating))
        if verdict is None and row.text_hash is not None:
            new[row.text_hash] = scores[-1]
    return scores, new
