"""Open replies: those that show "thinking ...", stored so that a bot which dies in between can still finish them.

A job remembers the token of its own reply (`jobs.reply_token`); here is what comes before there is a job, and what
never becomes one. A token is worth 15 minutes and nothing after.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select

from db.dialect import insert_for
from db.engine import Database
from db.tables import BotState, Job

KEY: Final = "reply:"


def record_replies(db: Database, replies: Sequence[tuple[int, str, str]]) -> None:
    """The replies of these interactions are about to show "thinking ...": (interaction, token, its user's language)."""
    rows = [{"key": f"{KEY}{number}", "value": f"{token} {language}"} for number, token, language in replies]
    with db.begin() as session:
        session.execute(insert_for(session, BotState).on_conflict_do_nothing(), rows)


def delete_replies(db: Database, interaction_ids: Sequence[int]) -> None:
    """They show something else, or their tokens are over."""
    with db.begin() as session:
        session.execute(delete(BotState).where(BotState.key.in_([f"{KEY}{number}" for number in interaction_ids])))


def unfinished_replies(db: Database) -> dict[int, tuple[str, str | None]]:
    """Token and language by interaction of replies that nobody is going to finish; those of jobs go from here."""
    with db.begin() as session:
        stored = session.execute(select(BotState.key, BotState.value).where(BotState.key.startswith(KEY))).all()
        tokens = {int(key.removeprefix(KEY)): _parts(value) for key, value in stored}
        query = select(Job.source_id).where(Job.source == "interaction", Job.source_id.in_(tokens))
        accepted = set(session.scalars(query))
        keys = [f"{KEY}{interaction_id}" for interaction_id in accepted]
        session.execute(delete(BotState).where(BotState.key.in_(keys)))
    return {number: parts for number, parts in tokens.items() if number not in accepted}


def _parts(value: str) -> tuple[str, str | None]:
    token, _, language = value.partition(" ")
    return token, language or None
