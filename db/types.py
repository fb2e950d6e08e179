"""Record types that go in and out of this room: frozen, no SQLAlchemy objects. Times are aware UTC."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple

from common.aspects import Name, Polarity
from common.messages import GAVE_UP_DIED, GAVE_UP_FINISH, GAVE_UP_INGEST, GAVE_UP_NO_ROOM, GAVE_UP_STUCK
from common.stars import NEGATIVE_TO, POSITIVE_FROM

JobKind = Literal["message", "file"]
JobState = Literal["ingesting", "active", "finishing", "done", "needs_column", "cancelled", "failed"]
ChunkKind = Literal["ingest", "score", "finish"]
ChunkState = Literal["pending", "queued", "running", "done", "cancelled", "failed"]
QueueName = Literal["interactive", "bulk"]
Source = Literal["message", "interaction", "cli"]
Label = Literal["positive", "negative", "uncertain"]
OutputKind = Literal["scored", "rejected", "chart"]

WORKING: Final[tuple[JobState, ...]] = ("ingesting", "active", "finishing")
"""States in which chunks of a job may be claimed."""
TERMINAL: Final[tuple[JobState, ...]] = ("done", "cancelled", "failed")
LABELS: Final[tuple[Label, ...]] = ("positive", "negative", "uncertain")
MODEL_CHANGED: Final = "model_changed"
"""`jobs.error_code` of an unfinished job that is scored anew by another model."""
READER_DIED: Final = "reader_died"
READER_STUCK: Final = "reader_stuck"
NO_ROOM: Final = "no_room"
"""Why an attempt at a file failed, where its owner is told so in the end: the process that read it died or stood still,
or the disk was full."""
TIME_LIMIT: Final = "SoftTimeLimitExceeded"
"""Why an attempt failed that took too long: the pool's exception for it."""
RETRYABLE: Final = frozenset({GAVE_UP_INGEST, GAVE_UP_FINISH, GAVE_UP_DIED, GAVE_UP_STUCK, GAVE_UP_NO_ROOM})
"""`jobs.error_code` of a file that failed for a reason that may pass; a retry goes on from there."""
AGREES_FROM: Final = 100 * POSITIVE_FROM
DISAGREES_TO: Final = 100 * NEGATIVE_TO
"""Hundredths of a star of ten: from the first on stars say positive, up to the second negative."""
BINS: Final = 20
"""Bins of every histogram of probabilities: bin i holds [i/20, (i+1)/20), the last one 1.0 too."""


COMMAND_LINE: Final[Source] = "cli"
"""`Source` of what the command line sent in: no message shows it, and nobody is owed one."""
HOST_USER: Final = 100
"""Whose is what the command line sends in: the host's. No account of Discord has a number below 2**22."""


def bin_of(probability: float) -> int:
    """The histogram bin (0 to 19) of a probability in [0, 1]."""
    return min(BINS - 1, int(probability * BINS))


FileNote = tuple[str, Mapping[str, Any]]
"""Code and values of a message (`common.messages`) that says how a file was read."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and from where: `guild_id` None is a direct message or the command line.

    `channels`: those of the server that they can see; what was shared in another is not shown to them.
    """

    user_id: int
    guild_id: int | None = None
    channels: frozenset[int] = frozenset()

    def only_in(self, channel_id: int) -> Viewer:
        """The same viewer who looks for everybody in one channel: of what others shared, only what was shared there."""
        return replace(self, channels=self.channels & {channel_id})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a review or file came from; (source, source_id) is the event that is never taken twice.

    `reply_to`: the message that was reviewed, in `reply_channel_id`, or in `channel_id` when that is None.
    `reply_token`: of the interaction's reply, with which a restarted bot can still finish it.
    `language`: in which its owner is answered, None for English.
    `shared_in`: the channel whose members see it when it is shared, `channel_id` when None.
    """

    owner_id: int
    guild_id: int | None
    channel_id: int | None
    source: Source
    source_id: int
    reply_to: int | None = None
    shared: bool = False
    film: str | None = None
    reply_channel_id: int | None = None
    reply_token: str | None = field(default=None, repr=False)
    language: str | None = None
    shared_in: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A stored job and its chunk; `duplicate`: the event was taken before, these are its ids.

    `due`: publish the chunk now; else it waits behind others of its owner and the sweep publishes it.
    """

    job_id: int
    chunk_id: int
    kind: ChunkKind
    queue: QueueName
    duplicate: bool
    due: bool = True


@dataclass(frozen=True, slots=True)
class WakeUp:
    """A chunk to publish."""

    chunk_id: int
    kind: ChunkKind
    queue: QueueName


@dataclass(frozen=True, slots=True)
class Claim:
    """A lease on one chunk. `attempt` is the fence: who holds an older one can store nothing. Rows are inclusive."""

    chunk_id: int
    job_id: int
    kind: ChunkKind
    queue: QueueName
    attempt: int
    first_row: int
    last_row: int


@dataclass(frozen=True, slots=True)
class StarSums:
    """What is summed up of estimated stars, and of those that a file gives itself. Sums are exact, in any order.

    n, total, squares: estimates (1 to 10, in halves). rated: reviews with a decided label whose own stars say positive
    or negative, agreed: those that the label agrees with. gaps: reviews with both, gap and gap_squares: the sums of
    estimate minus own stars in hundredths of a star of ten, and of its square.
    """

    n: int = 0
    total: float = 0.0
    squares: float = 0.0
    rated: int = 0
    agreed: int = 0
    gaps: int = 0
    gap: float = 0.0
    gap_squares: float = 0.0

    @classmethod
    def of(cls, values: Sequence[float] | None) -> StarSums:
        """From the eight numbers in their order, as they are stored; None: nothing is summed up."""
        if values is None:
            return NO_STARS
        n, total, squares, rated, agreed, gaps, gap, gap_squares = values
        return cls(int(n), float(total), float(squares), int(rated), int(agreed), int(gaps), gap, gap_squares)

    @classmethod
    def of_scores(cls, scores: Iterable[Score]) -> StarSums:
        """Of some verdicts."""
        n = rated = agreed = gaps = 0
        total = squares = all_gaps = gap_squares = 0.0
        for score in scores:
            stars, rating = score.stars, score.rating
            if stars is not None:
                n, total, squares = n + 1, total + stars, squares + stars * stars
            if rating is None:
                continue
            if stars is not None:
                gap = 100 * stars - rating
                gaps, all_gaps, gap_squares = gaps + 1, all_gaps + gap, gap_squares + gap * gap
            if score.label != "uncertain":
                high, low = rating >= AGREES_FROM, rating <= DISAGREES_TO
                rated += high or low
                agreed += high if score.label == "positive" else low
        return cls(n, total, squares, rated, agreed, gaps, all_gaps, gap_squares)

    def __add__(self, other: StarSums) -> StarSums:
        return StarSums(*map(operator.add, astuple(self), astuple(other)))

    def __sub__(self, other: StarSums) -> StarSums:
        return StarSums(*map(operator.sub, astuple(self), astuple(other)))

    @property
    def mean(self) -> float | None:
        """The average estimate, None without one."""
        return self.total / self.n if self.n else None

    @property
    def deviation(self) -> float | None:
        """The standard deviation of the estimates (with n - 1), None under two."""
        return _deviation(self.n, self.total, self.squares)

    @property
    def mean_gap(self) -> float | None:
        """By how many stars of ten the estimate lies above the reviews' own stars on average."""
        return self.gap / self.gaps / 100 if self.gaps else None

    @property
    def gap_deviation(self) -> float | None:
        """The standard deviation of that difference, in stars of ten."""
        spread = _deviation(self.gaps, self.gap, self.gap_squares)
        return None if spread is None else spread / 100


NO_STARS: Final = StarSums()


def _deviation(n: int, total: float, squares: float) -> float | None:
    return None if n < 2 else math.sqrt(max(0.0, squares - total * total / n) / (n - 1))


@dataclass(slots=True)
class ReviewRow:
    """A stored review to be scored; equal `text_hash`, equal text. None for a text that is always scored.

    `rating`: the stars that the file gives it, as in `NewReview`.
    """

    review_id: int
    row_number: int
    text: str
    film: str | None
    day: date | None
    text_hash: int | None = None
    rating: int | None = None


@dataclass(
    slots=True
)  # not frozen, nor are the next ones: a file has a million, and frozen ones take three times as long
class NewReview:
    """A row of a file that will be scored; `row_number` counts data rows from 1.

    `rating`: the stars that the file gives it, in hundredths of a star of ten (0 to 1,000), None where it gives none.
    """

    row_number: int
    text: str
    film: str | None = None
    day: date | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class NewRejected:
    """A row of a file that cannot be scored, and why."""

    row_number: int
    code: str
    reason: str


class Judged(NamedTuple):
    """What a clause says of an aspect: `start` and `end` as characters of the review's text, half-open, None once the
    text was deleted; `probability` (0..1) of positive."""

    name: Name
    start: int | None
    end: int | None
    polarity: Polarity
    probability: float


Said = tuple[Name, int | None, int | None, Polarity, float]
"""The values of a `Judged`. To make one for each clause of a file, a dozen a review, takes longer than to find out who
needs it."""


@dataclass(slots=True)
class Score:
    """A verdict to store; `explanation`: (start, end, contribution) per sentence, offsets in characters.

    `stars`: the estimate (1 to 10, in halves), None where there is none. `mixed`: None where the sentences were not
    read. `rating`: of the review that is scored. `aspects`: what its clauses say; none where nobody asked.
    """

    review_id: int
    label: str
    probability: float
    flags: tuple[str, ...] = ()
    explanation: Sequence[tuple[int, int, float]] | None = None
    stars: float | None = None
    mixed: bool | None = None
    rating: int | None = None
    aspects: Sequence[Said] = ()


@dataclass(frozen=True, slots=True)
class UploadInfo:
    """The input file of a job, columns and format that its sender asked for; `size` in bytes, `owner`: of the job."""

    blob_id: int
    filename: str
    size: int
    sha256: str
    text_column: str | None
    film_column: str | None
    date_column: str | None
    file_format: str | None = None
    owner: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    """What else the sender said of how it is read: `stars_column`, `no_header`, `sheet`, `delimiter`, `encoding`;
    `accuracy`, in percent; `mixed`, whether it is said which rows are; and `aspects`, whether they are found."""


@dataclass(frozen=True, slots=True)
class Output:
    """A finished file to attach to a job."""

    kind: OutputKind
    filename: str
    blob_id: int


@dataclass(frozen=True, slots=True)
class OutputInfo:
    """A stored file of a finished job; `size` in bytes."""

    kind: OutputKind
    filename: str
    size: int
    blob_id: int


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as its card shows it. `rows_total` grows while the file is read and is final from 'active' on.

    A failed job has `error_code` and `error_values` (common/messages.py), one of before migration 0010 the English
    sentence `error` in their place.
    """

    id: int
    kind: JobKind
    state: JobState
    owner_id: int
    guild_id: int | None
    channel_id: int | None
    message_id: int | None
    source: Source
    source_id: int
    reply_to: int | None
    shared: bool
    film: str | None
    filename: str | None
    title: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    rows_total: int
    rows_done: int
    rows_rejected: int
    rows_failed: int
    n_positive: int
    n_negative: int
    n_uncertain: int
    histogram: tuple[int, ...]
    error_code: str | None
    error: str | None
    columns: tuple[str, ...]
    version: int
    rendered_version: int
    delivered_at: datetime | None
    model: str | None
    reply_channel_id: int | None = None
    reply_token: str | None = field(default=None, repr=False)
    language: str | None = None
    error_values: Mapping[str, Any] | None = None
    read: Mapping[str, str | None] = field(default_factory=dict)
    """The columns that were read: `text`, `film`, `date`, `stars`; empty before."""
    notes: tuple[FileNote, ...] = ()
    """What else is said of how its file was read."""
    asks: Literal["column", "sheet"] = "column"
    """What `columns` are while the job waits for a choice: columns, or files of an archive."""
    upload_size: int | None = None
    """Bytes of the file that was sent, as it was sent."""
    stars: StarSums = NO_STARS
    aspects: tuple[AspectCount, ...] = ()
    """What its reviews praise and blame, in the order of `common.aspects`."""
    accuracy: float | None = None
    """In percent, where its sender asked for one: verdicts that are less sure than that are `uncertain`."""
    hygiene: Mapping[str, Any] = field(default_factory=dict)
    """What of its file deserves a second look: `copies` and `adverts` with `count` and the first `rows`, `bursts` with
    `day`, `count`, `first` and `last` row of each; empty where nothing does."""

    @property
    def terminal(self) -> bool:
        """Whether the job is done, cancelled or failed."""
        return self.state in TERMINAL

    @property
    def retryable(self) -> bool:
        """Whether going on may bring more: a file that was cancelled, or given up for a reason that may pass."""
        return self.kind == "file" and (
            self.state == "cancelled" or (self.state == "failed" and self.error_code in RETRYABLE)
        )


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """`oldest_waiting_s`: seconds since the oldest published chunk was first published, None when none waits."""

    oldest_waiting_s: float | None
    waiting_interactive: int
    waiting_bulk: int
    running: int


@dataclass(frozen=True, slots=True)
class ResultView:
    """One verdict; `id` is the review's. `text` is None after the retention time or when its owner deleted it."""

    id: int
    job_id: int
    row_number: int
    text: str | None
    film: str | None
    label: Label
    probability: float
    flags: tuple[str, ...]
    explanation: tuple[tuple[int, int, float], ...] | None
    model: str
    created_at: datetime
    owner_id: int
    guild_id: int | None
    channel_id: int | None
    reply_to: int | None
    source: Source
    reply_channel_id: int | None = None
    shared: bool = False
    day: date | None = None
    """Of the review: the file's own, else the day on which it was sent."""
    stars: float | None = None
    mixed: bool | None = None
    rating: int | None = None
    """Stars, mixed and rating as in `Score`."""
    aspects: tuple[Judged, ...] = ()
    """Of a single result alone; empty on pages of many."""


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """`query`: words that must all occur in the text; `since` and `until`: first and last day, both included (UTC).

    `min_probability`: how sure a verdict is of its label at least, 0..1: a negative one of being negative.
    """

    query: str | None = None
    label: str | None = None
    film: str | None = None
    min_probability: float | None = None
    since: date | None = None
    until: date | None = None
    job_id: int | None = None
    sort: Literal["newest", "probability"] = "newest"


@dataclass(frozen=True, slots=True)
class HitCount:
    """How many results fit a search. `whole`: False when there are more than were counted."""

    found: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `next_cursor` None on the last. `partial`: the search came this far in its time; the next goes on.
    `other_films`: as in `Report`.
    """

    items: list[ResultView]
    next_cursor: str | None
    partial: bool = False
    other_films: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Days are inclusive, in UTC; a review without a day of its own counts on the day its job was accepted."""

    film: str | None = None
    job_id: int | None = None
    since: date | None = None
    until: date | None = None
    by: Literal["day", "week", "month", "film"] = "day"


@dataclass(frozen=True, slots=True)
class Quote:
    """A clause of somebody's review, while its text is kept."""

    review_id: int
    job_id: int
    owner_id: int
    shared: bool
    film: str | None
    words: str


@dataclass(frozen=True, slots=True)
class AspectCount:
    """How many reviews praise an aspect, blame it, or do neither more than the other.

    A review counts once, by what most of its clauses say. `others_for`, `others_against`: the same of all other films
    that are seen, in a report on one film. `quotes`: the surest clause for it and the surest against it.
    """

    name: Name
    n_for: int
    n_against: int
    n_neither: int = 0
    others_for: int = 0
    others_against: int = 0
    quotes: tuple[Quote | None, Quote | None] = (None, None)

    @property
    def judged(self) -> int:
        """Reviews that praise or blame it."""
        return self.n_for + self.n_against


@dataclass(frozen=True, slots=True)
class Bucket:
    """`key`: 2026-11-22, 2026-W47 (ISO week), 2026-11, or a film ('' for reviews without one).

    `deviation`: standard deviation of the probabilities (with n - 1), None under two reviews.
    """

    key: str
    total: int
    n_positive: int
    n_negative: int
    n_uncertain: int
    mean_probability: float
    n_flagged: int = 0
    deviation: float | None = None
    stars: StarSums = NO_STARS


@dataclass(frozen=True, slots=True)
class Report:
    """`mean_probability` is None when nothing matches; buckets by time ascend, by film the largest comes first.

    `n_buckets`: how many there are; of films only the largest are listed. `flags` and `rejected_codes`: how often each,
    the most frequent first; a review may carry several flags. `corrections`: what people said of these verdicts, of
    which `agreed` with the verdict; `corrected`: the verdicts of which anybody said something. `mismatches`: the surest
    verdicts that the file's own stars contradict, of a report on one job or film.
    `hygiene`: as in `JobView`, of a report on one job. `aspects`: those that any review judges, in the order of
    `common.aspects`. `other_films`: films of the name that was asked for and a year,
    of which reviews that name no year could be any. `film_names`: how the film is stored, of a report on one.
    """

    total: int
    n_positive: int
    n_negative: int
    n_uncertain: int
    mean_probability: float | None
    histogram: tuple[int, ...]
    buckets: list[Bucket]
    most_positive: list[ResultView]
    most_negative: list[ResultView]
    rejected: int
    n_flagged: int = 0
    deviation: float | None = None
    n_buckets: int = 0
    flags: tuple[tuple[str, int], ...] = ()
    rejected_codes: tuple[tuple[str, int], ...] = ()
    corrections: int = 0
    corrected: int = 0
    agreed: int = 0
    stars: StarSums = NO_STARS
    mismatches: list[ResultView] = field(default_factory=list)
    hygiene: Mapping[str, Any] = field(default_factory=dict)
    aspects: tuple[AspectCount, ...] = ()
    film_names: tuple[str, ...] = ()
    other_films: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThemeText:
    """A readable review with a decided verdict, for counting phrases.

    `author`: a number for who wrote it; None where that is not known, as in a file of many people's reviews.
    """

    id: int
    text: str
    positive: bool
    author: int | None
    owner_id: int
    job_id: int
    shared: bool


@dataclass(frozen=True, slots=True)
class ThemeTexts:
    """Reviews of a report's subject and of the rest that the viewer sees; `whole`: False when the subject has more."""

    subject: Sequence[ThemeText]
    rest: Sequence[ThemeText]
    whole: bool


@dataclass(frozen=True, slots=True)
class Corrections:
    """What was said about one verdict: the viewer's own label and note, and how often each label was named."""

    label: Label | None
    note: str | None
    counts: Mapping[Label, int]


@dataclass(frozen=True, slots=True)
class Notice:
    """A message owed to a user about a job."""

    id: int
    job_id: int
    user_id: int
    kind: str
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UserSettings:
    """`share`: what commands take when nobody says; `dm_notices`: whether results may come as direct messages when they
    have no other place; `file_format` None: the format that came in.
    """

    user_id: int
    share: bool = False
    dm_notices: bool = True
    file_format: str | None = None


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """None: the host's value counts. `channels`: where the bot answers, `roles`: who may send files; empty is all.

    `max_active_jobs` is a member's, `max_upload_mib` a file's limit; both can only lower the host's.
    """

    guild_id: int
    retention_days: int | None = None
    max_active_jobs: int | None = None
    max_upload_mib: int | None = None
    channels: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()


Every = Literal["week", "month"]


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of a server. `films`: only these, empty for all. `told_until`: the last day that it has told of.

    `off_reason`: why the bot switched it off (`closed`: the channel is gone or shut, `refused`: Discord would not take
    it); None while it is on. `set_by`: who is told then.
    """

    guild_id: int
    channel_id: int
    every: Every
    films: tuple[str, ...]
    alerts: bool
    language: str | None
    set_by: int | None
    told_until: date
    looked_on: date | None = None
    alerted_on: date | None = None
    off_reason: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A line of the audit log, with `actor_id` (a server manager's) or `actor_name` (the host's login name)."""

    id: int
    created_at: datetime
    guild_id: int | None
    actor_id: int | None
    actor_name: str | None
    action: str
    old: str | None
    new: str | None
