"""What must hold after every fault, for everything that was sent. Each broken promise is one line of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy import text as sql

from db.queue.job_counts import NOT_SCORED, count_rows, stored_counts
from db.tables import Job
from db.types import TERMINAL
from tests.faults.crowd import NOT_ACCEPTED, OUR_FAULT, Crowd, Sent, is_loading, titles

_OPEN = "SELECT count(*) FROM chunks WHERE job_id = :job AND state IN ('pending', 'queued', 'running')"
_MODELS = "SELECT DISTINCT model FROM predictions WHERE job_id = :job"
_BOTH = (
    "SELECT count(*) FROM reviews r JOIN predictions p ON p.review_id = r.id"
    " JOIN rejected_rows x ON x.job_id = r.job_id AND x.row_number = r.row_number WHERE r.job_id = :job"
)
_NEITHER = (
    "SELECT count(*) FROM reviews r LEFT JOIN predictions p ON p.review_id = r.id"
    " LEFT JOIN rejected_rows x ON x.job_id = r.job_id AND x.row_number = r.row_number"
    " WHERE r.job_id = :job AND p.review_id IS NULL AND x.row_number IS NULL"
)


def settled(crowd: Crowd, sent: Sent) -> bool:
    """Whether nothing more is to come: told in full, or refused."""
    job = crowd.job(sent)
    if job is not None:
        return job["delivered_at"] is not None
    return crowd.refusal(sent) is not None


def broken(crowd: Crowd, sent: Sequence[Sent], *, stops_database: bool, kills_bot: bool) -> list[str]:
    """The promises that do not hold; `stops_database`, `kills_bot`: whether a fault of the round did."""
    found: list[str] = []
    for one in sent:
        for event in (*one.before, one.event):
            for line in _of_one(crowd, one, event, stops_database=stops_database, kills_bot=kills_bot):
                found.append(f"{one.way} {event}: {line}")
    return found


def strangers(crowd: Crowd, events: set[int]) -> list[str]:
    """Jobs and messages that nobody asked for."""
    with crowd.stage.db.read() as session:
        jobs = session.execute(sql("SELECT id, source_id FROM jobs")).all()
    found = [f"job {job.id} comes from no event" for job in jobs if job.source_id not in events]
    nonces = [one.nonce for one in list(crowd.stage.discord.posted)]
    found += [f"a message without a nonce was sent {nonces.count(None)} times"] if None in nonces else []
    return found


def _of_one(crowd: Crowd, sent: Sent, event: int, *, stops_database: bool, kills_bot: bool) -> Iterator[str]:
    job = crowd.job(sent, event=event)
    refusal = crowd.refusal(sent, event=event)
    if refusal is not None and OUR_FAULT in refusal:
        yield f"a user was told: {refusal}"
    if refusal is not None and not stops_database:
        yield f"refused for no reason: {refusal}"
    if job is None:
        if refusal is None and not kills_bot:
            yield "neither accepted nor refused"
    else:
        if refusal is not None:
            doubt = "though told that nothing was accepted" if NOT_ACCEPTED in refusal else f"and refused: {refusal}"
            yield f"job {job['id']} exists, {doubt}"
        yield from _stored(crowd, sent, int(job["id"]))
        yield from _told(crowd, sent, event, job)
    if sent.source == "interaction" and is_loading(crowd.response(sent, event=event)):
        yield "its reply still says 'thinking...'"


def _stored(crowd: Crowd, sent: Sent, job_id: int) -> Iterator[str]:
    with crowd.stage.db.read() as session:
        job = session.scalars(select(Job).where(Job.id == job_id)).one()
        now, kept = count_rows(session, job_id), stored_counts(job)
        numbers = {name: session.scalar(sql(text), {"job": job_id}) for name, text in _QUERIES.items()}
        models = list(
            session.scalars(sql("SELECT DISTINCT model FROM predictions WHERE job_id = :job"), {"job": job_id})
        )
        rows = session.execute(sql("SELECT row_number, code FROM rejected_rows WHERE job_id = :job"), {"job": job_id})
        rejected = {row.row_number: row.code for row in rows}
    where = f"job {job_id}"
    if job.state not in TERMINAL:
        yield f"{where} never ended: {job.state}"
        return
    if job.state != "done" and not (sent.poisoned and not sent.is_file):
        yield f"{where} ended as {job.state}: {job.error_code} {job.error_values or job.error}"
    if now != kept:
        yield f"{where}: counts {kept} differ from a recount {now}"
    if numbers["open"]:
        yield f"{where} ended with {numbers['open']} open chunks"
    if numbers["neither"]:
        yield f"{where}: {numbers['neither']} reviews have neither a prediction nor a reason"
    if numbers["both"]:
        yield f"{where}: {numbers['both']} reviews have a prediction and are rejected"
    if numbers["reviews"] != sent.rows - len(sent.empty):
        yield f"{where} has {numbers['reviews']} reviews of {sent.rows - len(sent.empty)}"
    if models and models != [job.model]:
        yield f"{where} names model {job.model}, its predictions {models}"
    expected = dict.fromkeys(sent.empty, "other") | ({sent.marked: NOT_SCORED} if sent.poisoned else {})
    got = {row: code if code == NOT_SCORED else "other" for row, code in rejected.items()}
    if got != expected:
        yield f"{where} rejected rows {got}, expected {expected}"


_QUERIES = {
    "open": _OPEN,
    "both": _BOTH,
    "neither": _NEITHER,
    "reviews": "SELECT count(*) FROM reviews WHERE job_id = :job",
}


def _told(crowd: Crowd, sent: Sent, event: int, job: Any) -> Iterator[str]:
    """Exactly one place says how it ended, and a file's owner is called exactly once."""
    where, cards = f"job {job['id']}", crowd.cards(job)
    response = crowd.response(sent, event=event) if sent.source == "interaction" else None
    shown = [*cards, *([response] if response is not None else [])]
    ends = [message for message in shown if _says_the_end(sent, message)]
    if len(ends) != 1:
        yield f"{where}: its end is shown {len(ends)} times, in {[titles(m) or m['content'] for m in shown]}"
    if sent.source == "message":
        mine = [message for message in crowd.replies(sent, event=event) if _says_the_end(sent, message)]
        if len(mine) != len(ends):
            yield f"{where}: its end is not an answer to the message"
    if not sent.is_file:
        return
    calls = [message for message in shown if f"<@{sent.user}> Job {job['id']}" in str(message["content"])]
    if len(calls) != 1:
        yield f"{where}: its owner was called {len(calls)} times"
    for message in ends:
        yield from _files(crowd, sent, message)


def _says_the_end(sent: Sent, message: dict[str, Any]) -> bool:
    if sent.is_file:
        return " scored" in titles(message) and bool(message["attachments"])
    words = ("without a verdict",) if sent.poisoned else ()
    return "Result " in str(message["embeds"]) or any(word in str(message["content"]) for word in words)


def _files(crowd: Crowd, sent: Sent, message: dict[str, Any]) -> Iterator[str]:
    """The scored file holds every row, in order, and a label wherever there is a prediction."""
    names = {str(one["filename"]): str(one["url"]) for one in message["attachments"]}
    scored = next((url for name, url in names.items() if ".scored." in name), None)
    if scored is None:
        yield f"no scored file among {sorted(names)}"
        return
    rows = list(csv.DictReader(io.StringIO(crowd.stage.discord.attachment(scored).decode("utf-8-sig"), newline="")))
    if [row["id"] for row in rows] != [str(n) for n in range(1, sent.rows + 1)]:
        yield f"the scored file has {len(rows)} rows of {sent.rows}, or another order"
    bare = {int(row["id"]) for row in rows if not row["label"]}
    if bare != set(sent.empty) | ({sent.marked} if sent.poisoned else set()):
        yield f"the scored file has no label in rows {sorted(bare)}"
    if (sent.empty or sent.poisoned) and not any("rejected" in name for name in names):
        yield "rows were rejected and no file names them"
