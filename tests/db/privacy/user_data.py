"""Something of every kind that one user may have, and where it stands."""

from __future__ import annotations

from sqlalchemy import select, text

from db.delivery import continuations
from db.delivery.cards import set_card_message
from db.engine import Database
from db.preferences import save_user_settings
from db.queries.corrections import correct
from db.tables import Job
from db.types import NewRejected, NewReview, UserSettings
from tests.db.steps import GUILD, done_file, done_review, origin, seeing

EVE, BOB = 770_770_770_770, 880_880_880_880
ME, THEM = seeing(EVE), seeing(BOB)
MARK = "quokka"
"""Stands in everything that Eve sends, types or names."""


def fill(db: Database, who: int = EVE) -> dict[str, int]:
    """Something of every kind, private and shared; results and jobs by name."""
    viewer = seeing(who)
    rows = [NewReview(n, f"{MARK} row {n}", f"{MARK} film") for n in range(1, 8)]
    made = {
        "private": done_review(db, f"{MARK} alone", origin(who, None)),
        "shared": done_review(db, f"{MARK} for all", origin(who, GUILD, shared=True)),
        "file": done_file(db, rows, rejected=[NewRejected(8, "empty", "no text")], where=origin(who, GUILD)),
        "shared_file": done_file(db, rows, where=origin(who, GUILD, shared=True)),
    }
    with db.begin() as session:
        session.execute(text("UPDATE uploads SET filename = :name, text_column = :name"), {"name": f"{MARK}.csv"})
        session.execute(text("UPDATE outputs SET filename = :name"), {"name": f"{MARK}.scored.csv"})
    for number, job_id in enumerate(jobs_of(db, who)):
        set_card_message(db, job_id, 5_000 + number, 1 + 2 * job_id)
    correct(db, viewer, made["shared"], "negative", f"{MARK} note")
    save_user_settings(db, viewer, UserSettings(who, share=True, file_format="csv"))
    continuations.create(db, who, "search", {"query": MARK})
    return made


def jobs_of(db: Database, who: int) -> list[int]:
    with db.read() as session:
        return list(session.scalars(select(Job.id).where(Job.owner_id == who).order_by(Job.id)))
