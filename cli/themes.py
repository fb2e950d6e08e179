"""The command that finds what sets some reviews of a file apart from the others: `themes`."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.common import ModelFolder, counted, load_scorer, load_settings, plain_line, stop
from cli.file_options import (
    DateColumn,
    Delimiter,
    EncodingName,
    FilmColumn,
    NoHeader,
    Sheet,
    TextColumn,
    is_piped,
)
from cli.hints import with_hint
from cli.outputs import InTheWay, beside, check_free, deliver
from common.film_names import KnownFilms, title_of
from common.process import exit_codes

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).
if TYPE_CHECKING:
    from reporting.themes.finder import Read
    from reporting.themes.theme import Contrast, Found
    from worker.files.review_file import ReviewFile, Row

BY: Final = ("verdict", "film", "month")
FORMATS: Final = ("table", "csv", "json")
MOST_NAMES: Final = 100_000
"""Films or months that are told apart while the largest are looked for."""
_SCORED: Final = 2048
_WIDTH: Final = 100


def themes(
    source: Annotated[str, typer.Argument(metavar="FILE", help="A review file; - is standard input.")],
    by: Annotated[str, typer.Option(help=f"What sets apart: {', '.join(BY)}.")] = "verdict",
    film: Annotated[str | None, typer.Option(help="With --by film: only this film beside all others.")] = None,
    groups: Annotated[int, typer.Option(min=1, max=50, help="Most films or months, those with most reviews.")] = 12,
    most: Annotated[int, typer.Option(min=1, max=100, help="Most themes of each group.")] = 10,
    format: Annotated[str | None, typer.Option(help="table, csv or json. Default: by the name, else table.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File. Default: standard output.")] = None,
    force: Annotated[bool, typer.Option(help="Replace the file.")] = False,
    stdin_format: Annotated[str, typer.Option(help="What standard input holds.")] = "txt",
    text_column: TextColumn = None,
    film_column: FilmColumn = None,
    date_column: DateColumn = None,
    no_header: NoHeader = False,
    sheet: Sheet = None,
    delimiter: Delimiter = None,
    encoding: EncodingName = None,
    model_dir: ModelFolder = None,
) -> None:
    """Phrases that set a film's, a month's, or the good and bad reviews of a file apart from the others."""
    from worker.files.errors import FileError
    from worker.files.options import ReadOptions
    from worker.files.review_file import open_reviews
    from worker.files.score_file import on_disk
    from worker.limits import limits_of

    kind = _kind(format, output)
    if by not in BY:
        raise typer.BadParameter(f"--by is {', '.join(BY[:-1])} or {BY[-1]}, not {by!r}.")
    if film is not None and by != "film":
        raise typer.BadParameter("--film goes with --by film.")
    if output is not None:
        try:
            check_free(output, "", force=force, usual=False)
        except InTheWay:
            stop(f"{output} is there already: use --force to replace it.", exit_codes.DISK)
    options = ReadOptions(
        text_column=text_column,
        film_column=film_column,
        date_column=date_column,
        no_header=no_header,
        sheet=sheet,
        delimiter=delimiter,
        encoding=encoding,
    )
    limits = limits_of(load_settings())
    try:
        with ExitStack() as stack:
            place: Any = Path(source)
            name = place.name
            if is_piped(source):
                stream = sys.stdin.buffer if source == "-" else stack.enter_context(place.open("rb"))
                place, name = stack.enter_context(on_disk(stream)), f"stdin.{stdin_format}"
            reviews = stack.enter_context(open_reviews(place, name, options=options, limits=limits))
            found = _found(reviews, by, film, groups, most, model_dir)
    except FileError as error:
        stop(f"{source}: {with_hint(error)}", exit_codes.DATA)
    written = WRITERS[kind](source, found)
    if output is None:
        sys.stdout.buffer.write(written)
        sys.stdout.flush()
        return
    with beside(output.parent) as folder:
        made = folder / "themes"
        made.write_bytes(written)
        deliver(made, output, "", force=force, usual=False)
    typer.echo(
        f"{output}: {counted(sum(map(len, found.themes.values())), 'theme')} of {counted(found.reviews, 'review')}"
    )


def _kind(format: str | None, output: Path | None) -> str:
    suffix = "" if output is None else output.suffix.lower().removeprefix(".")
    kind = format or (suffix if suffix in FORMATS else "table")
    if kind not in FORMATS:
        raise typer.BadParameter(f"--format is {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.")
    return kind


def _found(reviews: ReviewFile, by: str, film: str | None, groups: int, most: int, model_dir: Path | None) -> Found:
    from reporting.themes.finder import find_themes

    if by == "verdict":
        read, contrasts = _by_verdict(reviews, model_dir)
    else:
        role = "film" if by == "film" else "date"
        if reviews.columns[role] is None:
            stop(f"The file has no column with the {role}: name it with --{role}-column.", exit_codes.DATA)
        read, contrasts = _by_name(reviews, _film_of if by == "film" else _month_of, film, groups)
    return find_themes(read, contrasts, most=most)


def _film_of(row: Row) -> str | None:
    return row.film


def _month_of(row: Row) -> str | None:
    return None if row.day is None else f"{row.day:%Y-%m}"


def _by_verdict(reviews: ReviewFile, model_dir: Path | None) -> tuple[Read, list[Contrast]]:
    """Positive and negative ones. The verdicts are kept from the first reading on: a byte a review."""
    from reporting.themes.theme import Contrast, Document

    scorer = load_scorer(model_dir)
    labels = bytearray()

    def scored(rows: list[Row]) -> Iterator[Document]:
        for row, verdict in zip(rows, scorer.score([str(row.text) for row in rows]), strict=True):
            labels.append(("positive", "negative", "uncertain").index(verdict.label))
            if labels[-1] < 2:
                yield Document(str(row.text), labels[-1], row.number)

    def read() -> Iterator[Document]:
        known = bytes(labels)
        waiting: list[Row] = []
        for at, row in enumerate(row for row in reviews if row.text is not None):
            if at < len(known):
                if known[at] < 2:
                    yield Document(str(row.text), known[at], row.number)
                continue
            waiting.append(row)
            if len(waiting) == _SCORED:
                yield from scored(waiting)
                waiting = []
        yield from scored(waiting)

    return read, [Contrast("positive", 0, (1,)), Contrast("negative", 1, (0,))]


def _by_name(
    reviews: ReviewFile, name_of: Callable[[Row], str | None], only: str | None, groups: int
) -> tuple[Read, list[Contrast]]:
    """The largest by name, or the only one that is asked for; all others together are one more group."""
    from reporting.themes.theme import Contrast, Document

    names: Counter[str] = Counter()
    for row in reviews:
        if row.text is not None and (name := name_of(row)) is not None and (name in names or len(names) < MOST_NAMES):
            names[name] += 1
    key: Callable[[str], Any] = KnownFilms(names).key if name_of is _film_of else str
    same: defaultdict[Any, list[tuple[str, int]]] = defaultdict(list)
    for name, count in names.items():
        same[key(name)].append((name, count))
    if only is not None and key(only.strip()) not in same:
        stop(f"The file has no review of “{only}”.", 1)
    largest = sorted(same, key=lambda one: -sum(count for _, count in same[one]))
    chosen = largest[:groups] if only is None else [key(only.strip())]
    numbers = {one: number for number, one in enumerate(chosen)}

    def read() -> Iterator[Document]:
        for row in reviews:
            if row.text is not None:
                name = name_of(row)
                yield Document(
                    row.text, len(chosen) if name is None else numbers.get(key(name), len(chosen)), row.number
                )

    everything = range(len(chosen) + 1)
    return read, [
        Contrast(title_of(same[one]), number, tuple(other for other in everything if other != number))
        for one, number in numbers.items()
    ]


def _table(source: str, found: Found) -> bytes:
    from reporting.themes.table import times

    lines = [f"{source}: {counted(found.reviews, 'review')}, {counted(found.copies, 'copy', 'copies')} left out"]
    for name, listed in found.themes.items():
        lines.append(f"{plain_line(name, 60)} ({counted(found.groups[name], 'review')})")
        if not listed:
            lines.append("  too few reviews" if name in found.too_few else "  nothing sets them apart")
        for one in listed:
            mark = "name" if one.is_name else "    "
            lines.append(
                f"  {plain_line(one.phrase, 40):<28} {mark}  {one.reviews:>7,} reviews, {one.share:.1%}; {times(one)}"
            )
            lines += [f"      {quote.key}: {plain_line(quote.text, _WIDTH)}" for quote in one.quotes]
    if found.raised:
        lines.append(f"So many phrases that only those in {2**found.raised} times as many reviews were counted.")
    return ("\n".join(lines) + "\n").encode("utf-8", errors="replace")


def _csv(source: str, found: Found) -> bytes:
    from reporting.csv_table import csv_table
    from reporting.themes.table import HEADER, rows

    return csv_table(HEADER, rows(source, found.themes.items()))


def _json(source: str, found: Found) -> bytes:
    groups = [
        {"name": name, "reviews": found.groups[name], "too_few": name in found.too_few,
         "themes": [asdict(one) for one in listed]}
        for name, listed in found.themes.items()
    ]  # fmt: skip
    whole = {"file": source, "reviews": found.reviews, "copies": found.copies, "tested": found.tested, "groups": groups}
    return (json.dumps(whole, ensure_ascii=False) + "\n").encode("utf-8", errors="replace")


WRITERS: Final[dict[str, Callable[[str, Found], bytes]]] = {"table": _table, "csv": _csv, "json": _json}
