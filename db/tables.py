"""All tables. Two things are stored twice for speed, both kept equal to a recount by the same transaction:
the counts on `jobs`, and `predictions` repeating what visibility and reports ask for.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.clock import UtcTime, db_time
from db.crypto import SealedText, Stored
from db.types import BINS, ChunkKind, ChunkState, JobKind, JobState, Label, OutputKind, QueueName, Source

# SQLite gives out a key of its own only for INTEGER; 64 bits all the same.
Key = BigInteger().with_variant(Integer, "sqlite")
NEVER_REUSED = {"sqlite_autoincrement": True}
EMPTY_HISTOGRAM = [0] * BINS


class Base(DeclarativeBase):
    """Constraints have names, because a batch migration on SQLite can only drop what it can name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy when the class is made
        datetime: UtcTime(),
        str: Text(),
        int: Integer(),
        dict[str, Any]: JSON(),
        list[int]: JSON(),
        list[str]: JSON(),
        list[float]: JSON(none_as_null=True),
        list[list[float]]: JSON(none_as_null=True),
    }


def one_of(column: str, *values: str) -> CheckConstraint:
    """A check that `column` is one of the values."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


def only(condition: str) -> dict[str, Any]:
    """Makes an index one over the rows that fit, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Job(Base):
    """One accepted message or file, its progress and its counts."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[JobKind] = mapped_column(String(16))
    state: Mapped[JobState] = mapped_column(String(16))
    owner_id: Mapped[int] = mapped_column(BigInteger)
    guild_id: Mapped[int | None] = mapped_column(BigInteger)
    channel_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[Source] = mapped_column(String(16))
    source_id: Mapped[int] = mapped_column(BigInteger)
    part: Mapped[int] = mapped_column(default=0)
    reply_to: Mapped[int | None] = mapped_column(BigInteger)
    # In which language its owner is answered; None: English.
    language: Mapped[str | None] = mapped_column(String(16))
    # Where `reply_to` is, when that is not the channel of the job's card.
    reply_channel_id: Mapped[int | None] = mapped_column(BigInteger)
    # The token of the interaction's reply, worth 15 minutes; gone once the job is delivered.
    reply_token: Mapped[str | None]
    shared: Mapped[bool] = mapped_column(Boolean, default=False)
    # Who can see this channel sees what is shared (db/visibility.py); None: nobody but its owner.
    shared_in: Mapped[int | None] = mapped_column(BigInteger)
    film: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=db_time())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]
    # Its texts and files are being deleted: from here on nobody may go on with it (db/privacy/purge.py).
    purge_begun_at: Mapped[datetime | None]
    # Bytes of its files and texts, for quotas (db/queue/quotas.py); 0 once they are gone, and for single reviews.
    stored_bytes: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_rejected: Mapped[int] = mapped_column(default=0)
    rows_failed: Mapped[int] = mapped_column(default=0)
    n_positive: Mapped[int] = mapped_column(default=0)
    n_negative: Mapped[int] = mapped_column(default=0)
    n_uncertain: Mapped[int] = mapped_column(default=0)
    histogram: Mapped[list[int]] = mapped_column(default=lambda: list(EMPTY_HISTOGRAM))
    # The numbers of db/types.py:StarSums; null while there are none.
    star_sums: Mapped[list[float] | None]
    # Three numbers for each aspect (db/queries/aspect_sums.py); null while there are none.
    aspect_sums: Mapped[list[int] | None]
    model: Mapped[str | None] = mapped_column(String(200))
    model_refused_at: Mapped[datetime | None]
    # A row of common/messages.py with its values; `error`: the English sentence of a job that failed before 0010.
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_values: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    error: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    rendered_version: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None]
    # Its verdicts are summed up in report_days, report_films, report_flags, report_aspects (db/queries/summaries.py).
    rolled_up: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())

    __table_args__ = (
        UniqueConstraint("source", "source_id", "part"),
        one_of("kind", "message", "file"),
        one_of("state", "ingesting", "active", "finishing", "done", "needs_column", "cancelled", "failed"),
        one_of("source", "message", "interaction", "cli"),
        Index("ix_jobs_owner", "owner_id", "id"),
        Index("ix_jobs_shared_in", "guild_id", "id", "shared_in", **only("shared")),
        # What the notifier polls every second: small, whatever the number of finished jobs.
        Index("ix_jobs_undelivered", "id", **only("delivered_at IS NULL")),
        Index("ix_jobs_unpurged", "finished_at", **only("purged_at IS NULL")),
        # Fairness and quotas: few rows, whatever the number of finished jobs.
        Index("ix_jobs_unfinished", "owner_id", "id", **only("finished_at IS NULL")),
        Index("ix_jobs_day", "owner_id", "created_at"),
        Index("ix_jobs_unrolled", "id", **only("NOT rolled_up")),
        Index("ix_jobs_stored", "owner_id", "guild_id", "stored_bytes", **only("stored_bytes > 0")),
        # A message that its author deletes is found by its id.
        Index("ix_jobs_reply_to", "reply_to", **only("reply_to IS NOT NULL")),
        Index("ix_jobs_guild", "guild_id", **only("guild_id IS NOT NULL")),
        NEVER_REUSED,
    )

    @property
    def emptied(self) -> bool:
        """Whether its texts and files were deleted, or are about to be."""
        return self.purge_begun_at is not None or self.purged_at is not None


class Blob(Base):
    """A stored file; complete once `sha256` is there, which is a keyed digest (db/digests.py).

    `owner_id`: whose its parts are sealed for, null from before migration 0012.
    """

    __tablename__ = "blobs"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=db_time())

    __table_args__ = (
        Index("ix_blobs_sha256", "sha256"),
        Index("ix_blobs_owner_id", "owner_id", **only("owner_id IS NOT NULL")),
        NEVER_REUSED,
    )


class BlobPart(Base):
    """1 MiB of a file (the last part may be shorter), numbered from 0."""

    __tablename__ = "blob_parts"

    blob_id: Mapped[int] = mapped_column(ForeignKey("blobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Upload(Base):
    """The input file of a file job; `blob_id` goes with the retention time.

    sha256, content_digest: keyed digests (db/digests.py) of its bytes, and of the file of reviews packed in it.
    """

    __tablename__ = "uploads"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    blob_id: Mapped[int | None] = mapped_column(ForeignKey("blobs.id"))
    filename: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    text_column: Mapped[str | None]
    film_column: Mapped[str | None]
    date_column: Mapped[str | None]
    file_format: Mapped[str | None] = mapped_column(String(16))
    candidates: Mapped[list[str]] = mapped_column(default=list)
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    content_digest: Mapped[str | None] = mapped_column(String(64))
    # What of its rows deserves a second look (worker/files/hygiene.py); null before it was read.
    hygiene: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (
        Index("ix_uploads_sha256", "sha256"),
        Index("ix_uploads_blob_id", "blob_id"),
        Index(
            "ix_uploads_content_digest",
            "content_digest",
            sqlite_where=text("content_digest IS NOT NULL"),
            postgresql_where=text("content_digest IS NOT NULL"),
        ),
    )


class OutputFile(Base):
    """A finished file of a job."""

    __tablename__ = "outputs"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    kind: Mapped[OutputKind] = mapped_column(String(16))
    filename: Mapped[str]
    blob_id: Mapped[int] = mapped_column(ForeignKey("blobs.id"))

    __table_args__ = (
        UniqueConstraint("job_id", "kind"),
        Index("ix_outputs_blob_id", "blob_id"),
        one_of("kind", "scored", "rejected", "chart"),
    )


class Chunk(Base):
    """A unit of leased work. `attempt` only grows: it is the fence. `tries` counts attempts without progress."""

    __tablename__ = "chunks"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    kind: Mapped[ChunkKind] = mapped_column(String(16))
    queue: Mapped[QueueName] = mapped_column(String(16))
    state: Mapped[ChunkState] = mapped_column(String(16))
    attempt: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=db_time())
    queued_at: Mapped[datetime | None]
    rung_at: Mapped[datetime | None]
    rings: Mapped[int] = mapped_column(default=0)
    first_row: Mapped[int] = mapped_column(default=0)
    last_row: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        one_of("kind", "ingest", "score", "finish"),
        one_of("queue", "interactive", "bulk"),
        one_of("state", "pending", "queued", "running", "done", "cancelled", "failed"),
        Index("ix_chunks_job", "job_id", "state"),
        # The sweeper looks at unfinished chunks only, however many are done. Not partial: SQLite uses a partial index
        # only for conditions written out, and the state in ours is a parameter.
        Index("ix_chunks_state", "state", "queue", "job_id", "id"),
        NEVER_REUSED,
    )


class Review(Base):
    """One accepted text; `text` goes with the retention time or when its owner deletes it, and `text_hash` with it."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    row_number: Mapped[int]
    text: Mapped[Stored | None] = mapped_column(SealedText)
    film: Mapped[str | None]
    day: Mapped[date | None]
    # Keyed (db/verdict_cache.py), of rows of files; under it the text's verdict is found again.
    text_hash: Mapped[int | None] = mapped_column(BigInteger)
    # The stars that its file gives it, in hundredths of a star of ten.
    rating: Mapped[int | None] = mapped_column(SmallInteger)

    __table_args__ = (UniqueConstraint("job_id", "row_number"), NEVER_REUSED)


class KnownVerdict(Base):
    """What a model said of a text, under the text's keyed hash; names no job, no owner and no text."""

    __tablename__ = "known_verdicts"

    text_hash: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    model: Mapped[str] = mapped_column(String(200))
    label: Mapped[Label] = mapped_column(String(16))
    probability: Mapped[float]
    flags: Mapped[str]
    # 0: the model estimates none; null: kept by a version that did not ask, and not known any more.
    stars: Mapped[float | None]

    __table_args__ = (one_of("label", "positive", "negative", "uncertain"),)


class Prediction(Base):
    """The one verdict on a review; what visibility and reports ask for is repeated here from job and review."""

    __tablename__ = "predictions"

    review_id: Mapped[int] = mapped_column(
        Key, ForeignKey("reviews.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    owner_id: Mapped[int] = mapped_column(BigInteger)
    guild_id: Mapped[int | None] = mapped_column(BigInteger)
    shared: Mapped[bool] = mapped_column(Boolean)
    shared_in: Mapped[int | None] = mapped_column(BigInteger)
    film: Mapped[str | None]
    day: Mapped[date]
    label: Mapped[Label] = mapped_column(String(16))
    probability: Mapped[float]
    bin: Mapped[int] = mapped_column(SmallInteger)
    flags: Mapped[str] = mapped_column(default="")
    model: Mapped[str] = mapped_column(String(200))
    explanation: Mapped[list[list[float]] | None]
    created_at: Mapped[datetime]
    # The estimate, 1 to 10 in halves; null where the model gives none.
    stars: Mapped[float | None]
    # Whether it holds clear praise and clear criticism; null where its sentences were not read.
    mixed: Mapped[bool | None] = mapped_column(Boolean)
    rating: Mapped[int | None] = mapped_column(SmallInteger)

    __table_args__ = (
        one_of("label", "positive", "negative", "uncertain"),
        CheckConstraint("probability >= 0 AND probability <= 1", name="probability"),
        CheckConstraint(f"bin >= 0 AND bin < {BINS}", name="bin"),
        # The surest verdicts of a job, and pages of results by probability.
        Index("ix_predictions_job", "job_id", "label", "probability"),
        # Pages of results, newest first.
        Index("ix_predictions_owner", "owner_id", "review_id"),
        Index("ix_predictions_shared_in", "guild_id", "review_id", "shared_in", **only("shared")),
        # What a report asks of a film reads nothing but this; SQLite has the row's key in every index.
        Index(
            "ix_predictions_report",
            "job_id",
            "film",
            "day",
            "label",
            "bin",
            "probability",
            "flags",
            "stars",
            "rating",
            postgresql_include=["review_id"],
        ),
    )


STAR_NAMES = ("n_stars", "stars", "star_squares", "n_rated", "n_agreed", "n_gaps", "gap", "gap_squares")
"""The numbers of `db.types.StarSums`, in their order."""


def _sums() -> list[Column[Any]]:
    """What is summed up of verdicts: counts, and the sums of the probability and of its square."""
    counts = ("total", "n_positive", "n_negative", "n_uncertain", "n_flagged")
    return [
        *(Column(name, Integer, nullable=False) for name in counts),
        Column("probability", Double, nullable=False),
        Column("squares", Double, nullable=False),
        *(Column(name, Double, nullable=False, server_default=text("0")) for name in STAR_NAMES),
    ]


def _job_key() -> Column[Any]:
    return Column("job_id", Key, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)


BIN_NAMES = tuple(f"bin_{number:02}" for number in range(BINS))

# Summaries of jobs that ended, for reports. They know no owner: who sees them is who sees their job.
report_days = Table(
    "report_days",
    Base.metadata,
    _job_key(),
    Column("day", Date, primary_key=True),
    *_sums(),
    # The surest positive and the surest negative: where a report has to look for its extremes.
    Column("high", Double, nullable=True),
    Column("low", Double, nullable=True),
    *(Column(name, Integer, nullable=False) for name in BIN_NAMES),
)
report_films = Table(
    "report_films",
    Base.metadata,
    _job_key(),
    Column("film", Text, primary_key=True),  # '' where none was given
    *_sums(),
)
report_flags = Table(
    "report_flags",
    Base.metadata,
    _job_key(),
    Column("day", Date, primary_key=True),
    Column("flag", String(64), primary_key=True),
    Column("n", Integer, nullable=False),
)


# What the clauses of a review praise and blame: numbers of db/queries/aspect_sums.py, small for millions of rows. The
# places in the text go with the text.
aspects = Table(
    "aspects",
    Base.metadata,
    Column("review_id", Key, ForeignKey("predictions.review_id", ondelete="CASCADE"), primary_key=True),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("aspect", SmallInteger, nullable=False),
    Column("polarity", SmallInteger, nullable=False),
    Column("probability", SmallInteger, nullable=False),
    Column("begins", Integer, nullable=True),
    Column("ends", Integer, nullable=True),
    sqlite_with_rowid=False,
)
report_aspects = Table(
    "report_aspects",
    Base.metadata,
    _job_key(),
    Column("day", Date, primary_key=True),
    Column("aspect", SmallInteger, primary_key=True, autoincrement=False),
    Column("n_for", Integer, nullable=False),
    Column("n_against", Integer, nullable=False),
    Column("n_neither", Integer, nullable=False),
)


class RejectedRow(Base):
    """A row of a file that has no verdict, and why; never its text."""

    __tablename__ = "rejected_rows"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str]


class Correction(Base):
    """What a person says the verdict should have been; measures quality, trains nothing."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigInteger)
    label: Mapped[Label] = mapped_column(String(16))
    note: Mapped[Stored | None] = mapped_column(SealedText)
    created_at: Mapped[datetime] = mapped_column(default=db_time())

    __table_args__ = (
        UniqueConstraint("review_id", "user_id"),
        Index("ix_corrections_user_id", "user_id"),
        one_of("label", "positive", "negative", "uncertain"),
    )


class UserSetting(Base):
    """What a user chose."""

    __tablename__ = "user_settings"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    share: Mapped[bool] = mapped_column(Boolean)
    dm_notices: Mapped[bool] = mapped_column(Boolean)
    file_format: Mapped[str | None] = mapped_column(String(16))


class GuildSetting(Base):
    """What a server's managers chose; null: the host's value counts; an empty list: all channels, all roles."""

    __tablename__ = "guild_settings"

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    retention_days: Mapped[int | None]
    max_active_jobs: Mapped[int | None]
    max_upload_mib: Mapped[int | None]
    channels: Mapped[list[int]] = mapped_column(default=list, server_default=text("'[]'"))
    roles: Mapped[list[int]] = mapped_column(default=list, server_default=text("'[]'"))


class ServerDigest(Base):
    """The digest that a server's managers asked for: where, how often, of which films, and what it has told."""

    __tablename__ = "server_digests"

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    every: Mapped[str] = mapped_column(String(8))
    # Names, sealed for the server; empty: all films.
    films: Mapped[list[str]]
    alerts: Mapped[bool] = mapped_column(Boolean)
    language: Mapped[str | None] = mapped_column(String(16))
    # Who is told when it cannot be posted; null once they had themselves erased.
    set_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=db_time())
    # The last day of the last period that was told.
    told_until: Mapped[date]
    looked_on: Mapped[date | None]
    alerted_on: Mapped[date | None]
    # What is being posted just now (db/delivery/server_digests.py), and since when.
    posting: Mapped[str | None] = mapped_column(String(32))
    posting_since: Mapped[datetime | None]
    off_reason: Mapped[str | None] = mapped_column(String(16))

    __table_args__ = (
        one_of("every", "week", "month"),
        one_of("off_reason", "closed", "refused"),
        Index("ix_server_digests_set_by", "set_by", **only("set_by IS NOT NULL")),
    )


class NoticeRow(Base):
    """A message owed to a user about a job."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(32))
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=db_time())
    delivered_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("job_id", "user_id", "kind"),
        Index("ix_notices_undelivered", "id", **only("delivered_at IS NULL")),
    )


class Continuation(Base):
    """What a button goes on with and what is too long to stand in it; only its owner may press, for a week."""

    __tablename__ = "continuations"

    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16))
    # Sealed by db/delivery/continuations.py: then a JSON string.
    data: Mapped[Any] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=db_time())

    __table_args__ = (
        Index("ix_continuations_owner_id", "owner_id"),
        Index("ix_continuations_created_at", "created_at"),
    )


class BotState(Base):
    """What the bot remembers across restarts."""

    __tablename__ = "bot_state"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[str]


class Heartbeat(Base):
    """A process that serves, seen every few seconds (`db.operations.heartbeats`); goes when the process stops."""

    __tablename__ = "heartbeats"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    room: Mapped[str] = mapped_column(String(16))
    host: Mapped[str] = mapped_column(String(255))
    started_at: Mapped[datetime] = mapped_column(default=db_time())
    seen_at: Mapped[datetime] = mapped_column(default=db_time())
    facts: Mapped[dict[str, Any]]

    __table_args__ = (one_of("room", "bot", "worker"),)


class AuditLine(Base):
    """Who changed what of a server or of the host's data, and when; never a text of a review."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=db_time())
    guild_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str | None] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(64))
    old: Mapped[str | None]
    new: Mapped[str | None]

    __table_args__ = (Index("ix_audit_log_guild", "guild_id", "id"), NEVER_REUSED)


class BlockRow(Base):
    """A user or a server that the host shut out; enforced by the bot (`bot.door`)."""

    __tablename__ = "blocks"

    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    created_at: Mapped[datetime] = mapped_column(default=db_time())

    __table_args__ = (one_of("kind", "user", "server"),)


class DeletionRequest(Base):
    """A user who asked to be erased and is not yet, so that a restart in the middle leaves nothing behind."""

    __tablename__ = "deletion_requests"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    requested_at: Mapped[datetime] = mapped_column(default=db_time())


class MessageDeletion(Base):
    """A message of the bot's own that shows what was deleted here, and that the bot takes away when it can."""

    __tablename__ = "message_deletions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(default=db_time())

    __table_args__ = (UniqueConstraint("message_id"),)


class SentMessage(Base):
    """A message of the bot's own with somebody's words in it that is not the card of their job, until it is deleted."""

    __tablename__ = "sent_messages"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    owner_id: Mapped[int] = mapped_column(BigInteger)
    # Of which job or of which message of its owner it tells; None: neither.
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    source_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=db_time())

    __table_args__ = (
        Index("ix_sent_messages_owner_id", "owner_id"),
        Index("ix_sent_messages_job_id", "job_id", **only("job_id IS NOT NULL")),
        Index("ix_sent_messages_source_id", "source_id", **only("source_id IS NOT NULL")),
    )


class GuildMembership(Base):
    """A server that the bot is or was in; `left_at`: since when it is out of it."""

    __tablename__ = "guild_memberships"

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    left_at: Mapped[datetime | None]


class PurgeClock(Base):
    """One row: by which clock the last purge went, and since when one is refused (db/privacy/clock_guard.py)."""

    __tablename__ = "purge_clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purged_at: Mapped[datetime | None]
    refused_since: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
