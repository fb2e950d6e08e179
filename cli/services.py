"""Commands that run the service and look after it: `up`, `bot`, `worker`, `status`, `health`."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from cli.common import console, load_settings, plain_database, stop
from common.process import exit_codes
from common.process.loading import loading

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).

WATCH_S = 2.0
"""Pause of `status --watch`, seconds."""


def up() -> None:
    """Everything on this machine: database, queue, worker and bot. Ctrl-C stops it."""
    with loading():
        from worker.local.up import main

    raise typer.Exit(main(load_settings()))


def bot(
    preview: Annotated[bool, typer.Option(help="A simulated Discord in the browser instead of the real one.")] = False,
) -> None:
    """The Discord bot, one process."""
    with loading():
        from bot.run import main

    raise typer.Exit(main(load_settings(), preview=preview))


def worker(
    processes: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes for bulk work; one more serves single messages.")
    ] = None,
) -> None:
    """Scores what the bot accepted; any number of these on any number of machines."""
    with loading():
        from worker.run import main

    raise typer.Exit(main(load_settings(), processes=processes))


def status(
    json: Annotated[bool, typer.Option("--json", help="One JSON object, for scripts.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Again every two seconds until Ctrl-C.")] = False,
) -> None:
    """Database, broker, queue, speed, running jobs and who serves; exit 69 when database or broker do not answer."""
    from contextlib import nullcontext
    from json import dumps

    from rich.live import Live

    from worker.operations.status import as_json, draw, look

    config = load_settings()
    terminal = console(soft_wrap=True)
    try:
        with plain_database(config) as database:
            seen = look(config, database)
            with Live(console=terminal, auto_refresh=False) if watch and not json else nullcontext(terminal) as out:
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
    except KeyboardInterrupt:
        return
    if seen.broker_away:
        stop(seen.broker, exit_codes.UNAVAILABLE)


def health(
    room: Annotated[str, typer.Argument(help="bot or worker.")],
    host: Annotated[str | None, typer.Option(help="Of another machine, by its host name.")] = None,
) -> None:
    """Exit 0 when the bot or the worker of this machine is well, 1 when not, 69 when the database does not answer."""
    from db.operations.types import Room
    from worker.operations.health import complaint

    rooms: dict[str, Room] = {"bot": "bot", "worker": "worker"}
    if room not in rooms:
        raise typer.BadParameter("give bot or worker.")
    with plain_database(load_settings()) as database:
        problem = complaint(database, rooms[room], host=host)
    if problem is not None:
        stop(problem, 1)
    typer.echo(f"The {room} is well.")
