"""The command that sends files into the queue of bot and workers: `submit`."""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BufferedRandom, BufferedReader
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.common import Quiet, counted, load_settings, model_folder, progress, stop, stored
from cli.exporting import Force, NoFiles, Wanted, save_files
from cli.file_options import (
    Accuracy,
    Aspects,
    DateColumn,
    Delimiter,
    EncodingName,
    FilmColumn,
    Mixed,
    NoHeader,
    Sheet,
    StarsColumn,
    TextColumn,
    is_piped,
    step_of,
)
from cli.hints import failure_text, with_hint
from cli.jobs import job_record
from cli.outputs import InTheWay, check_free, rejected_place
from common.file_formats import is_review_file, one_of, written_names
from common.process import exit_codes

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).
if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from db.engine import Database
    from db.queue.quotas import Quotas
    from db.queue.submissions import Submission, Submitted
    from db.types import JobView
    from model import Scorer
    from worker.files.options import ReadOptions

MIB: Final = 1 << 20
POLL_S: Final = 0.5
"""Pause between two looks at the jobs that are waited for, seconds."""


def submit(
    sources: Annotated[list[str], typer.Argument(metavar="FILE...", help="Review files; - is standard input.")],
    wait: Annotated[bool, typer.Option("--wait", help="Until all are scored; files wait for a place too.")] = False,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="File or folder for the scored copies, or - for one; waits for them."),
    ] = None,
    format: Annotated[str | None, typer.Option(help=f"{one_of(written_names())}. Default: as it came in.")] = None,
    stdin_format: Annotated[str, typer.Option(help="What standard input holds.")] = "txt",
    text_column: TextColumn = None,
    film_column: FilmColumn = None,
    date_column: DateColumn = None,
    stars_column: StarsColumn = None,
    no_header: NoHeader = False,
    sheet: Sheet = None,
    delimiter: Delimiter = None,
    encoding: EncodingName = None,
    accuracy: Accuracy = None,
    mixed: Mixed = False,
    aspects: Aspects = False,
    again: Annotated[bool, typer.Option("--again", help="Score files anew that were scored before.")] = False,
    force: Force = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each file.")] = False,
    quiet: Quiet = False,
) -> None:
    """Sends review files into the queue that workers score from, as `/batch` does; each file once."""
    from db.queue.quotas import quotas_of
    from model.serving.dial import Dial
    from model.serving.model_folder import read_card
    from worker.files.errors import FileError
    from worker.files.options import ReadOptions
    from worker.files.writers.target import parse_format

    if output is not None and len(sources) > 1 and not Path(output).is_dir():
        raise typer.BadParameter("--output must be an existing folder when there are several files.")
    if output is not None and not Path(output).parent.is_dir():
        raise typer.BadParameter(f"there is no folder {Path(output).parent} for --output.")
    if json and output == "-":
        raise typer.BadParameter("--json and --output - cannot both be standard output.")
    if not is_review_file(f"stdin.{stdin_format}"):
        raise typer.BadParameter(f"--stdin-format is the suffix of a review file, not {stdin_format}.")
    options = ReadOptions(
        text_column=text_column,
        film_column=film_column,
        date_column=date_column,
        stars_column=stars_column,
        no_header=no_header,
        sheet=sheet,
        delimiter=delimiter,
        encoding=encoding,
    )
    try:
        options.separator(), options.codec()
        if format is not None:
            parse_format(format)
    except FileError as error:
        raise typer.BadParameter(with_hint(error)) from None
    if output not in (None, "-") and not Path(str(output)).is_dir():
        try:
            check_free(Path(str(output)), _identity(sources[0]) or "", force=force, usual=False)
        except InTheWay as error:
            stop(error, exit_codes.DISK)
    config = load_settings()
    if accuracy is not None:
        step_of(Dial.of_card(read_card(model_folder(None))), accuracy)
    verdicts = {"accuracy": accuracy, "mixed": mixed, "aspects": aspects}
    with stored() as database:
        batch = _Batch(
            database,
            quotas_of(config),
            _Asked(options, verdicts, format, stdin_format, config.max_upload_mib * MIB, again=again),
            _Shown(json=json, quiet=quiet, errors_only=output == "-"),
            None if output is None else Wanted(output, force=force),
        )
        if wait or output is not None:
            with progress(quiet=quiet or json) as bar:
                batch.shown.bar = bar
                batch.follow(deque(sources), bar)
        else:
            for source in sources:
                batch.send(source)
            batch.say_who_works()
    if batch.code:
        raise typer.Exit(batch.code)


def score_and_store(
    sources: Sequence[str],
    scorer: Scorer,
    options: ReadOptions,
    verdicts: Mapping[str, Any],
    *,
    stdin_format: str,
    format: str | None,
    wanted: Wanted,
    quiet: bool,
) -> int:
    """Scores files as jobs of the command line, in this process, and writes what `score` writes; the exit code.

    No worker need run, and those that run help.
    """
    from db.queue.quotas import quotas_of
    from worker.jobs.own_job import work_once
    from worker.limits import limits_of

    config = load_settings()
    limits = limits_of(config)
    with stored() as database, progress(quiet=quiet) as bar:
        asked = _Asked(options, verdicts, format, stdin_format, config.max_upload_mib * MIB, again=False)
        shown = _Shown(json=False, quiet=quiet, errors_only=False, to_errors=True, bar=bar)
        batch = _Batch(database, quotas_of(config), asked, shown, wanted)
        batch.work = lambda job_id: work_once(database, scorer, job_id, limits=limits)
        batch.follow(deque(sources), bar)
    return batch.code


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was said of all files. `verdicts`: `accuracy`, `mixed` and `aspects`; `limit`: most bytes of one."""

    options: ReadOptions
    verdicts: Mapping[str, Any]
    format: str | None
    stdin_format: str
    limit: int
    again: bool


@dataclass(slots=True)
class _Shown:
    """How outcomes are told."""

    json: bool
    quiet: bool
    errors_only: bool
    to_errors: bool = False
    """Outcomes stand on standard error, as those of `score`."""
    bar: Progress | None = None

    def outcome(self, source: str, words: str, record: dict[str, Any]) -> None:
        """What became of a file."""
        if self.json:
            from json import dumps

            typer.echo(dumps({"source": source} | record, ensure_ascii=False))
        elif not self.quiet and not self.errors_only:
            self._say(f"{source}: {words}")

    def refusal(self, source: str, words: str, code: str) -> None:
        """Why a file was not taken, or not scored."""
        if self.json:
            self.outcome(source, "", {"error": {"code": code, "message": words}})
        else:
            self.note(f"reelfeel: {source}: {words}")

    def note(self, line: str) -> None:
        """For people, on standard error."""
        if self.bar is not None and not self.bar.disable:
            self._say(line)
        else:
            typer.echo(line, err=True)

    def _say(self, line: str) -> None:
        if self.bar is not None and not self.bar.disable:
            self.bar.console.print(line, highlight=False, soft_wrap=True, markup=False)
        else:
            typer.echo(line, err=self.to_errors)


@dataclass(slots=True)
class _Followed:
    """A job that is waited for."""

    source: str
    submitted: Submitted
    task: TaskID


@dataclass(slots=True)
class _Batch:
    """All files of one call. `code`: the exit code, the highest of all files."""

    db: Database
    quotas: Quotas
    asked: _Asked
    shown: _Shown
    wanted: Wanted | None
    code: int = 0
    followed: list[_Followed] = field(default_factory=list)
    work: Callable[[int], bool] | None = None
    """Does a piece of that job in this process, and says whether there was one."""
    waiting: bool = False
    """Whether a job of this call has not ended."""
    waits_for_place: bool = False
    """Whether the last file could not be sent in because as many jobs as one may have are unfinished."""

    def send(self, source: str) -> bool:
        """Sends one file in and says so; False when it was refused."""
        submitted = self._submit(source, patient=False)
        if submitted is None:
            return False
        from db.queries.jobs import get_job
        from db.queue.submissions import HOST

        job = get_job(self.db, HOST, submitted.job_id)
        reason = failure_text(job)
        if submitted.how == "waiting" and reason is not None:
            self._fail(source, f"job {job.id} waits. {reason}", job.state, exit_codes.DATA)
            return False
        self.shown.outcome(source, _words(submitted, job), {"how": submitted.how} | job_record(job))
        return True

    def follow(self, left: deque[str], bar: Progress) -> None:
        """Sends all files in, each when there is a place for it, and waits until every job has ended."""
        told = False
        while left or self.followed:
            while left:
                submitted = self._submit(left[0], patient=bool(self.followed) or self._is_at_work())
                if self.waits_for_place:
                    break
                source = left.popleft()
                if submitted is not None:
                    task = bar.add_task(f"{source} (job {submitted.job_id})".replace("[", "\\["), total=None)
                    self.followed.append(_Followed(source, submitted, task))
            if not told:
                told = True
                self.say_who_works()
            self._look(bar)
            if self.followed or left:
                self._let_time_pass()

    def _let_time_pass(self) -> None:
        """Until something may have changed: workers work, or in their place this process does a piece."""
        jobs = [one.submitted.job_id for one in self.followed]
        if self.work is None or not any(self.work(job_id) for job_id in jobs):
            time.sleep(POLL_S)

    def _is_at_work(self) -> bool:
        """Whether a job of the command line is worked on: there will be a place when it has ended."""
        from db.queries.jobs import list_jobs
        from db.queue.submissions import HOST
        from db.types import WORKING

        return any(job.state in WORKING for job in list_jobs(self.db, HOST, active_only=True, limit=100))

    def _submit(self, source: str, *, patient: bool) -> Submitted | None:
        """The job of a file; None when it was refused, or, with `patient`, has to wait for one of ours to end."""
        from db.errors import DbError, HostError, NoSpace, QuotaExceeded
        from db.queue.submissions import submit_file
        from worker.files.errors import FileError

        self.waits_for_place = False
        try:
            with _opened(source, self.asked) as (file, parts):
                submitted = submit_file(self.db, file, parts, quotas=self.quotas, again=self.asked.again)
            self.waiting = self.waiting or submitted.how in ("new", "running", "resumed")
            return submitted
        except FileError as error:
            self._fail(source, with_hint(error), error.code, exit_codes.DATA)
        except HostError:
            raise
        except DbError as error:
            if patient and type(error) is QuotaExceeded:
                self.waits_for_place = True
                return None
            later = isinstance(error, QuotaExceeded | NoSpace)
            self._fail(source, with_hint(error), error.code, exit_codes.TRY_AGAIN if later else 1)
        except OSError as error:
            if error.errno in exit_codes.FULL:
                raise
            self._fail(source, f"{error.strerror or error}.", "cannot_open", exit_codes.DISK)
        return None

    def _look(self, bar: Progress) -> None:
        from db.queries.jobs import get_job
        from db.queue.submissions import HOST

        for one in list(self.followed):
            job = get_job(self.db, HOST, one.submitted.job_id)
            ended = job.rows_done + job.rows_rejected + job.rows_failed
            # The total grows while the file is read.
            bar.update(one.task, completed=ended, total=job.rows_total if job.state != "ingesting" else None)
            if job.terminal or job.state == "needs_column":
                bar.remove_task(one.task)
                self.followed.remove(one)
                self._end(one, job)

    def _end(self, one: _Followed, job: JobView) -> None:
        reason = failure_text(job)
        if job.state == "cancelled":
            self._fail(one.source, f"job {job.id} was cancelled.", job.state, 1)
        elif reason is not None:
            data = job.state == "needs_column" or not job.retryable
            self._fail(
                one.source, f"job {job.id}: {reason}", job.error_code or job.state, exit_codes.DATA if data else 1
            )
        else:
            places = self._save(one, job)
            if places is not None:
                words = " ".join([f"job {job.id}: {_counts(job)}", *places])
                record = {"how": one.submitted.how, "output": places[0] if places else None} | job_record(job)
                self.shown.outcome(one.source, words, record)

    def _save(self, one: _Followed, job: JobView) -> list[str] | None:
        """Where the scored copy lies; None when it could not be written."""
        from worker.files.errors import FileError

        if self.wanted is None:
            return []
        identity = _identity(one.source)
        wanted = replace(self.wanted, format=self.asked.format, identity=identity)
        if wanted.beside_source and identity is not None:
            folder = Path(one.source).parent
            rejected = wanted.rejected or str(rejected_place(folder, Path(one.source), identity))
            wanted = replace(
                wanted, usual_place=folder, rejected=rejected if job.rows_rejected or job.rows_failed else None
            )
        try:
            return save_files(self.db, job, wanted)
        except InTheWay as error:
            self._fail(one.source, f"job {job.id}: {error}", "in_the_way", exit_codes.DISK)
        except NoFiles as error:
            self._fail(one.source, str(error), "no_files", 1)
        except FileError as error:
            self._fail(one.source, with_hint(error), error.code, exit_codes.DATA)
        return None

    def _fail(self, source: str, words: str, name: str, code: int) -> None:
        self.code = max(self.code, code)
        self.shown.refusal(source, words, name)

    def say_who_works(self) -> None:
        """Says so where no worker is there to score."""
        from db.operations.heartbeats import beats

        if (
            self.waiting
            and self.work is None
            and not self.shown.quiet
            and not any(beat.alive for beat in beats(self.db, room="worker"))
        ):
            self.shown.note("No worker is running: jobs wait until `reelfeel up` or `reelfeel worker` runs.")


def _identity(source: str) -> str | None:
    """The input as `score` notes it in its results; None for a pipe, which is never the same."""
    return None if source == "-" or not Path(source).is_file() else str(Path(source).absolute())


def _words(submitted: Submitted, job: JobView) -> str:
    """What became of a file that nobody waits for."""
    return {
        "new": f"job {job.id} is accepted.",
        "running": f"job {job.id} works on this file already ({job.state}).",
        "resumed": f"job {job.id} goes on where it stopped.",
        "done": f"job {job.id} has scored this file: {_counts(job)} `reelfeel export {job.id}` writes the result.",
        "waiting": f"job {job.id} waits.",
    }[submitted.how]


def _counts(job: JobView) -> str:
    without = job.rows_rejected + job.rows_failed
    left_out = f", {counted(without, 'row')} without a verdict" if without else ""
    return (
        f"{counted(job.rows_done, 'review')} scored: {job.n_positive:,} positive, {job.n_negative:,} negative, "
        f"{job.n_uncertain:,} unclear{left_out}."
    )


@contextmanager
def _opened(source: str, asked: _Asked) -> Iterator[tuple[Submission, Iterator[bytes]]]:
    """A source with its digest, and its bytes. Raises FileError before anything is stored."""
    from db.queue.submissions import Submission
    from worker.files.errors import EmptyFile, LargerThanAccepted, UnsupportedType

    piped = is_piped(source)
    path = Path(source)
    name = f"stdin.{asked.stdin_format}" if piped else path.name
    if not is_review_file(name):
        raise UnsupportedType(name)
    with _readable(source, piped=piped, limit=asked.limit) as file:
        size = file.seek(0, 2)
        if size == 0:
            raise EmptyFile
        if size > asked.limit:
            raise LargerThanAccepted(asked.limit)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        said = asked.options.as_json() | {name: value for name, value in asked.verdicts.items() if value}
        columns = {role: said.pop(role, None) for role in ("text_column", "film_column", "date_column")}
        yield Submission(name, size, digest, file_format=asked.format, options=said, **columns), _parts(file)


@contextmanager
def _readable(source: str, *, piped: bool, limit: int) -> Iterator[BufferedReader | BufferedRandom]:
    """The file, or what a pipe brings as a file without a name, up to a little more than is accepted."""
    if not piped:
        with Path(source).open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile(prefix="reelfeel-") as copy:
        if source == "-":
            _copy(sys.stdin.buffer, copy, limit)
        else:
            with Path(source).open("rb") as stream:
                _copy(stream, copy, limit)
        yield copy


def _copy(stream: IO[bytes], out: IO[bytes], limit: int) -> None:
    left = limit + 1
    while left and (part := stream.read(min(MIB, left))):
        left -= out.write(part)


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while part := file.read(MIB):
        yield part
