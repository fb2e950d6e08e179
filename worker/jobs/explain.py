"""Explaining a verdict after it was given, for a report: bulk scoring leaves that out, because it costs much more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.engine import Database
from db.queries.explanations import store_explanation, text_to_explain

if TYPE_CHECKING:
    from model import Scorer


def explain_review(db: Database, scorer: Scorer, review_id: int) -> bool:
    """Works out the sentences that decided a stored verdict of this model and stores them; whether it did.

    Asked twice, or for what is gone, it does nothing: nobody depends on it.
    """
    text = text_to_explain(db, review_id, model=scorer.version)
    if text is None:
        return False
    sentences = [(one.start, one.end, one.contribution) for one in scorer.explain(text).sentences]
    return store_explanation(db, review_id, sentences, model=scorer.version)
