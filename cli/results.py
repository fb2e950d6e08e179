"""The command that shows stored verdicts, in a terminal or as a file: `results`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.common import plain_line, refusals, stop, stored
from cli.outputs import InTheWay, beside, check_free, deliver, is_special, opened
from common.errors import UserError
from common.file_formats import RESULT_FORMATS
from common.process import exit_codes

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).
if TYPE_CHECKING:
    from db.types import ResultView, SearchFilter

FORMATS: Final = ("table", *RESULT_FORMATS)
"""`table` is for people."""
SORTS: Final = ("newest", "probability")
_FILM, _TEXT = 24, 100
"""Signs of a film and of a text in the table."""


def results(
    query: Annotated[str | None, typer.Option(help="Words that must all be in the review.")] = None,
    label: Annotated[str | None, typer.Option(help="positive, negative or uncertain.")] = None,
    film: Annotated[str | None, typer.Option(help="Only this film, however it is written.")] = None,
    min_probability: Annotated[
        float | None, typer.Option(min=0, max=1, help="How sure of its label a verdict must be, 0.5 to 1.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="First day: 2026-01-31, 7d or 2w.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day.")] = None,
    job: Annotated[int | None, typer.Option(min=1, help="Only this job.")] = None,
    sort: Annotated[str, typer.Option(help="newest, or probability: most positive first.")] = "newest",
    limit: Annotated[int | None, typer.Option(min=1, help="Most results. Default: all.")] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="File (its suffix is the format), or - for standard output.")
    ] = None,
    format: Annotated[
        str | None, typer.Option(help=f"{', '.join(FORMATS)}. Default: that of the file, else table.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Shows the stored verdicts on what the command line sent in, or writes them to a file."""
    kind = _kind(output, format)
    wanted = _wanted(query, label, film, min_probability, since, until, job, sort)
    with stored() as database, refusals():
        from db.queries.search import iter_results, other_films
        from db.queue.submissions import HOST
        from reporting.request import several_films

        if several := several_films(other_films(database, HOST, wanted)):
            typer.echo(plain_line(several, 500), err=True)
        found: Iterable[ResultView] = iter_results(database, HOST, wanted)
        found = islice(found, limit) if limit is not None else found
        if output in (None, "-"):
            _print(kind, found)
            return
        path = Path(str(output))
        try:
            check_free(path, "", force=force, usual=False)
            count = _write(path, kind, found, force=force)
        except InTheWay:
            stop(f"{path} is there already: use --force to replace it.", exit_codes.DISK)
    typer.echo(f"{path}: {count:,} results")


def stored_results(
    *,
    query: str | None = None,
    label: str | None = None,
    film: str | None = None,
    min_probability: float | None = None,
    since: date | None = None,
    until: date | None = None,
    job: int | None = None,
    sort: str = "newest",
) -> Iterator[dict[str, Any]]:
    """What `reelfeel results` shows, for Python: a dictionary by the names of its columns for each verdict.

    Read as they are asked for, one page in memory; `pandas.DataFrame(stored_results(job=42))` makes a table of them.
    Settings come from the environment. Raises db.errors.DbError, and ValueError for a label or sort that is none.
    """
    from common.settings import settings
    from db.engine import Database
    from db.privacy import text_keys
    from db.queries.search import iter_results
    from db.queue.submissions import HOST
    from reporting.result_table import result_record

    wanted = _filter(query, label, film, min_probability, since, until, job, sort)
    config = settings()
    database = Database(config.database(), text_keys=config.sealing_keys())
    try:
        database.check_schema()
        text_keys.check(database)
        for one in iter_results(database, HOST, wanted):
            yield result_record(one)
    finally:
        database.dispose()


def _kind(output: str | None, format: str | None) -> str:
    if format == "table" and output not in (None, "-"):
        raise typer.BadParameter("--format table is for the terminal.")
    kind = format or ("table" if output in (None, "-") else Path(str(output)).suffix.lower().removeprefix("."))
    if kind not in FORMATS:
        words = "--format is" if format else "--output ends with one of"
        raise typer.BadParameter(f"{words} {', '.join(FORMATS if format else ['.' + one for one in RESULT_FORMATS])}.")
    return kind


def _wanted(
    query: str | None,
    label: str | None,
    film: str | None,
    min_probability: float | None,
    since: str | None,
    until: str | None,
    job: int | None,
    sort: str,
) -> SearchFilter:
    """The filter. Raises BadParameter."""
    from reporting.days import check_order, parse_day

    today = datetime.now(UTC).date()
    try:
        first, last = (None if day is None else parse_day(day, today=today) for day in (since, until))
        check_order(first, last)
        return _filter(query, label, film, min_probability, first, last, job, sort)
    except (UserError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None


def _filter(
    query: str | None,
    label: str | None,
    film: str | None,
    min_probability: float | None,
    since: date | None,
    until: date | None,
    job: int | None,
    sort: str,
) -> SearchFilter:
    from db.types import LABELS, SearchFilter

    if label is not None and label not in LABELS:
        raise ValueError(f"A label is {', '.join(LABELS)}, not {label}.")
    if sort not in SORTS:
        raise ValueError(f"The order is {' or '.join(SORTS)}, not {sort}.")
    return SearchFilter(query, label, film, min_probability, since, until, job, sort)  # type: ignore[arg-type]


def _print(kind: str, found: Iterable[ResultView]) -> None:
    if kind == "parquet" and sys.stdout.isatty():
        raise typer.BadParameter("Parquet is no text for a terminal: name a file with --output.")
    if kind == "table":
        for line in table_lines(found):
            typer.echo(line)
        return
    from reporting.result_table import write_results

    write_results(sys.stdout.buffer, kind, found)
    sys.stdout.flush()


def _write(path: Path, kind: str, found: Iterable[ResultView], *, force: bool) -> int:
    """Writes a file that takes its name when it is complete, or through a device, a pipe or a link."""
    from reporting.result_table import write_results

    if is_special(path):
        with opened(path) as out:
            return write_results(out, kind, found)
    with beside(path.parent) as folder:
        made = folder / "results"
        with made.open("wb") as out:
            count = write_results(out, kind, found)
        deliver(made, path, "", force=force, usual=False)
    return count


def table_lines(found: Iterable[ResultView]) -> Iterator[str]:
    """The results as lines of a table, each as it comes: columns have fixed widths."""
    yield f"{'id':>10}  {'job':>6}  {'row':>8}  {'label':<9}  {'prob.':>5}  {'day':<10}  {'film':<{_FILM}}  text"
    for one in found:
        text = "(deleted)" if one.text is None else plain_line(one.text, _TEXT)
        day = "" if one.day is None else one.day.isoformat()
        yield (
            f"{one.id:>10}  {one.job_id:>6}  {one.row_number:>8}  {one.label:<9}  {one.probability:>5.3f}  "
            f"{day:<10}  {plain_line(one.film or '', _FILM):<{_FILM}}  {text}"
        )
