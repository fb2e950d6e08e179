"""What commands share: how they end, settings, database, model, and what a terminal shows."""

from __future__ import annotations

import os
import sys
import unicodedata
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

from cli.hints import with_hint
from common.errors import Misconfigured
from common.process import exit_codes
from common.process.cpus import usable_cpus

# Imports inside functions: `reelfeel --help` loads no other room (0.2 s for the settings alone), `score` no database,
# and nothing loads rich before it prints.
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console
    from rich.progress import Progress, ProgressColumn, TaskID

    from common.settings import Settings
    from db.engine import Database
    from model import Scorer

MOST_THREADS = 4

ModelFolder = Annotated[Path | None, typer.Option("--model", help="Model folder. Default: the shipped one.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


def stop(sentence: object, code: int) -> NoReturn:
    """Ends the program with one plain sentence on standard error."""
    typer.echo(f"reelfeel: {sentence}", err=True)
    raise typer.Exit(code)


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its word: `1 row`, `1,200 rows`; `many`: the plural where it is not `one` and an s."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def load_settings() -> Settings:
    """The settings, or exit 78 naming the variable that is wrong or none."""
    from pydantic import ValidationError

    from common.settings import check_names, settings, why_wrong

    try:
        check_names()
        return settings()
    except ValidationError as error:
        stop(why_wrong(error), exit_codes.CONFIGURATION)
    except Misconfigured as error:
        stop(error, exit_codes.CONFIGURATION)


def print_versions(wanted: bool) -> None:
    """Prints the version of the service and of the model that it would score with, and ends the program."""
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    from model import ModelFolderError
    from model.serving.model_folder import verify

    try:
        service = version("reelfeel")
    except PackageNotFoundError:  # a checkout whose packages were put on the path by hand
        service = "(not installed)"
    typer.echo(f"reelfeel {service}")
    try:
        typer.echo(f"model {verify(model_folder(None))}")
    except ModelFolderError as error:
        stop(error, exit_codes.CONFIGURATION)
    raise typer.Exit


# -- the model ------------------------------------------------------------------------------------------------------


def model_folder(folder: Path | None) -> Path:
    """The model folder that was given, else that of the settings, else the shipped one."""
    from model import SHIPPED

    return folder or load_settings().model_dir or SHIPPED


def threads() -> int:
    """How many threads a model gets. A tenth of bulk work is Python's, one thread at a time: more gain little."""
    return min(usable_cpus(), MOST_THREADS)


def load_scorer(folder: Path | None) -> Scorer:
    """The scorer of a model folder (the shipped one when None), or exit 78."""
    from worker.memory import ONE_BLAS_THREAD

    os.environ.update(ONE_BLAS_THREAD)  # before NumPy is loaded, which reads it then
    from model import ModelFolderError, Scorer

    try:
        return Scorer(model_folder(folder), threads=threads())
    except ModelFolderError as error:
        stop(error, exit_codes.CONFIGURATION)


WITHOUT_TENSORFLOW: Final = (3, 14)
"""From this Python on TensorFlow has no wheel (the markers of pyproject.toml say the same): nothing trains there."""


@contextmanager
def model_errors(work: str) -> Iterator[None]:
    """Ends the program with one sentence when `work` with a model cannot be done.

    78 for a wrong config, a broken model folder or a package that only training needs; 65 for a file that cannot be
    read.
    """
    from model import ModelFolderError
    from model.config import ConfigError
    from model.data.errors import DataError

    try:
        yield
    except ImportError as error:
        way = "`make install-dev`"
        if error.name in ("keras", "tensorflow") and sys.version_info >= WITHOUT_TENSORFLOW:
            way = "`make clean install-dev PYTHON=python3.13`, for TensorFlow has no package for this Python yet"
        stop(f"{work} needs packages that serving does not: run {way} ({error})", exit_codes.CONFIGURATION)
    except (ConfigError, ModelFolderError) as error:
        stop(error, exit_codes.CONFIGURATION)
    except DataError as error:
        stop(error, exit_codes.DATA)


# -- the database ---------------------------------------------------------------------------------------------------


@contextmanager
def database_errors() -> Iterator[None]:
    """Ends the program with one sentence when the database cannot be used.

    78 where a setting or the schema is wrong, 74 where its disk is full, else 69.
    """
    from db.errors import DatabaseFull, DbError

    try:
        yield
    except Misconfigured as error:
        stop(error, exit_codes.CONFIGURATION)
    except DatabaseFull as error:
        stop(error, exit_codes.DISK)
    except DbError as error:
        stop(error, exit_codes.UNAVAILABLE)


@contextmanager
def plain_database(config: Settings) -> Iterator[Database]:
    """The database without keys, for commands that read no text; exit 69 with one sentence when it cannot be used."""
    from db.engine import Database

    with database_errors():
        database = Database(config.database(), text_keys=None)
        try:
            yield database
        finally:
            database.dispose()


@contextmanager
def stored() -> Iterator[Database]:
    """The database with the keys of the settings; exit 78 or 69 with one sentence when it cannot be used."""
    from db.privacy import text_keys

    config = load_settings()
    with database_errors(), opened(config) as database:
        database.check_schema()
        text_keys.check(database)
        yield database


@contextmanager
def opened(config: Settings) -> Iterator[Database]:
    """The same without a look at its schema and keys, and with errors as they come."""
    from db.engine import Database

    database = Database(config.database(), durable=True, text_keys=config.sealing_keys())
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def refusals() -> Iterator[None]:
    """Ends the program with the sentence of what the database's rules refuse; inside of `stored`.

    75 where it may be asked again later, else 1. What only the host can mend passes.
    """
    from db.errors import DbError, HostError, NoSpace, QuotaExceeded

    try:
        yield
    except HostError:
        raise
    except DbError as error:
        stop(with_hint(error), exit_codes.TRY_AGAIN if isinstance(error, QuotaExceeded | NoSpace) else 1)


def host_name() -> str:
    """Who types this, for the audit log."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        return str(os.getuid())


# -- the terminal ---------------------------------------------------------------------------------------------------


def console(**options: Any) -> Console:
    """A console that colours nothing by guess, and leaves a reader that went away to `cli.commands`."""
    from rich.console import Console

    class Ours(Console):
        def on_broken_pipe(self) -> NoReturn:
            raise BrokenPipeError

    return Ours(highlight=False, **options)


def show(result: Any) -> None:
    """Prints a text or a table to standard output as it is: no markup is read in it, no line broken."""
    console(soft_wrap=True).print(result, markup=False)


def plain_line(text: str, limit: int) -> str:
    """Somebody's words for a terminal: on one line, cut to `limit` signs, without what a terminal would obey."""
    shown = (sign for sign in text if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf"))
    line = " ".join("".join(shown).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


@contextmanager
def progress(*columns: ProgressColumn, quiet: bool) -> Iterator[Progress]:
    """A progress bar on standard error, where that is a terminal; description, bar and time without `columns`."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    terminal = console(stderr=True)
    columns = columns or (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    hidden = quiet or not terminal.is_terminal
    with Progress(*columns, console=terminal, disable=hidden, redirect_stdout=False) as bar:
        yield bar


def stages_of(bar: Progress) -> Callable[[str, int, int], None]:
    """What shows a stage's name, done and total (0: unknown) as one line of the progress bar each."""
    lines: dict[str, TaskID] = {}

    def update(stage: str, done: int, total: int) -> None:
        if stage not in lines:
            lines[stage] = bar.add_task(stage, total=total or None)  # `update` cannot take a total away
        bar.update(lines[stage], completed=done, total=total or None)

    return update
