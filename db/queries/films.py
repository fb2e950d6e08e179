"""Film names, for whoever types one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import func, select

from common.film_names import FilmKey, KnownFilms, fold_name, title_of
from db.engine import Database
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
    owners: defaultdict[FilmKey, set[int]] = defaultdict(set)
    written: list[tuple[str, int]] = []
    with db.read() as session:
        for leg in visible_clauses(viewer, Prediction):
            query = select(Prediction.film, Prediction.owner_id).where(leg, Prediction.film.is_not(None))
            for stored, owner in session.execute(query.where(Prediction.day.between(since, until)).distinct()):
                written.append((db.sealer.open_name(stored or ""), owner))
    known = KnownFilms(name for name, _ in written)
    for name, owner in written:
        owners[known.key(name)].add(owner)
    alone = {next(iter(found)) for name in names if len(found := owners[known.key(name)]) == 1}
    return sorted(alone)
