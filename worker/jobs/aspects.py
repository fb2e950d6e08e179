"""What the clauses of reviews say of acting, story, music and so on, beside their verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from db.types import Judged, Score

if TYPE_CHECKING:
    from model import Scorer


def with_aspects(scores: Sequence[Score], texts: Sequence[str], scorer: Scorer) -> list[Score]:
    """The scores with the aspects of their texts; the clauses of all texts are scored in one call, equal texts once."""
    distinct = dict(zip(texts, scores, strict=True))
    found = scorer.aspects_of(list(distinct), list(distinct.values()))
    judged = {text: tuple(Judged(*one) for one in own) for text, own in zip(distinct, found, strict=True)}
    return [replace(score, aspects=judged[text]) for score, text in zip(scores, texts, strict=True)]
