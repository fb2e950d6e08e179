"""Commands on the SQL database: `db upgrade`, `db check`, `db move`, `db shrink`, `db new-key`, `db rotate-keys`."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from cli.common import Quiet, counted, database_errors, host_name, load_settings, progress, stages_of, stop, stored
from common.process import exit_codes

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).

app = typer.Typer(help="The SQL database.", no_args_is_help=True)


KEYS_UNSAID: Final = (
    "REELFEEL_TEXT_KEYS is not set: make a key with `openssl rand -base64 32 | tr +/ -_`, "
    "or write `plain` there to store texts unencrypted."
)


@app.command()
def upgrade(
    need_keys: Annotated[
        bool, typer.Option("--need-keys", help="Refuse while REELFEEL_TEXT_KEYS holds neither a key nor `plain`.")
    ] = False,
) -> None:
    """Brings the database to the newest schema."""
    from db import migrate

    config = load_settings()
    if need_keys and config.text_keys is None:
        stop(KEYS_UNSAID, exit_codes.CONFIGURATION)
    with database_errors():
        migrate.upgrade(config.database())
    typer.echo("The database is at the newest schema.")


@app.command()
def check() -> None:
    """Exit 0 when the database answers and its schema is the newest."""
    from db import migrate

    with database_errors():
        problems = migrate.check(load_settings().database())
    for problem in problems:
        typer.echo(f"reelfeel: {problem}", err=True)
    if problems:
        raise typer.Exit(exit_codes.UNAVAILABLE)
    typer.echo("The database answers and its schema is the newest.")


@app.command()
def move() -> None:
    """Copies the database of REELFEEL_MOVE_FROM into that of DATABASE_URL; exit 75 while bot or workers are at work.

    Addresses stand in the environment or in `.env`, where no list of processes shows their passwords.
    """
    from db.copy_database import NotEmpty, StillServed, copy_database

    config = load_settings()
    if config.database_url is None:
        stop("DATABASE_URL is not set: give the address of the database to move to.", exit_codes.CONFIGURATION)
    with database_errors():
        try:
            copied = copy_database(config.moved_database(), config.database())
        except StillServed as error:
            stop(error, exit_codes.TRY_AGAIN)
        except NotEmpty as error:
            stop(error, exit_codes.CONFIGURATION)
    for name, rows in copied.items():
        typer.echo(f"{rows:>10,}  {name}")


@app.command()
def shrink() -> None:
    """Gives the room of deleted data in the SQLite file back to the disk; others wait meanwhile."""
    from db.operations import space

    with stored() as database:
        before, after = space.shrink(database)
    typer.echo(f"The database took {before / 2**20:,.1f} MiB, and takes {after / 2**20:,.1f} MiB now.")


@app.command()
def new_key() -> None:
    """Prints a fresh key for REELFEEL_TEXT_KEYS."""
    from db import crypto

    typer.echo(crypto.new_key())


@app.command()
def rotate_keys(
    to_plain: Annotated[bool, typer.Option("--to-plain", help="Store texts unencrypted again.")] = False,
    quiet: Quiet = False,
) -> None:
    """Brings stored texts and files under the first of REELFEEL_TEXT_KEYS; broken off, it goes on the next time."""
    from db.audit import note_host
    from db.privacy import text_keys

    with stored() as database:
        if not database.sealer.active:
            stop("REELFEEL_TEXT_KEYS is not set: make a key with `reelfeel db new-key`.", exit_codes.CONFIGURATION)
        before = ", ".join(text_keys.keys_in_use(database))
        with progress(quiet=quiet) as bar:
            done = text_keys.rotate(database, stages_of(bar), to_plain=to_plain)
        note_host(database, host_name(), "text keys", old=before, new=", ".join(text_keys.keys_in_use(database)))
    typer.echo(
        f"{counted(done.texts, 'text')}, {counted(done.notes, 'note')}, {counted(done.parts, 'part')} of files and "
        f"{counted(done.buttons, 'search or question', 'searches and questions')} stored anew."
    )
