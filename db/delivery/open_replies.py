"""Open replies: those that show "thinking ...", stored so that a bot which dies in between can still finish them.

A job remembers the token of its own reply (`jobs.reply_token`); here is what comes before there is a job, and what
never becomes one. A token is worth 15 minutes and nothing after.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, select

from db.dialect import insert_for
from db.engine import Database
from db.tables import BotState, Job

KEY: Final = "reply:"


def record_reply(db: Database, interaction_id: int, token: str, language: str) -> None:
    """This interaction's reply is about to show "thinking ..."; `language`: its user's."""
    with db.begin() as session:
        insert = insert_for(session, BotState).values(key=f"{KEY}{interaction_id}", value=f"{token} {language}")
        session.execute(insert.on_conflict_do_nothing())


def delete_reply(db: Database, interaction_id: int) -> None:
    """It shows something else, or its token is over."""
    with db.begin() as session:
        session.execute(delete(BotState).where(BotState.key == f"{KEY}{interaction_id}"))


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
