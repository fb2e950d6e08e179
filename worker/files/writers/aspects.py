"""Aspects of scored reviews: as one value of a row, and as a CSV with one row a clause."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from common.formulas import defused
from worker.files.cells import encodable
from worker.files.writers.output import text_over
from worker.files.writers.verdicts import DECIMALS

if TYPE_CHECKING:
    from db.types import Judged
    from model import Aspect

COLUMNS: Final = ("row_number", "aspect", "polarity", "probability", "start", "end", "clause")
"""Of the file of clauses; start and end count characters of the review, end is behind the last one."""


def as_json(aspects: Sequence[Aspect | Judged]) -> str:
    """Aspects as a JSON array of objects, in the order of the text; "[]" for none."""
    # By hand, in a third of the time: a job with aspects has a dozen for each review.
    return f"[{','.join(map(_as_json, aspects))}]"


def _as_json(one: Aspect | Judged) -> str:
    name, start, end, polarity, probability = one
    places = f'"start":{start},"end":{end}' if start is not None else '"start":null,"end":null'
    return f'{{"name":"{name}",{places},"polarity":"{polarity}","probability":{round(probability, DECIMALS)!r}}}'


@contextmanager
def clauses_writer(out: IO[bytes]) -> Iterator[Callable[[int, str, Sequence[Aspect]], object]]:
    """A function that appends the aspects of a row (its number, its review) to a UTF-8 CSV; `out` stays open."""
    with text_over(out) as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)

        def write(number: int, review: str, aspects: Sequence[Aspect]) -> None:
            for one in aspects:
                clause = defused(encodable(review[one.start : one.end]))
                probability = f"{one.probability:.{DECIMALS}f}"
                writer.writerow((number, one.name, one.polarity, probability, one.start, one.end, clause))

        yield write
