"""Commands on what is kept about one user: `privacy export`, `privacy delete`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.common import counted, host_name, stop, stored
from cli.hints import with_hint

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).
if TYPE_CHECKING:
    from db.privacy.types import Erased, StoredData

app = typer.Typer(help="What is kept about one user: export it, delete it.", no_args_is_help=True)


@app.command()
def export(
    user_id: Annotated[int, typer.Argument(help="The user's Discord id.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: reelfeel-USER_ID.zip.")] = None,
) -> None:
    """Writes a zip of everything that is kept about a user, files included."""
    from db.audit import note_host
    from db.privacy.export import write_data_export
    from db.types import Viewer

    path = output or Path(f"reelfeel-{user_id}.zip")
    with stored() as database:
        try:
            with path.open("xb") as out:
                taken = write_data_export(database, Viewer(user_id), out)
        except OSError as error:
            stop(f"{path} cannot be written: {error.strerror}.", 1)
        note_host(database, host_name(), "privacy export")
    typer.echo(f"{path}: {counted(taken.reviews, 'review')}, {counted(taken.files, 'file')}.")


@app.command()
def delete(
    user_id: Annotated[int, typer.Argument(help="The user's Discord id.")],
    cancel_jobs: Annotated[bool, typer.Option("--cancel", help="Cancel jobs that are not finished first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Deletes everything that is kept about a user; anonymous scores stay. Running bots delete their messages."""
    from db.audit import note_host
    from db.errors import JobsRunning
    from db.privacy.erase import erase_user, stored_data
    from db.queue import cancel
    from db.types import Viewer

    viewer = Viewer(user_id)
    with stored() as database:
        before = stored_data(database, viewer)
        typer.echo(f"{_sizes(before)} of {user_id}.")
        if not yes:
            typer.confirm("Delete them?", abort=True)
        while cancel_jobs and (running := stored_data(database, viewer).running):
            for job_id in running:
                cancel(database, viewer, job_id)
        try:
            gone = erase_user(database, viewer)
        except JobsRunning as error:
            stop(with_hint(error), 1)
        # Without the id: it would be all that is left of the user.
        note_host(database, host_name(), "privacy delete", new=f"{gone.jobs} jobs")
    typer.echo(f"Deleted: {_sizes(gone)}.")


def _sizes(of: StoredData | Erased) -> str:
    return ", ".join([counted(of.texts, "text"), counted(of.files, "file"), counted(of.corrections, "correction")])
