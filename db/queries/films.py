"""Film names, for whoever types one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import func, select

from common.film_names import FilmKey, KnownFilms, fold_name, title_of
from db.engine import Database
from db.queries.report_sources import VisibleJobs, between, films_named, of_films
from db.tables import Prediction
from db.types import Viewer
from db.visibility import visible_clauses

LOOKED_AT: Final = 5_000
"""So many of the newest verdicts are searched: an autocompletion has three seconds, however many there are."""


def list_films(db: Database, viewer: Viewer, typed: str = "", *, limit: int = 25) -> list[str]:
    """Films among the newest verdicts the viewer may see whose name holds `typed`, the latest judged first.

    A film that is written in several ways is one (`common.film_names`), and found by each of them.
    """
    latest: dict[str, int] = {}
    reviews: Counter[str] = Counter()
    with db.read() as session:
        for leg in visible_clauses(viewer, Prediction):
            newest = (
                select(Prediction.film, Prediction.review_id)
                .where(leg)
                .order_by(Prediction.review_id.desc())
                .limit(LOOKED_AT)
                .subquery()
            )
            query = select(newest.c.film, func.max(newest.c.review_id), func.count())
            for stored, last, number in session.execute(
                query.where(newest.c.film.is_not(None)).group_by(newest.c.film)
            ):
                film = db.sealer.open_name(stored)
                latest[film] = max(last, latest.get(film, 0))
                reviews[film] += number
    known, part = KnownFilms(latest), fold_name(typed)
    films: defaultdict[FilmKey, list[str]] = defaultdict(list)
    for film in latest:
        films[known.key(film)].append(film)
    found = [names for names in films.values() if not part or any(part in fold_name(name) for name in names)]
    found.sort(key=lambda names: -max(latest[name] for name in names))
    return [title_of((name, reviews[name]) for name in names) for names in found[:limit]]


def sole_owners(db: Database, viewer: Viewer, names: Iterable[str], since: date, until: date) -> list[int]:
    """Who alone reviewed one of these films in the time, of what the viewer sees: the name of such a film tells of
    them."""
    alone: set[int] = set()
    seen = VisibleJobs(viewer)
    with db.read() as session:
        for name in set(names):
            where = of_films(seen, films_named(session, seen, name))
            query = select(Prediction.owner_id).where(*where, *between(Prediction.day, since, until))
            owners = session.scalars(query.distinct().limit(2)).all()
            alone.update(owners if len(owners) == 1 else ())
    return sorted(alone)
