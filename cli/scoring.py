"""The command that scores in this process, without queue and database: `score`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.common import ModelFolder, console, load_scorer, load_settings, progress, stop
from cli.file_options import (
    DateColumn,
    Delimiter,
    EncodingName,
    FilmColumn,
    NoHeader,
    Sheet,
    StarsColumn,
    TextColumn,
)
from cli.hints import with_hint
from common.file_formats import one_of, written_names
from common.process import exit_codes

if TYPE_CHECKING:
    from model import Scorer
    from worker.files.options import ReadOptions


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
    text_column: TextColumn = None,
    film_column: FilmColumn = None,
    date_column: DateColumn = None,
    stars_column: StarsColumn = None,
    no_header: NoHeader = False,
    sheet: Sheet = None,
    delimiter: Delimiter = None,
    encoding: EncodingName = None,
    model_dir: ModelFolder = None,
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
    from worker.files.options import ReadOptions

    options = ReadOptions(
        text_column=text_column,
        film_column=film_column,
        date_column=date_column,
        stars_column=stars_column,
        no_header=no_header,
        sheet=sheet,
        delimiter=delimiter,
        encoding=encoding,
    )
    scorer = load_scorer(model_dir)
    for source in sources or []:
        score_source(source, scorer, output, format, stdin_format, options, quiet=quiet)


def score_text(text: str, scorer: Scorer, *, explain: bool) -> None:
    """Prints the verdict on one review, and with `explain` its sentences and key words with what each adds."""
    from rich.text import Text

    from model import FLAGS
    from model.serving.verdict import Sentence, Word

    out = console()
    explanation = scorer.explain(text) if explain else None
    verdict = explanation.verdict if explanation else scorer.score([text])[0]
    out.print(f"{verdict.label}  probability of positive {verdict.probability:.3f}  ({verdict.model})")
    if verdict.stars is not None:
        out.print(f"stars: about {verdict.stars:g} of 10")
    for flag in verdict.flags:
        out.print(f"{flag}: {FLAGS[flag]}")
    if explanation is None:
        return
    if explanation.mixed:
        out.print("mixed: clearly positive and clearly negative sentences.")
    parts: list[Sentence | Word] = [*explanation.sentences, *explanation.words]
    for part in parts:
        colour = "green" if part.contribution > 0 else "red"
        words = " ".join(text[part.start : part.end].split())
        out.print(Text.assemble((f"{part.contribution:+7.2f}  ", colour), words))


def score_source(
    source: str,
    scorer: Scorer,
    output: str | None,
    format: str | None,
    stdin_format: str,
    options: ReadOptions,
    *,
    quiet: bool,
) -> None:
    """Scores one file, or standard input when `source` is "-"; exit 65 with one sentence when it cannot be read."""
    from rich.progress import MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn

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
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with progress(*columns, quiet=quiet) as bar:
        task = bar.add_task(source, total=None)
        try:
            summary = score_file(
                sys.stdin.buffer if streams_in else path,
                scorer,
                limits=limits_of(config),
                output=sys.stdout.buffer if streams_out else None if output is None else Path(output),
                filename=f"stdin.{stdin_format}" if streams_in else None,
                format=format,
                options=options,
                rejected=rejected,
                progress=lambda rows: bar.update(task, completed=rows),
            )
        except FileError as error:
            stop(f"{source}: {with_hint(error)}", exit_codes.DATA)
    if quiet:
        return
    if summary.rejected:
        bar.console.print(f"{summary.rejected:,} rows were not scored: {rejected}", highlight=False)
    bar.console.print(
        f"{source}: {summary.scored:,} reviews scored in {summary.seconds:.1f} s "
        f"({summary.reviews_per_second:,.0f} reviews/s): {summary.positive:,} positive, {summary.negative:,} negative, "
        f"{summary.uncertain:,} uncertain. {'' if summary.output is None else summary.output}",
        highlight=False,
        soft_wrap=True,
    )
