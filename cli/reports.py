"""Commands that show what is stored: `audit`, `quality`, `report`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.common import (
    ModelFolder,
    counted,
    database_errors,
    load_scorer,
    load_settings,
    opened,
    plain_line,
    stop,
    stored,
)
from common.errors import UserError
from common.file_formats import REPORT_FORMATS

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from common.settings import Settings
    from db.engine import Database
    from db.types import ResultView
    from model import Scorer
    from reporting.request import ReportRequest
    from reporting.tables import ReportPart
    from reporting.themes.of_report import ReportThemes


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
    from cli.outputs import beside, deliver
    from common.process.loading import loading

    with loading():
        from datetime import UTC, datetime

        import db.queries.reports
        import db.queries.theme_texts  # noqa: F401  # both processes need it
        from reporting.days import check_order, parse_day
        from reporting.request import BY_WORDS, BadQuestion, ReportRequest, compared_with

    paths = output or [Path("report.html")]
    formats = [_format_of(path) for path in paths]
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
    total, files = _files(abouts, formats, model_dir, explain=explain)
    for path, content in zip(paths, files, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside(path.parent) as folder:
            made = folder / "report"
            made.write_bytes(content)
            deliver(made, path, "", force=True, usual=False)
        typer.echo(f"{path}: {counted(total, 'review')}, {about.words()}")


def _format_of(path: Path) -> str:
    for one in REPORT_FORMATS:
        if path.suffix.lower() == f".{one}":
            return one
    raise typer.BadParameter(f"a report's name ends with one of {', '.join('.' + one for one in REPORT_FORMATS)}.")


def _files(
    abouts: Sequence[ReportRequest], formats: Sequence[str], model_dir: Path | None, *, explain: bool
) -> tuple[int, list[bytes]]:
    """How many reviews the first subject has, and the files; themes are looked for beside all that needs none."""
    from common.process.second_process import WorkFailed, beside

    config = load_settings()
    with beside(partial(_themes, config, abouts, formats)) as themes:
        with stored() as database:
            parts = _counted(database, abouts)
        if explain:
            from reporting.reasons import with_reasons

            why = reasons_of(load_scorer(model_dir))
            parts = [with_reasons(part, why) for part in parts]
        from reporting.report_files import begun_file

        begun = [begun_file(parts, format) for format in formats]
        try:
            with database_errors():
                found = themes()
        except WorkFailed as error:
            stop(f"the themes were not found: {error}", 1)
        return parts[0].report.total, [finished(found) for finished in begun]


def _counted(database: Database, abouts: Sequence[ReportRequest]) -> list[ReportPart]:
    """The reports without themes; exit 1 where one is of too few reviews."""
    from db.queries.reports import summary_of_all
    from reporting.report_files import parts_of
    from reporting.request import FEWEST, too_few

    parts = parts_of(partial(summary_of_all, database), *abouts)
    for part in parts:
        if part.report.total < FEWEST:
            stop(plain_line(too_few(part.report.total, part.about, part.report.other_films), 800), 1)
    return parts


def _themes(config: Settings, abouts: Sequence[ReportRequest], formats: Sequence[str]) -> list[ReportThemes | None]:
    """The themes of each subject, none where no format shows them; perhaps in a process of its own."""
    from db.queries.theme_texts import theme_texts_of_all
    from reporting.report_files import WITH_THEMES
    from reporting.themes.of_report import themes_of

    if not any(format in WITH_THEMES for format in formats):
        return [None for _ in abouts]
    with opened(config) as database:
        return [themes_of(theme_texts_of_all(database, about.filter)) for about in abouts]


def reasons_of(scorer: Scorer) -> Callable[[ResultView], list[tuple[int, int, float]] | None]:
    """What explains a stored verdict, when it is this model's: another would explain another."""

    def why(result: ResultView) -> list[tuple[int, int, float]] | None:
        if result.text is None or result.model != scorer.version:
            return None
        return [(one.start, one.end, one.contribution) for one in scorer.explain(result.text).sentences]

    return why
