"""The command that scores in this process, without queue and database: `score`."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.commands import no_space
from cli.common import ModelFolder, console, counted, load_scorer, load_settings, progress
from cli.exporting import Wanted
from cli.file_options import (
    Accuracy,
    Aspects,
    DateColumn,
    Delimiter,
    EncodingName,
    FilmColumn,
    Mixed,
    NoHeader,
    Sheet,
    StarsColumn,
    TextColumn,
    is_piped,
    step_of,
)
from cli.hints import with_hint
from cli.outputs import (
    InTheWay,
    SamePlace,
    beside,
    check_free,
    deliver,
    is_same_place,
    is_special,
    opened,
    rejected_place,
    remove_stale,
)
from cli.submitting import score_and_store
from common.file_formats import kind_of_name, one_of, read_suffixes, written_names
from common.process import exit_codes

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).
if TYPE_CHECKING:
    from rich.progress import Progress

    from model import Scorer
    from worker.files.limits import Limits
    from worker.files.options import ReadOptions
    from worker.files.score_file import Summary


STDOUT: Final = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
"""Other names of `-`: opened anew, a file behind them would be cut."""


def score(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="Review files; - is standard input.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="One review, instead of files.")] = None,
    explain: Annotated[bool, typer.Option(help="With --text: what each sentence and key word contributed.")] = False,
    aspects: Aspects = False,
    aspects_output: Annotated[
        Path | None, typer.Option(help="CSV file for the same, one row for each aspect of a clause.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --text: the verdict as one JSON object.")] = False,
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
    accuracy: Accuracy = None,
    mixed: Mixed = False,
    rejected: Annotated[
        str | None,
        typer.Option(help="File for the rows without a verdict, or - for standard output. Default: NAME.rejected.csv."),
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace files that were not made of the same input.")] = False,
    store: Annotated[
        bool, typer.Option("--store", help="Store the verdicts too, as a job of `reelfeel jobs`; needs the database.")
    ] = False,
    model_dir: ModelFolder = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
) -> None:
    """Scores review files, standard input or one text, in this process."""
    if (text is None) == (not sources):
        raise typer.BadParameter("give either files (or -) or --text.")
    if store and text is not None:
        raise typer.BadParameter("--store works with files.")
    if store and aspects_output is not None:
        raise typer.BadParameter("--store does not go with --aspects-output: what is stored is in the database.")
    if text is not None:
        if aspects_output is not None:
            raise typer.BadParameter("--aspects-output works with files.")
        scorer = with_accuracy(load_scorer(model_dir), accuracy)
        if as_json:
            typer.echo(json_of(text, scorer, explain=explain, aspects=aspects))
        else:
            score_text(text, scorer, explain=explain, aspects=aspects)
        return
    if explain or as_json:
        raise typer.BadParameter(f"{'--explain' if explain else '--json'} works with --text.")
    if output is not None and output != "-" and len(sources or []) > 1 and not Path(output).is_dir():
        raise typer.BadParameter("--output must be an existing folder when there are several files.")
    output, rejected = ("-" if place in STDOUT else place for place in (output, rejected))
    if output is not None and rejected is not None:
        if output == rejected == "-":
            raise typer.BadParameter("--output and --rejected cannot both be standard output.")
        if is_same_place(Path(output), Path(rejected)):
            raise typer.BadParameter("--output and --rejected cannot be the same file.")
    if aspects_output is not None:
        _check_clauses_place(aspects_output, [place for place in (output, rejected) if place not in (None, "-")])
        if len(sources or []) > 1:
            raise typer.BadParameter("--aspects-output works with one file.")
    if rejected is not None and len(sources or []) > 1:
        raise typer.BadParameter("--rejected works with one file.")
    if kind_of_name(f"stdin.{stdin_format}".removesuffix(".gz").removesuffix(".zst")) is None:
        kinds = one_of([suffix.removeprefix(".") for suffix in read_suffixes()])
        raise typer.BadParameter(f"--stdin-format is {kinds}, not {stdin_format}.")
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
    if store:
        if accuracy is not None:  # the job says it: what is stored of a text is the model's own
            step_of(scorer.dial, accuracy)
        places = _stored_places(sources or [], output, rejected, force=force)
        code = score_and_store(
            sources or [],
            scorer,
            options,
            {"accuracy": accuracy, "mixed": mixed, "aspects": aspects},
            stdin_format=stdin_format,
            format=format,
            wanted=places,
            quiet=quiet,
        )
        if code:
            raise typer.Exit(code)
        return
    scorer = with_accuracy(scorer, accuracy)
    targets = Targets(
        output, rejected, format, force=force, accuracy=accuracy, mixed=mixed, aspects=aspects, clauses=aspects_output
    )
    codes = [score_source(source, scorer, targets, stdin_format, options, quiet=quiet) for source in sources or []]
    if any(codes):
        raise typer.Exit(max(codes))


def _stored_places(sources: Sequence[str], output: str | None, rejected: str | None, *, force: bool) -> Wanted:
    """Where the results of `--store` go: as without it."""
    if output is None and any(is_piped(source) for source in sources if Path(source).exists() or source == "-"):
        output = "-"
    return Wanted(output, rejected=rejected, force=force, beside_source=output is None)


def with_accuracy(scorer: Scorer, percent: float | None) -> Scorer:
    """The scorer, with its band as wide as this accuracy asks; a bad parameter names the range that the model has."""
    if percent is not None:
        scorer.band = step_of(scorer.dial, percent).half_width
    return scorer


def _check_clauses_place(clauses: Path, others: list[str | None]) -> None:
    """Refuses what cannot be the file of clauses: a stream, or the place of another result."""
    if str(clauses) == "-" or str(clauses) in STDOUT or clauses.is_dir():
        raise typer.BadParameter("--aspects-output is a file.")
    if any(is_same_place(clauses, Path(str(other))) for other in others):
        raise typer.BadParameter("--aspects-output cannot be the file of another result.")


def score_text(text: str, scorer: Scorer, *, explain: bool, aspects: bool = False) -> None:
    """Prints the verdict on one review, with `explain` its sentences and key words with what each adds, and with
    `aspects` what its clauses say."""
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
    for one in scorer.aspects(text) if aspects else ():
        colour = {"positive": "green", "negative": "red"}.get(one.polarity, "")
        words = " ".join(text[one.start : one.end].split())
        out.print(Text.assemble(f"{one.name:<12}", (f"{one.polarity:<9}", colour), f"{one.probability:.3f}  ", words))
    if explanation is None:
        return
    if explanation.mixed:
        out.print("mixed: clearly positive and clearly negative sentences.")
    parts: list[Sentence | Word] = [*explanation.sentences, *explanation.words]
    for part in parts:
        colour = "green" if part.contribution > 0 else "red"
        words = " ".join(text[part.start : part.end].split())
        out.print(Text.assemble((f"{part.contribution:+7.2f}  ", colour), words))


def json_of(text: str, scorer: Scorer, *, explain: bool, aspects: bool = False) -> str:
    """The verdict on one review as a JSON object: `stars` null where there is no estimate.

    With `explain` also `mixed`, and `sentences` and `words` with their place in the text and what each adds; with
    `aspects` also those.
    """
    explanation = scorer.explain(text) if explain else None
    verdict = explanation.verdict if explanation else scorer.score([text])[0]
    found: dict[str, Any] = asdict(verdict)
    if explanation is not None:
        found["mixed"] = explanation.mixed
        found["sentences"] = [asdict(sentence) for sentence in explanation.sentences]
        found["words"] = [asdict(word) for word in explanation.words]
    if aspects:
        found["aspects"] = [one._asdict() for one in scorer.aspects(text)]
    return json.dumps(found, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Targets:
    """Where the results go, as it was asked; None for the usual places."""

    output: str | None
    rejected: str | None
    format: str | None
    force: bool
    accuracy: float | None = None
    mixed: bool = False
    aspects: bool = False
    clauses: Path | None = None


def score_source(
    source: str, scorer: Scorer, targets: Targets, stdin_format: str, options: ReadOptions, *, quiet: bool
) -> int:
    """Scores one file, or what a pipe brings ("-": standard input), and says how that went; its exit code.

    A reader that has gone ends the program with 141, Ctrl-C with 130: both without a word.
    """
    from worker.files.errors import FileError

    try:
        _score_source(source, scorer, targets, stdin_format, options, quiet=quiet)
    except FileError as error:
        return _say(f"{source}: {with_hint(error)}", exit_codes.DATA)
    except InTheWay as error:
        return _say(f"{source}: {error}", exit_codes.DISK)
    except (BrokenPipeError, KeyboardInterrupt):
        _leave_quietly()
        raise  # `cli.commands` and Typer end it, as they do for every command
    except OSError as error:
        _leave_quietly()
        if error.errno in exit_codes.FULL:
            return _say(no_space(error), exit_codes.DISK)
        where = error.filename if isinstance(error.filename, str) and ".reelfeel-" not in error.filename else source
        return _say(f"{where}: {error.strerror or error}.", exit_codes.DISK)
    return 0


def _leave_quietly() -> None:
    """Readers that are left in the middle of a file complain when they are thrown away; that is no news to anybody."""
    sys.unraisablehook = lambda _: None


def _say(sentence: str, code: int) -> int:
    typer.echo(f"reelfeel: {sentence}", err=True)
    return code


def _score_source(
    source: str, scorer: Scorer, targets: Targets, stdin_format: str, options: ReadOptions, *, quiet: bool
) -> None:
    from rich.progress import MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn

    from worker.files.score_file import AspectsWanted, score_file
    from worker.limits import limits_of

    limits = limits_of(load_settings())
    path, piped = Path(source), is_piped(source)
    wanted = targets.output
    if wanted is None and piped:
        wanted = "-"
    place = _Place(path if not piped else Path(f"stdin.{stdin_format}"), source, wanted, targets)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with ExitStack() as stack:
        stream = None
        if piped:
            stream = sys.stdin.buffer if source == "-" else stack.enter_context(path.open("rb"))
        bar = stack.enter_context(progress(*columns, quiet=quiet))
        task = bar.add_task(source.replace("[", "\\["), total=None)
        if not piped and not bar.disable:
            _count(path, limits, options, lambda rows: bar.update(task, total=rows))
        output, rows, clauses = stack.enter_context(place.opened())
        wants = targets.aspects or clauses is not None
        summary = score_file(
            path if stream is None else stream,
            scorer,
            limits=limits,
            output=output,
            filename=place.source.name if piped else None,
            format=targets.format,
            options=options,
            rejected=rows,
            mixed=scorer.mixed if targets.mixed else None,
            progress=lambda rows: bar.update(task, completed=rows),
            aspects=AspectsWanted(scorer.aspects_of, targets.aspects, clauses) if wants else None,
        )
        sys.stdout.flush()  # here, where its error is still ours
        scored, rejected = place.finish(summary.output, rows, clauses)
    if quiet:
        return
    if summary.rejected:
        _print(bar, f"{counted(summary.rejected, 'row was', 'rows were')} not scored: {rejected}")
    _print(
        bar,
        f"{source}: {counted(summary.scored, 'review')} scored in {summary.seconds:.1f} s "
        f"({summary.reviews_per_second:,.0f} reviews/s): {summary.positive:,} positive, {summary.negative:,} negative, "
        f"{summary.uncertain:,} unclear{_left(summary) if targets.accuracy is not None else ''}. {scored}",
    )


def _left(summary: Summary) -> str:
    """What share of the reviews is left to people."""
    return f" ({summary.uncertain / summary.scored:.1%} left to people)" if summary.scored else ""


def _print(bar: Progress, line: str) -> None:
    bar.console.print(line, highlight=False, soft_wrap=True, markup=False)


def _count(path: Path, limits: Limits, options: ReadOptions, tell: Callable[[int], object]) -> None:
    """Counts the rows of a file beside the scoring, so that its progress has a total; a bad file is told of there."""
    from worker.files.errors import FileError
    from worker.files.review_file import open_reviews

    def count() -> None:
        with suppress(FileError, OSError), open_reviews(path, path.name, limits=limits, options=options) as reviews:
            tell(sum(1 for _ in reviews))

    threading.Thread(target=count, name="count", daemon=True).start()


class _Place:
    """Where the results of one source go; they are put there when all is scored."""

    def __init__(self, source: Path, identity: str, output: str | None, targets: Targets) -> None:
        self.source, self._targets = source, targets
        self._identity = str(source.absolute()) if source == Path(identity) else ""
        self._output = output
        self._named = Path(output) if output not in (None, "-") and not Path(str(output)).is_dir() else None
        if self._named is not None:
            self._folder = self._named.parent
        elif output not in (None, "-"):
            self._folder = Path(str(output))
        else:
            self._folder = Path.cwd() if identity == "-" or not source.exists() else source.parent

    @contextmanager
    def opened(self) -> Iterator[tuple[Path | IO[bytes], Path, Path | None]]:
        """Where to write the scored rows, the rejected ones and the clauses meanwhile.

        Raises InTheWay before any work.
        """
        force = self._targets.force
        if self._named is not None:
            check_free(self._named, self._identity, force=force, usual=False)
        if self._targets.rejected not in (None, "-"):
            check_free(Path(str(self._targets.rejected)), self._identity, force=force, usual=True)
        if self._targets.clauses is not None:
            check_free(self._targets.clauses, self._identity, force=force, usual=False)
        with ExitStack() as stack:
            streams = self._output == "-" or (self._named is not None and is_special(self._named))
            if streams:
                hidden = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reelfeel-")))
            else:
                try:
                    hidden = stack.enter_context(beside(self._folder))
                except OSError as error:
                    from worker.files.errors import CannotOpen

                    raise CannotOpen(str(self._folder), error.strerror or "unknown reason") from error
            out: Path | IO[bytes] = hidden
            if self._output == "-":
                out = sys.stdout.buffer
            elif self._named is not None:
                out = stack.enter_context(opened(self._named)) if streams else hidden / self._named.name
            yield out, hidden / "rejected", hidden / "clauses" if self._targets.clauses is not None else None

    def finish(self, made: Path | None, rows: Path, clauses: Path | None) -> tuple[str, str]:
        """Puts what was made in its place; the paths of the scored and of the rejected rows, in words."""
        scored, force = "", self._targets.force
        if made is not None:
            path = self._named or self._folder / made.name
            deliver(made, path, self._identity, force=force, usual=self._named is None)
            scored = str(path)
        if clauses is not None and self._targets.clauses is not None:
            if scored and is_same_place(Path(scored), self._targets.clauses):
                raise SamePlace(self._targets.clauses)
            self._deliver_clauses(clauses, self._targets.clauses)
        if self._targets.rejected == "-":
            if rows.exists():
                sys.stdout.buffer.write(rows.read_bytes())
            return scored, "standard output"
        if self._targets.rejected is not None:
            path = Path(self._targets.rejected)
            if scored and is_same_place(Path(scored), path):
                raise SamePlace(path)
        else:
            path = rejected_place(self._folder, self.source, self._identity)
        if rows.exists():
            deliver(rows, path, self._identity, force=force, usual=True)
        else:
            remove_stale(path, self._identity)
        return scored, str(path)

    def _deliver_clauses(self, made: Path, path: Path) -> None:
        """Puts the file of clauses in its place, which may be on another disk than the hidden one."""
        with beside(path.parent) as hidden:
            shutil.copyfile(made, hidden / "clauses")
            deliver(hidden / "clauses", path, self._identity, force=self._targets.force, usual=False)
