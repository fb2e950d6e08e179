"""Commands that show what is stored: `audit`, `quality`, `report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.common import ModelFolder, counted, load_scorer, plain_line, stop, stored
from common.errors import UserError
from common.file_formats import REPORT_FORMATS

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).
if TYPE_CHECKING:
    from collections.abc import Callable

    from db.types import ResultView
    from model import Scorer


def audit(limit: Annotated[int, typer.Option(min=1, help="Most lines.")] = 100) -> None:
    """Who changed what, newest first: settings of servers, and what hosts did on the command line."""
    from db.audit import all_lines

    with stored() as database:
        for one in all_lines(database, limit=limit):
            who = f"user {one.actor_id}" if one.actor_id is not None else f"host {one.actor_name}"
            where = "" if one.guild_id is None else f" in server {one.guild_id}"
            typer.echo(f"{one.created_at:%Y-%m-%d %H:%M:%S}  {who}{where}: {one.action}: {one.old} -> {one.new}")


def quality() -> None:
    """How often people agreed with the verdicts they looked at again, by model."""
    from db.queries.corrections import quality_of_all

    with stored() as database:
        by_model = quality_of_all(database)
    for one in by_model:
        typer.echo(
            f"{one.model}  {counted(one.corrections, 'correction')}, {one.agreed:,} in agreement with the verdict"
        )
    if not by_model:
        typer.echo("Nobody has corrected a verdict yet.")


def report(
    film: Annotated[str | None, typer.Option(help="Only this film.")] = None,
    job: Annotated[int | None, typer.Option(min=1, help="Only this job.")] = None,
    since: Annotated[str | None, typer.Option(help="First day: 2026-01-31, 7d or 2w.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day.")] = None,
    by: Annotated[str, typer.Option(help="day, week, month, film or aspect.")] = "day",
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
    model_dir: ModelFolder = None,
) -> None:
    """The reports of /report over all that is stored, as files; a page opens without a network."""
    from datetime import UTC, datetime
    from functools import partial

    from db.queries.reports import summary_of_all
    from db.queries.theme_texts import theme_texts_of_all
    from reporting.days import check_order, parse_day
    from reporting.reasons import with_reasons
    from reporting.report_files import file_of, parts_of, with_themes
    from reporting.request import BY_WORDS, FEWEST, BadQuestion, ReportRequest, compared_with, too_few

    paths = output or [Path("report.html")]
    formats = [next((one for one in REPORT_FORMATS if path.suffix.lower() == f".{one}"), None) for path in paths]
    if None in formats:
        raise typer.BadParameter(f"a report's name ends with one of {', '.join('.' + one for one in REPORT_FORMATS)}.")
    if by not in BY_WORDS:
        raise typer.BadParameter(f"--by is day, week, month, film or aspect, not {by!r}.")
    today = datetime.now(UTC).date()
    try:
        first, last = (None if day is None else parse_day(day, today=today) for day in (since, until))
        check_order(first, last)
        about = ReportRequest(film, job, first, last, by)
        abouts = [about] if compare is None else [about, compared_with(about, compare)]
    except (UserError, BadQuestion) as error:
        raise typer.BadParameter(str(error)) from None
    with stored() as database:
        parts = parts_of(partial(summary_of_all, database), *abouts)
    for part in parts:
        if part.report.total < FEWEST:
            stop(plain_line(too_few(part.report.total, part.about, part.report.other_films), 800), 1)
    with stored() as database:
        parts = with_themes(parts, partial(theme_texts_of_all, database))
    if explain:
        why = reasons_of(load_scorer(model_dir))
        parts = [with_reasons(part, why) for part in parts]
    for path, format in zip(paths, formats, strict=True):
        assert format is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file_of(parts, format))
        typer.echo(f"{path}: {counted(parts[0].report.total, 'review')}, {about.words()}")


def reasons_of(scorer: Scorer) -> Callable[[ResultView], list[tuple[int, int, float]] | None]:
    """What explains a stored verdict, when it is this model's: another would explain another."""

    def why(result: ResultView) -> list[tuple[int, int, float]] | None:
        if result.text is None or result.model != scorer.version:
            return None
        return [(one.start, one.end, one.contribution) for one in scorer.explain(result.text).sentences]

    return why
