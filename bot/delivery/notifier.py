"""Tells users what became of their jobs: SQL says what changed, this draws it and edits the message the bot owns.

A poll each second is the truth; a hint from a worker only makes it come earlier. What was shown and delivered stands in
SQL, so after a restart every job that is not delivered is shown again, in the same message.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import aiohttp
import discord
from discord.ext import tasks

from bot.cards.base import Card
from bot.cards.job import done_card, ended_card, ping_card, running_card
from bot.cards.links import in_dm
from bot.cards.verdict import unscored_card, verdict_card, waiting_card
from bot.core import BotCore, Place
from bot.delivery.attachments import DEFAULT_LIMIT, finished_files, size_limit
from bot.delivery.live_replies import Replies
from bot.delivery.nonces import of_job
from bot.delivery.outbox import GONE, passes
from bot.errors.table import note
from bot.metrics import note_shown
from bot.permissions import takes_notices
from bot.pools.children import ChildFailed
from bot.pools.heavy_work import DOWNLOADS, MAKING, SENDING, Lane
from common.i18n import ENGLISH, set_locale, tr, use_locale
from db.delivery.cards import mark_delivered, mark_rendered, set_card_message
from db.delivery.message_deletions import About, remember_sent
from db.engine import Database
from db.errors import DbError, NotFound
from db.queries.jobs import changed_jobs
from db.queries.results import verdict_of
from db.types import JobView, Viewer
from reporting.charts import histogram_png

log = logging.getLogger(__name__)

EDIT_EVERY_S: Final = 3.0
"""Least time between two edits of one message that only show progress; the last one does not wait."""
SOON: Final = timedelta(seconds=2)
"""A verdict that comes within this time is the first message; after it the user is told that the review waits."""
AT_ONCE: Final = 500
"""Most changed jobs looked at in one round."""
MOST_DRAWN: Final = 4
"""Charts that are drawn or wait: a small file that ends meanwhile gets none. One takes 0.15 s of a processor."""
FEW_REVIEWS: Final = 200
DRAWING_S: Final = 10.0
"""So long a small file waits for its chart, seconds; the first chart starts a process."""
CROWDED_S: Final = 1.0
"""And where others wait too."""
WORST_WAIT_S: Final = 60.0
WORST_REFUSED_S: Final = 3600.0
"""What Discord refuses it goes on refusing, mostly until somebody opens a thread again or changes a rule."""


@dataclass(slots=True)
class _Trouble:
    """A job that could not be shown for a reason that passes."""

    tries: int = 0
    not_before: float = 0.0


class NoticesOff(Exception):
    """The user wants no direct messages, see `/settings`: the job has no place but the reply to its command."""


class Refused(Exception):
    """Discord takes the end of this job nowhere for now; it is owed, and `/jobs` says so."""


CLOSED: Final = (*GONE, NoticesOff)
"""Why a card cannot stand at its place; trying again cannot help."""


class Notifier:
    """Shows changed jobs, each in its own task, so that one slow channel delays no other."""

    def __init__(self, bot: BotCore, *, poll_s: float) -> None:
        self._bot = bot
        self._loop = tasks.loop(seconds=poll_s)(self._look_safely)
        self._looking = False
        self._again = False
        self._showing: set[int] = set()
        self._held: set[int] = set()
        self._replies = Replies(bot)
        self._edited_at: dict[int, float] = {}
        self._trouble: dict[int, _Trouble] = {}
        self._gone: set[int] = set()
        self._down = False
        self._drawing = 0
        """Charts that are drawn, or wait for it."""
        self.looked_at = time.perf_counter()
        """By `time.perf_counter`: when it last looked for changed jobs and SQL answered."""

    def start(self) -> None:
        """Begins to poll."""
        self._loop.start()

    def stop(self) -> None:
        """Stops polling; what is being shown goes on."""
        self._loop.cancel()

    def wake(self) -> None:
        """Looks now instead of at the next poll; cheap to call often."""
        if self._looking:
            self._again = True
        else:
            self._bot.start_task(self._look_safely(), "notifier")

    @contextmanager
    def hold(self, source_id: int) -> Iterator[None]:
        """Leaves the job of this interaction to the caller, who waits for its event `job_ended`."""
        self._held.add(source_id)
        try:
            yield
        finally:
            self._held.discard(source_id)

    def keep_live(self, job_id: int, interaction: discord.Interaction[Any], hint: str) -> None:
        """Shows this job, under `hint`, in the private reply to `interaction` while its token lives."""
        self._replies.keep(job_id, interaction, hint)

    @asynccontextmanager
    async def card_of(
        self, job: JobView, *, limit: int = DEFAULT_LIMIT, user_id: int | None = None
    ) -> AsyncIterator[Card | None]:
        """What the job shows now, None for nothing. To be sent inside: the files of a finished job hold a place.

        `limit`: bytes of one attachment at its place. `user_id`: of the member who asks; None: the bot itself delivers.
        Raises UserError for a member who asks too much, DbError.
        """
        if job.kind == "message":
            yield await self._message_card(job)
        elif job.terminal and job.state != "done":
            yield ended_card(job)
        elif not job.terminal:
            yield running_card(job, datetime.now(UTC), limit=limit)
        else:
            async with self._done_card(job, limit, user_id) as card:
                yield card

    @asynccontextmanager
    async def _done_card(self, job: JobView, limit: int, user_id: int | None) -> AsyncIterator[Card]:
        heavy = self._bot.heavy
        if user_id is None:
            chart = await self._own_chart(job)  # first: what waits for a drawing takes no place to send
            async with heavy.turn(SENDING, None):  # of all that ended at once, a few lie on disk at a time
                yield await self._with_files(job, chart, limit, SENDING)
        else:
            async with heavy.turn(DOWNLOADS, user_id) as turn:
                async with turn.within(MAKING):
                    chart = await _chart(job, heavy.in_child)
                yield await self._with_files(job, chart, limit, DOWNLOADS)

    async def _with_files(self, job: JobView, chart: bytes | None, limit: int, lane: Lane) -> Card:
        outputs = await finished_files(self._bot, job, lane, limit=limit)
        return done_card(
            job, chart=chart, files=outputs.files, too_large=outputs.too_large, limit=limit, parted=outputs.parted
        )

    async def _own_chart(self, job: JobView) -> bytes | None:
        """As `_chart`; None too where many small files end at once: their owners are told now, in numbers."""
        if job.n_positive + job.n_negative + job.n_uncertain > FEW_REVIEWS:
            return await _chart(job, self._bot.heavy.in_own_child)
        if self._drawing >= MOST_DRAWN:
            return None
        self._drawing += 1
        # It goes on when nobody waits for it any more: ending it would end the process, which others need.
        drawing = asyncio.create_task(_chart(job, self._bot.heavy.in_own_child), name="drawing a chart")
        drawing.add_done_callback(self._drawn)
        try:
            async with asyncio.timeout(DRAWING_S if self._drawing == 1 else CROWDED_S):
                return await asyncio.shield(drawing)
        except TimeoutError:
            return None

    def _drawn(self, drawing: asyncio.Task[bytes | None]) -> None:
        self._drawing -= 1
        if not drawing.cancelled():
            drawing.exception()  # whoever waited was told

    async def first_place(self, job: JobView) -> Place | None:
        """Sends a job's first card at once; None when its channel or the user's DMs are closed.

        For callers that hold the job. Raises discord.HTTPException, aiohttp.ClientError, OSError, DbError.
        """
        limit = size_limit(self._bot, None if in_dm(job) else job.guild_id)
        async with self.card_of(job, limit=limit) as card:
            if card is None:
                return None
            try:
                place = await self._send(job, card)
            except CLOSED:
                return None
        self._edited_at[job.id] = time.monotonic()
        await self._bot.in_own_thread(mark_rendered, self._bot.db, job.id, job.version)
        return place

    # ---------------------------------------------------------------- rounds

    async def _look_safely(self) -> None:
        if self._looking:
            self._again = True
            return
        self._looking = True
        try:
            self._again = True
            while self._again:
                self._again = False
                await self._look()
        except Exception as error:
            if not self._down:
                note(error, "looking for changed jobs")
            self._down = True
        else:
            self._down = False
            self.looked_at = time.perf_counter()
        finally:
            self._looking = False

    async def _look(self) -> None:
        jobs = await self._bot.in_thread(changed_jobs, self._bot.db, limit=AT_ONCE)
        now = time.monotonic()
        self._gone.update(self._replies.end_old())
        for job in jobs:
            if job.id in self._showing or not self._due(job, now):
                continue
            if job.source_id in self._held:
                if job.terminal:
                    self._bot.dispatch("job_ended", job)
                continue
            self._showing.add(job.id)
            self._bot.start_task(self._show(job), f"showing job {job.id}")

    def _due(self, job: JobView, now: float) -> bool:
        trouble = self._trouble.get(job.id)
        if trouble is not None and now < trouble.not_before:
            return False
        if job.terminal:
            return True
        if job.kind == "message" and (job.source == "interaction" or datetime.now(UTC) - job.created_at < SOON):
            return False
        return now - self._edited_at.get(job.id, -EDIT_EVERY_S) >= EDIT_EVERY_S

    # ---------------------------------------------------------------- one job

    async def _show(self, job: JobView) -> None:
        set_locale(job.language)
        try:
            await self._deliver(job)
            self._trouble.pop(job.id, None)
        except (discord.HTTPException, aiohttp.ClientError, OSError, DbError) as error:
            self._postpone(job, error)
        except Refused as error:
            self._postpone(job, error, WORST_REFUSED_S)
        except Exception as error:
            self._postpone(job, error)
            raise
        finally:
            self._showing.discard(job.id)

    def _postpone(self, job: JobView, error: Exception, worst_s: float = WORST_WAIT_S) -> None:
        trouble = self._trouble.setdefault(job.id, _Trouble())
        trouble.tries += 1
        wait = min(worst_s, 2.0 ** min(trouble.tries, 20))
        trouble.not_before = time.monotonic() + wait
        log.warning("job %d could not be shown (%s), next try in %.0f s", job.id, type(error).__name__, wait)

    async def _deliver(self, job: JobView) -> None:
        limit = size_limit(self._bot, None if in_dm(job) else job.guild_id)
        if job.terminal or job.id not in self._gone:
            async with self.card_of(job, limit=limit) as card:
                if card is not None:
                    self._edited_at[job.id] = time.monotonic()
                    await self._show_with_fallback(job, card)
        db = self._bot.db
        if not job.terminal:
            await self._bot.in_thread(mark_rendered, db, job.id, job.version)
        else:
            await self._bot.in_thread(mark_delivered, db, job.id)
            note_shown(job)
            self._edited_at.pop(job.id, None)
            self._replies.drop(job.id)
            self._gone.discard(job.id)

    async def _show_with_fallback(self, job: JobView, card: Card) -> None:
        """Shows the card; without files where Discord takes none, elsewhere where it lets nobody change the old one.

        Raises Refused when how a job ended can be shown nowhere: it is still owed.
        """
        for shown in (card, _without_files(card)) if card.files else (card,):
            try:
                await self._show_at_its_place(job, shown)
            except CLOSED as error:
                await self._send_to_owner(job, shown, error)
            except discord.HTTPException as error:
                if passes(error):
                    raise
                log.warning("job %d: Discord refuses its card (%d, code %d)", job.id, error.status, error.code)
                continue
            return
        if job.terminal:
            await self._show_elsewhere(job, card)

    async def _show_elsewhere(self, job: JobView, card: Card) -> None:
        """Its message may not be changed, as in a thread that was archived: a new one says how the job ended."""
        for shown in (card, _without_files(card)) if card.files else (card,):
            for way in (self._send_anew, self._send_refused_to_owner):
                try:
                    if await way(job, shown):
                        return
                except CLOSED:
                    continue
                except discord.HTTPException as error:
                    if passes(error):
                        raise
        raise Refused

    async def _send_anew(self, job: JobView, card: Card) -> bool:
        """A new message where the old one stands, which calls its owner; False when there was no old one."""
        if job.message_id is None or job.channel_id is None:
            return False
        sent = await self._bot.outbox.send(
            job.channel_id, _calling(job, card), nonce=of_job(job, "again"), reply_to=job.message_id
        )
        db = self._bot.db
        await self._bot.in_own_thread(set_card_message, db, job.id, job.channel_id, sent.id, shared=job.shared)
        # The old one is nobody's card any more, and shows the file's name still.
        about = About(job.owner_id, job.id, shared=job.shared)
        await self._bot.in_own_thread(remember_sent, db, job.channel_id, job.message_id, about)
        return True

    async def _send_refused_to_owner(self, job: JobView, card: Card) -> bool:
        """A direct message; False where those are the place that refused it."""
        if in_dm(job) or job.guild_id is None or not await self._takes_notices(job):
            return False
        await self._send_notice(job, card)
        return True

    async def _show_at_its_place(self, job: JobView, card: Card) -> None:
        """Shows the card where the job stands, or makes it stand somewhere. Raises `GONE` when that place is closed."""
        if job.message_id is not None and job.channel_id is not None:
            await self._update(job, Place(job.channel_id, job.message_id), card)
        elif not (await self._replies.finish(job, card) or await self._replies.show(job, card)):
            place = await self._send(job, _with_ping(job, card))
            if place.old:
                await self._update(job, place, card)

    async def _update(self, job: JobView, place: Place, card: Card) -> None:
        """Makes the message at `place` show the card, and calls the owner of a file whose work is over."""
        await self._bot.outbox.edit(place.channel_id, place.message_id, card)
        if calls_owner(job):
            ping = await self._bot.outbox.send(
                place.channel_id, ping_card(job), nonce=of_job(job, "end"), reply_to=place.message_id
            )
            await self._remember(job, place.channel_id, ping)

    async def _send(self, job: JobView, card: Card) -> Place:
        """Sends a job's first message: to its channel, or to its owner's DMs when the work is private."""
        if in_dm(job):
            channel_id, reply_to = await self._bot.outbox.dm_channel(job.owner_id), None
            if channel_id != job.channel_id and not await self._takes_notices(job):
                raise NoticesOff
        else:
            channel_id = int(job.channel_id or 0)
            reply_to = job.reply_to if job.reply_channel_id is None else None
        message = await self._bot.outbox.send(channel_id, card, nonce=of_job(job, "card"), reply_to=reply_to)
        await self._bot.in_own_thread(set_card_message, self._bot.db, job.id, channel_id, message.id, shared=job.shared)
        return Place(channel_id, message.id, old=_title(message.embeds) != _title([card.embed]))

    async def _remember(self, job: JobView, channel_id: int, sent: discord.Message) -> None:
        """It goes with its job, or with its owner."""
        about = About(job.owner_id, job.id, shared=job.shared)
        await self._bot.in_own_thread(remember_sent, self._bot.db, channel_id, sent.id, about)

    async def _takes_notices(self, job: JobView) -> bool:
        """Whether its owner wants results of commands given elsewhere as direct messages."""
        return await takes_notices(self._bot, Viewer(job.owner_id, job.guild_id))

    async def _send_to_owner(self, job: JobView, card: Card, error: Exception) -> None:
        """The message was deleted or its channel closed: the result goes to the owner's DMs, once, or nowhere."""
        log.info("job %d: its place is gone (%s)", job.id, type(error).__name__)
        self._gone.add(job.id)
        if not job.terminal or in_dm(job) or not await self._takes_notices(job):
            return
        try:
            await self._send_notice(job, card)
        except GONE:
            log.info("job %d: its owner takes no direct messages", job.id)

    async def _send_notice(self, job: JobView, card: Card) -> None:
        """How the job ended as a direct message to its owner. Raises as `Outbox.send`."""
        notice = Card(
            content=tr("I could not show this in its channel, so here is job {job}.", job=job.id),
            embed=card.embed,
            view=card.view,
            files=card.files if job.kind == "message" else card.files[:10],
        )
        channel_id = await self._bot.outbox.dm_channel(job.owner_id)
        sent = await self._bot.outbox.send(channel_id, notice, nonce=of_job(job, "owner"))
        await self._remember(job, channel_id, sent)

    async def _message_card(self, job: JobView) -> Card | None:
        if not job.terminal:
            return waiting_card(job)
        if job.state != "done":
            return unscored_card(job)
        try:
            result = await self._bot.in_thread(verdict_of, self._bot.db, job.id)
        except NotFound:  # a review that failed has no verdict, nor has one its owner deleted meanwhile
            return unscored_card(job)
        # What answers a message as Discord's reply shows that message anyway.
        return verdict_card(result, linked=job.source == "interaction")


async def _chart(job: JobView, draw: Callable[..., Awaitable[bytes]]) -> bytes | None:
    """The histogram as PNG; None without verdicts, and where it cannot be drawn: the numbers are what counts."""
    if not job.n_positive + job.n_negative + job.n_uncertain:
        return None
    try:
        with use_locale(ENGLISH):  # charts have no glyphs for every language
            return await draw(_histogram, job.histogram, f"Job {job.id}: how the reviews feel")
    except (ChildFailed, TimeoutError) as error:
        log.warning("job %d is shown without its chart (%s: %s)", job.id, type(error).__name__, error)
        return None


def _histogram(_: Database, counts: Sequence[int], title: str) -> bytes:
    return histogram_png(counts, title=title)


def _title(embeds: Sequence[discord.Embed | None]) -> str:
    """What tells the states of a card apart."""
    return " ".join((embed.title or "").strip() for embed in embeds if embed is not None)


def calls_owner(job: JobView) -> bool:
    """Whether the end of a job is news to its owner: not of one that they cancelled themselves."""
    return job.kind == "file" and job.terminal and job.state != "cancelled"


def _with_ping(job: JobView, card: Card) -> Card:
    """A first message that is already the last one calls the owner itself."""
    if not calls_owner(job):
        return card
    ping = ping_card(job)
    return Card(content=ping.content, embed=card.embed, view=card.view, files=card.files, ping=ping.ping)


def _calling(job: JobView, card: Card) -> Card:
    """The card with its owner's name above it: whoever was told nothing else is called by it."""
    if job.kind == "file" and not calls_owner(job):
        return card
    content = ping_card(job).content if job.kind == "file" else f"<@{job.owner_id}>"
    return Card(content=content, embed=card.embed, view=card.view, files=card.files, ping=(job.owner_id,))


def _without_files(card: Card) -> Card:
    """The card with a hint in the place of its files."""
    embed = None if card.embed is None else card.embed.copy()
    if embed is not None:
        embed.set_image(url=None)
        notice = tr("Discord did not accept the files here. Try `/jobs download`.")
        embed.description = f"{embed.description or ''}\n{notice}"
    return Card(content=card.content, embed=embed, view=card.view, ping=card.ping)
