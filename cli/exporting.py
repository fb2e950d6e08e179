"""The command that writes the files of a finished job: `export`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Final

import typer

from cli.common import load_settings, refusals, stop, stored
from cli.hints import failure_text, with_hint
from cli.outputs import InTheWay, beside, check_free, deliver, is_same_place, is_special
from common.file_formats import one_of, written_names
from common.process import exit_codes

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).
if TYPE_CHECKING:
    from db.engine import Database
    from db.types import JobView, OutputInfo, OutputKind

STDOUT: Final = "-"

Force = Annotated[bool, typer.Option("--force", help="Replace files that were not made of the same input.")]


def export(
    job: Annotated[int, typer.Argument(min=1, metavar="JOB", help="Number of the job, as `reelfeel jobs` shows it.")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="File, folder, or - for standard output. Default: the current folder."),
    ] = None,
    format: Annotated[
        str | None, typer.Option(help=f"{one_of(written_names())}. Default: as the job wrote it.")
    ] = None,
    rejected: Annotated[
        str | None, typer.Option(help="File for the list of rows without a verdict, or - for standard output.")
    ] = None,
    force: Force = False,
) -> None:
    """Writes the scored copy of the file of a finished job that the command line sent in."""
    from db.queries.jobs import get_job
    from db.queue.submissions import HOST
    from worker.files.errors import FileError

    if rejected is not None and rejected == output:
        raise typer.BadParameter("--output and --rejected cannot be the same.")
    with stored() as database, refusals():
        try:
            ended = get_job(database, HOST, job)
            made = save_files(database, ended, Wanted(output, format, rejected, force, usual_place=Path.cwd()))
        except FileError as error:
            stop(with_hint(error), exit_codes.DATA)
        except InTheWay as error:
            stop(error, exit_codes.DISK)
        except NoFiles as error:
            stop(error, 1)
    for place in made:
        typer.echo(place, err=output == STDOUT or rejected == STDOUT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where the files of a job go, as it was asked; `format` None: that of the name, else as the job wrote it.

    `usual_place`: the folder of files that are given no place; `beside_source`: that of each source instead, for the
    list of rejected rows too. `identity`: of the input, for what may be replaced.
    """

    output: str | None
    format: str | None = None
    rejected: str | None = None
    force: bool = False
    usual_place: Path = Path()
    beside_source: bool = False
    identity: str | None = None


class NoFiles(Exception):
    """The job has no files to give; the text says why and what to do."""


def save_files(db: Database, job: JobView, wanted: Wanted) -> list[str]:
    """Writes the scored copy, and the list of rejected rows where it is asked for; a line on each that has a path.

    Raises NoFiles, InTheWay, FileError for a format that is not written, db.errors.NotFound, OSError.
    """
    outputs = _outputs(db, job)
    identity = wanted.identity or f"job {job.id} of {job.created_at.isoformat()}"
    places = _Places(wanted, identity)
    scored = outputs["scored"]
    asked = _asked_format(wanted, scored)

    def write(out: IO[bytes]) -> str:
        return _write_scored(db, job.id, scored, asked, out)

    lines = [places.put(wanted.output, scored.filename, asked, write)]
    if wanted.rejected is not None:
        listed = outputs.get("rejected")
        if listed is None:
            lines.append("No row was rejected.")
        else:
            lines.append(places.put(wanted.rejected, listed.filename, None, lambda out: _copy(db, listed, out)))
    return [line for line in lines if line]


def _outputs(db: Database, job: JobView) -> dict[OutputKind, OutputInfo]:
    from db.queries.jobs import list_outputs
    from db.queue.submissions import HOST

    if job.kind != "file":
        raise NoFiles(f"Job {job.id} is a single review, without files: `reelfeel results --job {job.id}` shows it.")
    if job.state == "needs_column":
        raise NoFiles(f"{failure_text(job)}")
    if not job.terminal:
        raise NoFiles(f"Job {job.id} is not finished yet ({job.state}): `reelfeel jobs` shows its progress.")
    if job.state != "done":
        ended = "was cancelled" if job.state == "cancelled" else "failed"
        raise NoFiles(
            f"Job {job.id} {ended} and has no files: `reelfeel jobs resume {job.id}` resumes it, and "
            f"`reelfeel results --job {job.id}` shows what was scored."
        )
    outputs = {one.kind: one for one in list_outputs(db, HOST, job.id)}
    if "scored" not in outputs:
        raise NoFiles(f"The files of job {job.id} are no longer kept: `reelfeel submit` sends yours again.")
    return outputs


def _asked_format(wanted: Wanted, scored: OutputInfo) -> str | None:
    """What the scored copy is to be written as; None as it is stored. Raises UnsupportedFormat."""
    from worker.files.score_file import format_of_name
    from worker.files.writers.target import parse_format

    asked = wanted.format
    if asked is None and wanted.output not in (None, STDOUT) and not Path(str(wanted.output)).is_dir():
        asked = format_of_name(Path(str(wanted.output)).name)
    stored_as = format_of_name(scored.filename)
    if asked is None or (stored_as is not None and parse_format(asked) == parse_format(stored_as)):
        return None
    parse_format(asked)
    return asked


def _write_scored(db: Database, job_id: int, scored: OutputInfo, format: str | None, out: IO[bytes]) -> str:
    """Writes the copy; its name."""
    if format is None:
        return _copy(db, scored, out)
    from db.queue.submissions import HOST
    from worker.jobs.rewrite import rewrite
    from worker.limits import limits_of

    return rewrite(db, HOST, job_id, out, limits=limits_of(load_settings()), format=format)


def _copy(db: Database, stored_file: OutputInfo, out: IO[bytes]) -> str:
    from db.queries.jobs import read_output
    from db.queue.submissions import HOST

    for part in read_output(db, HOST, stored_file.blob_id):
        out.write(part)
    return Path(stored_file.filename).name


class _Places:
    """Puts files in their places when they are complete; what is not the same job's is not replaced."""

    def __init__(self, wanted: Wanted, identity: str) -> None:
        self._wanted, self._identity = wanted, identity
        self._taken: list[Path] = []

    def put(self, place: str | None, name: str, format: str | None, write: Callable[[IO[bytes]], str]) -> str:
        """Writes a file to `place`, or under the name that `write` gives in the usual folder; the line on it."""
        if place == STDOUT:
            write(sys.stdout.buffer)
            sys.stdout.flush()
            return ""
        folder, named = self._split(place)
        if named is not None:
            check_free(named, self._identity, force=self._wanted.force, usual=False)
        elif format is None:
            check_free(folder / Path(name).name, self._identity, force=self._wanted.force, usual=True)
        with _hidden(folder, named) as hidden:
            made = hidden / "file"
            with made.open("wb") as out:
                own_name = write(out)
            path = named or folder / own_name
            if any(is_same_place(path, other) for other in self._taken):
                raise InTheWay(path)
            deliver(made, path, self._identity, force=self._wanted.force, usual=named is None)
        self._taken.append(path)
        return str(path)

    def _split(self, place: str | None) -> tuple[Path, Path | None]:
        """The folder, and the whole path where the file is named."""
        if place is None:
            return self._wanted.usual_place, None
        path = Path(place)
        return (path, None) if path.is_dir() else (path.parent, path)


@contextmanager
def _hidden(folder: Path, named: Path | None) -> Iterator[Path]:
    """A folder for what is not complete yet: on the same disk, unless the place is a device, a pipe or a link."""
    with ExitStack() as stack:
        if named is not None and is_special(named):
            yield Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reelfeel-")))
        else:
            yield stack.enter_context(beside(folder))
