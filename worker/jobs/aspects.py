"""What the clauses of reviews say of acting, story, music and so on, beside their verdicts."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from db.types import Score

if TYPE_CHECKING:
    from model import Scorer


READY_S: Final = 2.0
"""How long a chunk waits for compiled code, seconds: more than it takes to load, on a busy machine too."""
_begun: WeakSet[Scorer] = WeakSet()
"""Scorers that were told to get ready."""


def with_aspects(scores: Sequence[Score], texts: Sequence[str], scorer: Scorer) -> list[Score]:
    """The scores with the aspects of their texts; the clauses of all texts are scored in one call, equal texts once.

    Compiled code is ready after 0.2 s where this machine has it, and plain code takes 1.4 s longer for a chunk: so the
    first one waits for it. Compiling takes 10 s, the first time on a machine, which would count against a chunk's time
    limit, and again at each new attempt: that goes on in a thread, while the first chunks are read in plain code.
    """
    distinct = dict(zip(texts, scores, strict=True))
    if scorer.is_warm and scorer not in _begun:
        _begun.add(scorer)
        getting_ready = threading.Thread(target=scorer.warm_aspects, name="aspects", daemon=True)
        getting_ready.start()
        if len(distinct) > 1:  # a message needs no compiled code
            getting_ready.join(READY_S)
    found = scorer.aspects_of(list(distinct), list(distinct.values()), may_wait=False)
    said = dict(zip(distinct, map(tuple, found), strict=True))
    return [replace(score, aspects=said[text]) for score, text in zip(scores, texts, strict=True)]
