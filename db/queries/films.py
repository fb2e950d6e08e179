"""Film names, for whoever types one."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select

from db.dialect import storable
from db.engine import Database
from db.tables import Prediction
from db.types import Viewer
from db.visibility import visible_clauses

LOOKED_AT: Final = 5_000
"""So many of the newest verdicts are searched: an autocompletion has three seconds, however many there are."""


def list_films(db: Database, viewer: Viewer, typed: str = "", *, limit: int = 25) -> list[str]:
    """Films among the newest verdicts the viewer may see whose name holds `typed`, the latest judged first."""
    last_verdict: dict[str, int] = {}
    with db.read() as session:
        for leg in visible_clauses(viewer, Prediction):
            newest = (
                select(Prediction.film, Prediction.review_id)
                .where(leg)
                .order_by(Prediction.review_id.desc())
                .limit(LOOKED_AT)
                .subquery()
            )
            latest = func.max(newest.c.review_id)
            query = select(newest.c.film, latest).where(newest.c.film.is_not(None)).group_by(newest.c.film)
            if typed.strip() and not db.sealer.active:
                query = query.where(newest.c.film.icontains(storable(typed.strip()), autoescape=True))
            rows = session.execute(query.order_by(latest.desc()).limit(LOOKED_AT if db.sealer.active else limit))
            for stored, last in rows:
                film = db.sealer.open_name(stored)
                if typed.strip().casefold() in film.casefold() or not db.sealer.active:
                    last_verdict[film] = max(last, last_verdict.get(film, 0))
    return sorted(last_verdict, key=lambda film: -last_verdict[film])[:limit]
