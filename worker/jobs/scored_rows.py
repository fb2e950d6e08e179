"""The scored rows of a job, for the writers of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from common.aspects import NAMES
from db.engine import Database
from db.queries.aspect_sums import POLARITIES, SCALE, StoredAspect
from db.queue import iter_scored
from worker.files.writers.verdicts import DECIMALS, Scored

_NAMES: Final = tuple(f'{{"name":"{name}","start":' for name in NAMES)
_POLARITIES: Final = {side: f',"polarity":"{polarity}","probability":' for side, polarity in POLARITIES.items()}


def scored_rows(db: Database, job_id: int, *, aspects: bool) -> Iterator[Scored]:
    """The scored rows of a job as the writers take them, by row number, streaming."""
    for row, label, probability, flags, model, stars, found in iter_scored(db, job_id, aspects=aspects):
        verdict = (row, label, probability, flags, model, stars)
        yield (*verdict, stored_as_json(found)) if aspects else verdict


def stored_as_json(found: Sequence[StoredAspect]) -> str:
    """What `worker.files.writers.aspects.as_json` makes of the same aspects, in a third of the time.

    A file has a dozen for each review, and while one process writes it, all others wait.
    """
    probabilities = _probabilities()
    parts = [
        f'{_NAMES[aspect]}{begins},"end":{ends}{_POLARITIES[side]}{probabilities[parts]}'
        if begins is not None
        else f'{_NAMES[aspect]}null,"end":null{_POLARITIES[side]}{probabilities[parts]}'  # its text was deleted
        for _, aspect, begins, ends, side, parts in found
    ]
    return f"[{','.join(parts)}]"


@cache
def _probabilities() -> tuple[str, ...]:
    """Each probability that can be stored, and the end of its object. Half a mebibyte, once such a file is written."""
    return tuple(f"{round(parts / SCALE, DECIMALS)!r}}}" for parts in range(SCALE + 1))
