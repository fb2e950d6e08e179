"""The front door: `reelfeel`, one command a job.

Every command imports what it needs when it runs, so that `reelfeel --help` is quick and serving never loads
TensorFlow. Exit codes: 0 done; 1 the work failed; 2 wrong usage; 65 a file could not be read; 69 a service (database,
broker, Discord) cannot be reached; 78 a setting is missing or wrong. 65-78 are those of BSD sysexits.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from model import Scorer
    from settings import Settings

EXIT_DATA, EXIT_UNAVAILABLE, EXIT_CONFIG = 65, 69, 78

app = typer.Typer(
    help="Reads film reviews and says how each one feels.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
db_app = typer.Typer(help="The SQL database.", no_args_is_help=True)
app.add_typer(db_app, name="db")


def stop(sentence: object, code: int) -> NoReturn:
    """Ends the program with one plain sentence on standard error."""
    typer.echo(f"reelfeel: {sentence}", err=True)
    raise typer.Exit(code)


def load_settings() -> Settings:
    """The settings, or exit 78 naming the wrong variable."""
    from pydantic import ValidationError

    from settings import settings

    try:
        return settings()
    except ValidationError as error:
        # The value is left out: it may be a secret.
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        stop(f"wrong setting in the environment: {problems}", EXIT_CONFIG)


def load_scorer(folder: Path | None) -> Scorer:
    """The scorer of a model folder (the shipped one when None), or exit 78."""
    from model import SHIPPED, ModelFolderError, Scorer

    try:
        return Scorer(folder or load_settings().model_dir or SHIPPED)
    except ModelFolderError as error:
        stop(error, EXIT_CONFIG)


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
def status() -> None:
    """Queue length and age as the database knows them, and whether the broker answers."""
    from rich.console import Console

    from db.engine import Database
    from db.errors import DbError
    from db.queue import queue_health
    from worker.bell import Bell, BrokerUnavailable

    config = load_settings()
    try:
        database = Database(config.database())
        try:
            database.check_schema()
            health = queue_health(database)
        finally:
            database.dispose()
    except DbError as error:
        stop(error, EXIT_UNAVAILABLE)
    url = config.broker()
    broker = "the embedded one of `reelfeel up`"
    if url is not None:
        bell = Bell(url)
        try:
            bell.check()
        except BrokerUnavailable as error:
            stop(error, EXIT_UNAVAILABLE)
        finally:
            bell.close()
        broker = "answers"
    oldest = "nothing waits" if health.oldest_waiting_s is None else f"{health.oldest_waiting_s:.1f} s"
    console = Console(highlight=False)
    console.print(f"waiting    {health.waiting_interactive} interactive, {health.waiting_bulk} bulk chunks")
    console.print(f"oldest     {oldest}")
    console.print(f"running    {health.running} chunks")
    console.print(f"broker     {broker}")


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Brings the database to the newest schema."""
    from db.errors import DbError
    from db.migrate import upgrade

    try:
        upgrade(load_settings().database())
    except DbError as error:
        stop(error, EXIT_UNAVAILABLE)
    typer.echo("The database is at the newest schema.")


@db_app.command("check")
def db_check() -> None:
    """Exit 0 when the database answers and its schema is the newest."""
    from db.errors import DbError
    from db.migrate import check

    try:
        problems = check(load_settings().database())
    except DbError as error:
        stop(error, EXIT_UNAVAILABLE)
    for problem in problems:
        typer.echo(f"reelfeel: {problem}", err=True)
    if problems:
        raise typer.Exit(EXIT_UNAVAILABLE)
    typer.echo("The database answers and its schema is the newest.")


def run() -> None:
    """Entry point of `python -m cli`, which `reelfeel up` uses for its children."""
    app()


if __name__ == "__main__":
    sys.exit(run())
