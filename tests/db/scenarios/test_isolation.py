"""Isolation by construction: every function of this room that takes a database is found here by itself and called as
another user, in another server and in a direct message, with the numbers of somebody's private things.

A new function either names its viewer, an origin, a claim or an owner (then it is called or needs no call), or stands
below with the reason why it needs none. What is neither fails the first test.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import io
import pkgutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from sqlalchemy import inspect as schema_of
from sqlalchemy import select, text, true, update
from sqlalchemy.exc import IntegrityError

import db as room
from db.delivery import continuations
from db.delivery.server_digests import save_digest
from db.engine import Database
from db.errors import DbError
from db.preferences import save_user_settings
from db.queries.corrections import correct
from db.queries.jobs import list_outputs
from db.tables import Prediction, Upload
from db.types import Digest, NewReview, ReportFilter, SearchFilter, UserSettings, Viewer
from tests.db.steps import CHANNEL, done_file, done_review, origin

EVE, BOB = 770_770_770_770, 880_880_880_880
HERE, ELSEWHERE = 10, 20
HIDDEN = 66
"""A private channel of the server `HERE`, which Bob does not see."""
MARK = "quokka"
"""Stands in everything of Eve's: texts, film, file names, column, note, settings of a search."""

BY_MESSAGE = "wombat"
"""Stands in what she sent by direct message, or shared in the private channel: for her, and not for Bob anywhere."""

UNSCOPED: Final[dict[str, str]] = {
    "queue.accept.accept_review": "writes what its origin owns",
    "queue.accept.accept_upload": "writes what its origin owns",
    "queue.submissions.submit_file": "the host's command line: finds and stores what is the host's alone",
    "audit.note_host": "the host's command line",
    "audit.all_lines": "the host's command line",
    "blobs.write_blob": "gives a number that nobody else knows; attached by accept and finish",
    "blobs.read_blob": "behind read_output, which asks for the viewer, and the worker's upload",
    "blobs.delete_blob": "the writer's own clean-up",
    "digests.digest_key": "a key, for whoever stores or looks for something of an owner's",
    "digests.text_hasher": "a function of a text at hand and its owner",
    "digests.file_digest": "a function of a file at hand and its owner",
    "delivery.continuations.delete_expired": "deletes by age alone",
    "queries.corrections.quality_of_all": "the host's command line: counts by model",
    "privacy.purge.empty_rows": "retention and deletion",
    "privacy.purge.row_ranges": "retention and deletion",
    "privacy.purge.drop_files": "retention and deletion",
    "privacy.purge.drop_blob": "retention and deletion",
    "privacy.purge.drop_unattached": "retention and deletion",
    "privacy.purge.truncate_wal": "retention and deletion",
    "privacy.purge.give_room_back": "retention and deletion",
    "privacy.retention.purge_on_time": "the worker's timer",
    "privacy.clock_guard.doubt": "the purge",
    "privacy.clock_guard.note_purge": "the purge",
    "privacy.clock_guard.purge_state": "the host's status",
    "privacy.deleted_sources.delete_sources": "what the chat service says of a deleted message: its id",
    "privacy.guild_departures.note_joined": "the bot about itself: its servers",
    "privacy.guild_departures.note_left": "the bot about itself: its servers",
    "privacy.guild_departures.compare_guilds": "the bot about itself: its servers",
    "privacy.guild_departures.purge_departed": "the purge",
    "operations.blocks.block": "the host's command line",
    "operations.blocks.unblock": "the host's command line",
    "operations.blocks.blocks": "the host's command line",
    "operations.blocks.block_set": "the bot's door: who is blocked",
    "queue.interactive_order.next_interactive": "the worker",
    "operations.space.space": "the host's status: bytes",
    "operations.space.shrink": "the host's command line",
    "blobs.fill_blob": "the worker and accept: a number that nobody else knows",
    "queue.accept.check_upload": "about its origin's owner",
    "delivery.message_deletions.remember_sent": "the bot: where its own messages stand",
    "delivery.server_digests.database_time": "a clock",
    "delivery.server_digests.running_digests": "the bot, which posts them: settings of servers",
    "delivery.server_digests.begin_posting": "the bot, which posts them",
    "delivery.server_digests.end_posting": "the bot, which posts them",
    "delivery.server_digests.switch_off": "the bot, which posts them",
    "queries.explanations.store_explanation": "the worker",
    "queries.explanations.text_to_explain": "the worker",
    "queue.failures.give_up_expired": "the sweep",
    "queue.finish.iter_scored": "the worker, for a job it holds; `worker.jobs.rewrite`, after it asked for its viewer",
    "queue.finish.iter_rejected": "the worker, for a job it holds",
    "operations.heartbeats.record": "a process about itself",
    "operations.heartbeats.deregister": "a process about itself",
    "operations.heartbeats.beats": "health: processes",
    "operations.bot_lease.take": "the bot: which process holds the token's connection",
    "operations.bot_lease.release": "the bot: which process holds the token's connection",
    "operations.overview.figures": "health: counts",
    "operations.overview.overview": "the host's status, and /status: counts, and how far jobs are by number",
    "delivery.cards.set_card_message": "the notifier: where the bot's own message stands",
    "queries.jobs.changed_jobs": "the notifier, which shows each job at its own place",
    "delivery.cards.mark_rendered": "the notifier",
    "delivery.cards.mark_delivered": "the notifier",
    "delivery.cards.clear_reply_token": "the notifier",
    "verdict_cache.lookup": "the worker, about texts it holds: what scoring would say again",
    "queue.leases.claim": "the worker",
    "queue.ahead.rows_ahead": "the worker, about a file that another worker reads",
    "queue.ahead.keep_ahead": "the worker, about texts it holds: what scoring would say again",
    "delivery.message_deletions.due_deletions": "the bot's cleaner",
    "delivery.message_deletions.finish_deletion": "the bot's cleaner",
    "delivery.message_deletions.retry_later": "the bot's cleaner",
    "delivery.notices.undelivered": "the host's status",
    "delivery.open_replies.record_replies": "the bot's own memory: tokens of its replies",
    "delivery.open_replies.delete_replies": "the bot's own memory: tokens of its replies",
    "delivery.direct_messages.dm_channels": "the bot, which reads what it missed there: ids of channels",
    "delivery.direct_messages.accepted_messages": "the bot, about messages that Discord has just given it",
    "delivery.open_replies.unfinished_replies": "the bot's own memory: tokens of its replies",
    "queue.model_affinity.stranded_jobs": "the host's status: models that no worker has",
    "queue.model_affinity.release_to_other_model": "the worker, about jobs whose model is gone",
    "privacy.erase.resume_erasures": "the purge",
    "queries.reports.summary_of_all": "the host's command line",
    "queries.theme_texts.theme_texts_of_all": "the host's command line",
    "queries.results.verdict_of": "the notifier, for the card at the job's own place",
    "privacy.retention.purge": "the worker's timer",
    "queue.job_counts.recount": "tests and checks: counts",
    "delivery.key_values.get_state": "the bot's own memory; nothing of a user's",
    "delivery.key_values.set_state": "the bot's own memory; nothing of a user's",
    "queries.summaries.roll_up_due": "the worker's timer",
    "queries.summaries.roll_up": "the worker's timer",
    "queries.summaries.reset_summary": "summaries of a job that changed",
    "queue.sweeper.sweep": "the sweep",
    "queue.sweeper.claimable": "the sweep",
    "queue.sweeper.running_chunks": "health: counts",
    "queue.sweeper.queue_health": "health: counts",
    "privacy.text_keys.keys_in_use": "ids of keys",
    "privacy.text_keys.check": "start-up",
    "privacy.text_keys.rotate": "the host's command line",
}
"""Functions without a viewer, and why that is safe."""

OWN_EVERYWHERE: Final = ("privacy.erase.", "privacy.export.", "privacy.export_rows.")
"""About the caller alone, in whichever server: what Eve sees of her own elsewhere is no leak."""

FOR_THE_BOT: Final[dict[str, set[str]]] = {
    "bot/command_tree.py": {"delivery.key_values.get_state", "delivery.key_values.set_state"},
    "bot/delivery/notifier.py": {
        "queries.jobs.changed_jobs",
        "delivery.cards.mark_delivered",
        "delivery.cards.mark_rendered",
        "delivery.cards.set_card_message",
        "delivery.cards.clear_reply_token",
        "queries.results.verdict_of",
        "delivery.message_deletions.remember_sent",
    },
    "bot/services/single_reviews.py": {
        "delivery.cards.mark_delivered",
        "delivery.cards.set_card_message",
        "delivery.cards.clear_reply_token",
    },
    "bot/services/file_jobs.py": {"delivery.cards.clear_reply_token", "delivery.cards.set_card_message"},
    "bot/delivery/live_replies.py": {"delivery.cards.clear_reply_token", "delivery.cards.set_card_message"},
    "bot/services/intake.py": {
        "queue.accept.accept_review",
        "queue.accept.accept_upload",
        "queue.accept.check_upload",
        "blobs.read_blob",
    },
    "bot/delivery/stale_replies.py": {"delivery.open_replies.unfinished_replies"},
    "bot/core.py": {"delivery.open_replies.record_replies", "delivery.open_replies.delete_replies"},
    "bot/services/missed_messages.py": {
        "delivery.direct_messages.dm_channels",
        "delivery.direct_messages.accepted_messages",
        "delivery.key_values.get_state",
        "delivery.key_values.set_state",
    },
    "bot/delivery/message_cleaner.py": {
        "delivery.message_deletions.due_deletions",
        "delivery.message_deletions.finish_deletion",
        "delivery.message_deletions.retry_later",
    },
    "bot/cogs/guild_membership.py": {
        "privacy.guild_departures.compare_guilds",
        "privacy.guild_departures.note_joined",
        "privacy.guild_departures.note_left",
    },
    "bot/cogs/deleted_messages.py": {"privacy.deleted_sources.delete_sources"},
    "bot/cogs/messages.py": {
        "privacy.deleted_sources.delete_sources",
        "delivery.message_deletions.remember_sent",
    },
    "bot/cogs/report.py": {"delivery.message_deletions.remember_sent"},
    "bot/handlers/job.py": {"delivery.message_deletions.remember_sent"},
    "bot/delivery/digests.py": {
        "delivery.message_deletions.remember_sent",
        "delivery.server_digests.running_digests",
        "delivery.server_digests.begin_posting",
        "delivery.server_digests.end_posting",
        "delivery.server_digests.switch_off",
        "operations.blocks.block_set",
    },
    "bot/cogs/server.py": {"delivery.server_digests.database_time"},
    "bot/door.py": {"operations.blocks.block_set"},
    "bot/cogs/info.py": {"operations.overview.overview"},
    "bot/telemetry.py": {
        "operations.heartbeats.record",
        "operations.heartbeats.deregister",
        "operations.overview.figures",
    },
    "bot/run.py": {"privacy.text_keys.check"},
    "bot/standby.py": {
        "operations.bot_lease.release",
        "operations.bot_lease.take",
        "operations.heartbeats.deregister",
        "operations.heartbeats.record",
    },
}
"""Unscoped functions that a file of the bot may use: what draws at a job's own place, or stores the caller's own."""


def modules() -> dict[str, ModuleType]:
    """Every module of the room and of its packages, by its name below `db`."""
    names = [module.name for module in pkgutil.walk_packages(room.__path__, "db.") if not module.ispkg]
    return {name.removeprefix("db."): importlib.import_module(name) for name in names}


def functions() -> dict[str, Callable[..., Any]]:
    """Every public function of the room that takes a Database, by module and name."""
    by_name = {}
    for module, loaded in modules().items():
        for name, value in vars(loaded).items():
            public = inspect.isfunction(value) and value.__module__ == loaded.__name__ and not name.startswith("_")
            if public and "Database" in parameters(value).values():
                by_name[f"{module}.{name}"] = value
    return by_name


def parameters(function: Callable[..., Any]) -> dict[str, str]:
    return {name: str(given.annotation) for name, given in inspect.signature(function).parameters.items()}


def scoped(function: Callable[..., Any]) -> bool:
    """Whether it is called with who asks: a viewer, or the owner of what is asked for."""
    known = parameters(function)
    return "Viewer" in known.values() or known.get("owner_id") == "int"


def unaccounted(known: Mapping[str, Callable[..., Any]]) -> list[str]:
    """Functions that neither name who asks nor hold a claim nor are listed."""
    return [
        name
        for name, function in known.items()
        if not scoped(function) and "Claim" not in parameters(function).values() and name not in UNSCOPED
    ]


def test_every_function_is_accounted_for() -> None:
    known = functions()
    assert unaccounted(known) == []
    assert [name for name in UNSCOPED if name not in known] == []
    assert [name for name in UNSCOPED if scoped(known[name])] == []


def test_a_new_function_without_a_viewer_is_noticed() -> None:
    def all_texts(db: Database, job_id: int) -> list[str]:
        return []

    assert unaccounted({"results.all_texts": all_texts}) == ["results.all_texts"]


def used_unscoped(source: str) -> set[str]:
    """Unscoped functions that a file imports by name, or uses through an imported module."""
    tree, rooms = ast.parse(source), modules()
    used, imported = set(), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "db":
            for one in node.names:
                name = f"{node.module}.{one.name}".removeprefix("db.")
                used.add(name)
                if name in rooms:
                    imported[one.asname or one.name] = name
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported:
            used.add(f"{imported[node.value.id]}.{node.attr}")
    return used & set(UNSCOPED)


def test_the_bot_uses_unscoped_functions_only_where_it_may() -> None:
    folder = Path(__file__).parents[3]
    files = {path: path.read_text(encoding="utf-8") for path in sorted((folder / "bot").rglob("*.py"))}
    used = {str(path.relative_to(folder)): used_unscoped(source) for path, source in files.items()}
    assert {file: names - FOR_THE_BOT.get(file, set()) for file, names in used.items()} == {
        file: set() for file in used
    }


@pytest.mark.parametrize(
    "source",
    [
        "from db.queries.results import verdict_of",
        "from db.queries import results as found\nfound.verdict_of(db, 1)",
        "from db.delivery import open_replies\nasync def f(): open_replies.unfinished_replies",
    ],
)
def test_either_way_of_importing_is_noticed(source: str) -> None:
    assert len(used_unscoped(source)) == 1


@dataclasses.dataclass(frozen=True)
class Private:
    """Numbers of Eve's private things."""

    job: int
    result: int
    blob: int
    key: str


def fill(db: Database) -> Private:
    """Eve's: private here, shared elsewhere, and by direct message."""
    rows = [NewReview(n, f"{MARK} row {n}", f"{MARK} film") for n in (1, 2, 3)]
    job = done_file(db, rows, where=origin(EVE, HERE, film=f"{MARK} film"))
    done_file(db, rows, where=origin(EVE, ELSEWHERE + 1, shared=True))
    done_review(db, f"{BY_MESSAGE} by direct message", origin(EVE, None))
    hidden = dataclasses.replace(origin(EVE, HERE, shared=True), channel_id=HIDDEN, film=f"{BY_MESSAGE} film")
    done_file(db, [NewReview(1, f"{BY_MESSAGE} among few", f"{BY_MESSAGE} film")], where=hidden)
    done_review(db, f"{BY_MESSAGE} among few", dataclasses.replace(hidden, source_id=hidden.source_id + 10**6))
    with db.begin() as session:
        session.execute(update(Upload).values(filename=MARK, sha256=MARK))
        result = session.scalar(select(Prediction.review_id).where(Prediction.job_id == job).limit(1)) or 0
    correct(db, Viewer(EVE, HERE), result, "negative", f"{MARK} note")
    save_user_settings(db, Viewer(EVE), UserSettings(EVE, share=True, file_format="csv"))
    digest = Digest(HERE, HIDDEN, "week", (f"{MARK} film",), False, None, EVE, date(2026, 1, 4))
    save_digest(db, Viewer(EVE, HERE + 7), lambda _: digest)
    key = continuations.create(db, EVE, "search", {"query": MARK})
    blob = next(one.blob_id for one in list_outputs(db, Viewer(EVE, HERE), job))
    return Private(job, result, blob, key)


def values_for(private: Private) -> dict[str, list[Any]]:
    """What is passed for a parameter of that name: everything an outsider could think of."""
    return {
        "job_id": [private.job],
        "review_id": [private.result],
        "review_ids": [[private.result]],
        "result_id": [private.result],
        "blob_id": [private.blob],
        "key": [private.key],
        "kind": ["search"],
        "data": [{"query": "mine"}],
        "sha256": [MARK],
        "column": ["review"],
        "label": ["positive"],
        "wanted": [SearchFilter(), SearchFilter(job_id=private.job), SearchFilter(query=MARK, sort="probability")],
        "report": [ReportFilter(), ReportFilter(job_id=private.job), ReportFilter(film=f"{MARK} film", by="film")],
        "chosen": [UserSettings(EVE)],
        "change": [lambda old: dataclasses.replace(old, retention_days=5)],
        "edit": [lambda _: None],
        "names": [[f"{MARK} film"]],
        "since": [date(2000, 1, 1)],
        "until": [date(2100, 1, 1)],
        "film": [f"{MARK} film"],
        "typed": [MARK],
        "name": [MARK],
    }


def calls(function: Callable[..., Any], who: Viewer, private: Private) -> Iterator[dict[str, Any]]:
    """Arguments to call it with, the database aside; a parameter nobody gave a value for fails the test."""
    given = values_for(private)
    fixed: dict[str, Any] = {}
    many: list[tuple[str, list[Any]]] = []
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        kind = str(parameter.annotation)
        if kind == "Viewer":
            fixed[name] = who
        elif name == "owner_id":
            fixed[name] = who.user_id
        elif kind == "IO[bytes]":
            fixed[name] = io.BytesIO()
        elif kind == "ReportFilter":
            many.append((name, given["report"]))
        elif name in given:
            many.append((name, given[name]))
        elif parameter.default is parameter.empty:
            raise AssertionError(f"{function.__module__}.{function.__name__}: give a value for {name}: {kind}")
    for place in range(max((len(values) for _, values in many), default=1)):
        yield fixed | {name: values[place % len(values)] for name, values in many}


def shown(value: Any) -> str:
    """Everything that can be read in a result, however deep, streams and zips included."""
    if isinstance(value, io.BytesIO):
        with zipfile.ZipFile(value) as packed:
            return " ".join(packed.read(name).decode() for name in packed.namelist())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return " ".join(shown(getattr(value, one.name)) for one in dataclasses.fields(value))
    if isinstance(value, Mapping):
        return " ".join(f"{shown(key)} {shown(one)}" for key, one in value.items())
    if isinstance(value, list | tuple | set | Iterator):
        return " ".join(shown(one) for one in value)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def hers(db: Database) -> list[str]:
    """Every row of every table that leads back to Eve, as words."""
    with db.read() as session:
        tables = schema_of(session.connection()).get_table_names()
        rows = [str(row) for table in tables for row in session.execute(text(f'SELECT * FROM "{table}"'))]
    return sorted(row for row in rows if MARK in row or BY_MESSAGE in row or str(EVE) in row)


def outsiders() -> list[Viewer]:
    seen = frozenset({CHANNEL})
    return [Viewer(BOB, HERE, seen), Viewer(BOB, ELSEWHERE, seen | {HIDDEN}), Viewer(BOB), Viewer(EVE, ELSEWHERE, seen)]


def intrude(db: Database, known: Mapping[str, Callable[..., Any]], private: Private) -> int:
    """Calls every scoped function as everybody who may not see; how many calls that were."""
    made = 0
    before = hers(db)
    for name, function in known.items():
        for who in outsiders():
            own = who.user_id == EVE and (
                name.startswith(OWN_EVERYWHERE) or "Viewer" not in parameters(function).values() or "user" in name
            )
            if not scoped(function) or own:
                continue
            for arguments in calls(function, who, private):
                made += 1
                try:
                    words = shown(function(db, **arguments))
                except (DbError, IntegrityError, ValueError) as error:
                    words = str(error)
                words += shown([one for one in arguments.values() if isinstance(one, io.BytesIO) and one.tell()])
                assert MARK not in words, f"{name} shows {who} what is Eve's"
                if who.user_id != EVE:
                    assert str(EVE) not in words, f"{name} tells {who} of Eve"
                    assert BY_MESSAGE not in words, f"{name} shows {who} what is Eve's"
    assert hers(db) == before, "somebody else changed what is Eve's"
    return made


def test_nobody_else_learns_or_changes_anything(db: Database) -> None:
    private = fill(db)
    assert len(hers(db)) > 12
    assert intrude(db, functions(), private) > 120


@pytest.mark.parametrize(
    "careless",
    [
        lambda viewer, table: [true()],
        lambda viewer, table: [table.owner_id == EVE],
        lambda viewer, table: [table.shared & (table.guild_id == viewer.guild_id)],
    ],
)
def test_a_hole_in_the_rule_is_noticed(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch, careless: Callable[..., Any]
) -> None:
    private = fill(sqlite_db)
    patched = [loaded for loaded in modules().values() if hasattr(loaded, "visible_clauses")]
    assert len(patched) > 4
    for loaded in patched:
        monkeypatch.setattr(loaded, "visible_clauses", careless)
    with pytest.raises(AssertionError, match="Eve"):
        intrude(sqlite_db, functions(), private)


def test_a_leak_in_one_function_is_noticed(sqlite_db: Database) -> None:
    private = fill(sqlite_db)

    def peek(db: Database, viewer: Viewer, job_id: int) -> list[str]:
        with db.read() as session:
            return list(session.scalars(text("SELECT text FROM reviews WHERE job_id = :job"), {"job": job_id}))

    with pytest.raises(AssertionError, match=r"results\.peek shows"):
        intrude(sqlite_db, {"results.peek": peek}, private)
