"""Corrections: what people say a verdict should have been. They measure quality and train nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, case, func, select

from db.clock import db_time
from db.crypto import note_place, opened, sealed
from db.dialect import insert_for, storable
from db.engine import Database
from db.queries.report_sources import VisibleJobs, films_named
from db.queries.results import get_result
from db.tables import Correction, Prediction
from db.types import LABELS, Corrections, Label, Viewer
from db.visibility import visible_clauses

NOTE_CHARS: Final = 500
"""Longest note kept; the forms ask for no more."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Verdicts of a model that people looked at again: `corrections` in all, of which `agreed` with the verdict."""

    model: str
    corrections: int
    agreed: int


def correct(db: Database, viewer: Viewer, review_id: int, label: str, note: str | None = None) -> None:
    """Stores what the viewer says the verdict should have been; a second time replaces the first.

    For one's own results and for those shared here: NotFound for others, ValueError for an unknown label. The verdict
    itself stays. A note on a review whose text is gone is not kept: it may quote it.
    """
    if label not in LABELS:
        raise ValueError(f"no label {label!r}")
    text = get_result(db, viewer, review_id).text
    stored_note = storable(note.strip())[:NOTE_CHARS] if note and text is not None else None
    note_kept = sealed(db.sealer, stored_note or None, note_place(review_id, viewer.user_id))
    values = {"label": label, "note": note_kept, "created_at": db_time()}
    with db.begin() as session:
        insert = insert_for(session, Correction).values(review_id=review_id, user_id=viewer.user_id, **values)
        session.execute(insert.on_conflict_do_update(index_elements=["review_id", "user_id"], set_=values))


def corrections_of(db: Database, viewer: Viewer, review_id: int) -> Corrections:
    """What was said about a result the viewer sees; others' labels as counts, without who. Raises NotFound."""
    get_result(db, viewer, review_id)
    with db.read() as session:
        counts = select(Correction.label, func.count()).where(Correction.review_id == review_id)
        by_label: dict[Label, int] = dict(session.execute(counts.group_by(Correction.label)).all())
        own = select(Correction.label, Correction.note).where(
            Correction.review_id == review_id, Correction.user_id == viewer.user_id
        )
        label, note = session.execute(own).one_or_none() or (None, None)
    return Corrections(label, opened(note, note_place(review_id, viewer.user_id)), by_label)


def quality(db: Database, viewer: Viewer, *, job_id: int | None = None, film: str | None = None) -> list[Quality]:
    """How often people agreed with the verdicts the viewer sees, by model; of one job or film when given."""
    by_model: dict[str, list[int]] = {}
    wanted: list[ColumnElement[bool]] = []
    if job_id is not None:
        wanted.append(Prediction.job_id == job_id)
    if film is not None:
        with db.read() as session:
            wanted.append(Prediction.film.in_(films_named(session, VisibleJobs(viewer), film)))
    for leg in visible_clauses(viewer, Prediction):
        for model, n, agreed in _by_model(db, leg, *wanted):
            sums = by_model.setdefault(model, [0, 0])
            sums[0] += n
            sums[1] += agreed
    return [Quality(model, n, agreed) for model, (n, agreed) in sorted(by_model.items())]


def quality_of_all(db: Database) -> list[Quality]:
    """The same over everything, for the host."""
    return [Quality(*row) for row in sorted(_by_model(db))]


def _by_model(db: Database, *wanted: ColumnElement[bool]) -> list[tuple[str, int, int]]:
    same = func.sum(case((Correction.label == Prediction.label, 1), else_=0))
    query = (
        select(Prediction.model, func.count(), same)
        .join(Correction, Correction.review_id == Prediction.review_id)
        .where(*wanted)
        .group_by(Prediction.model)
    )
    with db.read() as session:
        return [(model, n, int(agreed)) for model, n, agreed in session.execute(query)]
