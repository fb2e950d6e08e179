"""A file scored in this process, without database or queue: `reelfeel score FILE`."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol

from common.file_formats import format_called, kind_of_name, packed_suffixes
from worker.files.errors import CannotOpen
from worker.files.limits import Limits
from worker.files.options import NOTHING_SAID, ReadOptions
from worker.files.review_file import ReviewFile, Row, open_reviews
from worker.files.writers.aspects import as_json, clauses_writer
from worker.files.writers.verdicts import Scored
from worker.files.writers.write import rejected_writer, write_scored

if TYPE_CHECKING:
    from model import Aspect, Verdict

BATCH_ROWS: Final = 4096
"""Rows read, scored and written at a time: the scorer sorts them by length, so more is faster and less is flatter."""
BATCH_CHARS: Final = 16 << 20
"""Characters after which a batch ends sooner."""


class Scores(Protocol):
    """What of `model.Scorer` is used here."""

    def score(self, texts: list[str], /) -> Sequence[Verdict]:
        """One verdict a text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class AspectsWanted:
    """What is made of the aspects of the reviews.

    find: texts and their verdicts -> the aspects of each (`model.Scorer.aspects_of`); column: whether the scored file
    gets a column of them; clauses: where the CSV with one row a clause goes, None for none.
    """

    find: Callable[[list[str], Sequence[Verdict]], Sequence[Sequence[Aspect]]]
    column: bool
    clauses: Path | None


@dataclass(frozen=True, slots=True)
class Summary:
    """rows = scored + rejected; scored = positive + negative + uncertain; output: None when written to a stream."""

    rows: int
    scored: int
    rejected: int
    positive: int
    negative: int
    uncertain: int
    seconds: float
    output: Path | None

    @property
    def reviews_per_second(self) -> float:
        """Scored reviews by wall time, reading and writing included."""
        return self.scored / self.seconds if self.seconds > 0 else 0.0


def score_file(
    source: Path | IO[bytes],
    scorer: Scores,
    *,
    limits: Limits,
    output: Path | IO[bytes] | None = None,
    filename: str | None = None,
    format: str | None = None,
    options: ReadOptions = NOTHING_SAID,
    rejected: Path | None = None,
    mixed: Callable[[Sequence[str]], list[bool]] | None = None,
    progress: Callable[[int], None] | None = None,
    aspects: AspectsWanted | None = None,
) -> Summary:
    """Scores `source` and writes it back with its verdicts; memory holds one batch of rows.

    source: a path, or any binary stream (standard input) together with a `filename` that tells its kind.
    output: a path (its suffix is the format unless one is asked for), a folder, a binary stream, or None for
        `NAME.scored.SUFFIX` beside the source. A file appears when it is complete, or not at all.
    options: how the file is to be read, where that is not found by itself.
    rejected: where the CSV of unscored rows goes; written only when there are any.
    mixed: says of each text whether it is mixed, where that is wanted: such rows get the flag `mixed`.
    progress: called with the number of rows done so far.
    aspects: found too where they are wanted.
    Raises FileError.
    """
    with ExitStack() as stack:
        if not isinstance(source, Path):
            source = stack.enter_context(on_disk(source))
        name = filename or source.name
        reviews = stack.enter_context(open_reviews(source, name, limits=limits, options=options))
        reject = stack.enter_context(_rejects(rejected))
        clauses = stack.enter_context(_clauses(aspects.clauses if aspects else None))
        run = _Run(reviews, scorer, reject, progress or (lambda rows: None), mixed, aspects, clauses)
        column = aspects is not None and aspects.column
        write = partial(write_scored, limits=limits, format=format, options=options, aspects=column)
        if output is not None and not isinstance(output, Path):
            write(source, name, run, output)
            return run.summary(None)
        folder, wanted = _place(source, output)
        if format is None and wanted is not None:
            write = partial(write, format=format_of_name(wanted))
        with _appears(folder) as (part, path_of):
            made = write(source, name, run, part)
            path_of.append(folder / (wanted or made))
        return run.summary(path_of[0])


class _Run:
    """The scores of a file as `write_scored` takes them, counted on the way."""

    def __init__(
        self,
        reviews: ReviewFile,
        scorer: Scores,
        reject: Callable[[int, str, str], object],
        progress: Callable[[int], None],
        mixed: Callable[[Sequence[str]], list[bool]] | None,
        aspects: AspectsWanted | None,
        note_clauses: Callable[[int, str, Sequence[Aspect]], object],
    ) -> None:
        self._aspects, self._note_clauses = aspects, note_clauses
        self._reviews, self._scorer, self._reject, self._progress = reviews, scorer, reject, progress
        self._mixed = mixed
        self._counts = Counter(positive=0, negative=0, uncertain=0)
        self._rows = 0
        self._started = time.perf_counter()

    def __iter__(self) -> Iterator[Scored]:
        rows = iter(self._reviews)
        while batch := _batch(rows):
            verdicts = self._score(batch)
            # Counted before they are handed on: nobody asks for anything after the last row.
            self._rows += len(batch)
            self._progress(self._rows)
            yield from verdicts

    def _score(self, batch: list[Row]) -> list[Scored]:
        good: list[int] = []
        texts: list[str] = []
        for row in batch:
            if row.text is not None:
                good.append(row.number)
                texts.append(row.text)
            elif row.problem is not None:
                self._reject(row.number, *row.problem)
        verdicts = self._scorer.score(texts) if texts else ()
        self._counts.update(Counter(verdict.label for verdict in verdicts))
        mixed = self._mixed(texts) if self._mixed and texts else [False] * len(texts)
        scored: list[Scored] = [
            (n, v.label, v.probability, (*v.flags, "mixed") if both else v.flags, v.model, v.stars)
            for n, v, both in zip(good, verdicts, mixed, strict=True)
        ]
        if self._aspects is None or not texts:
            return scored
        found = self._aspects.find(texts, verdicts)
        for number, text, own in zip(good, texts, found, strict=True):
            self._note_clauses(number, text, own)
        if not self._aspects.column:
            return scored
        return [(*one[:6], as_json(own)) for one, own in zip(scored, found, strict=True)]

    def summary(self, output: Path | None) -> Summary:
        scored = sum(self._counts.values())
        seconds = time.perf_counter() - self._started
        return Summary(
            rows=self._rows, scored=scored, rejected=self._rows - scored, **self._counts, seconds=seconds, output=output
        )


def _batch(rows: Iterator[Row]) -> list[Row]:
    """The next rows; fewer where they are very long."""
    batch: list[Row] = []
    chars = 0
    for row in islice(rows, BATCH_ROWS):
        batch.append(row)
        chars += len(row.text or "")
        if chars >= BATCH_CHARS:
            break
    return batch


@contextmanager
def on_disk(stream: IO[bytes]) -> Iterator[Path]:
    """A copy that can be read twice at once; a pipe cannot."""
    with tempfile.TemporaryDirectory(prefix="reelfeel-") as folder:
        path = Path(folder) / "input"
        with path.open("wb") as copy:
            shutil.copyfileobj(stream, copy, 1 << 20)
        yield path


@contextmanager
def _rejects(path: Path | None) -> Iterator[Callable[[int, str, str], object]]:
    """A function that notes one rejected row; the file is made at the first one."""
    with ExitStack() as stack:
        write: Callable[[tuple[int, str, str]], object] | None = None

        def note(number: int, code: str, reason: str) -> None:
            nonlocal write
            if path is not None and write is None:
                write = stack.enter_context(rejected_writer(stack.enter_context(_created(path))))
            if write is not None:
                write((number, code, reason))

        yield note


@contextmanager
def _clauses(path: Path | None) -> Iterator[Callable[[int, str, Sequence[Aspect]], object]]:
    """A function that notes the aspects of one row, in a file that is there from the beginning, or nowhere."""
    if path is None:
        yield lambda number, text, aspects: None
        return
    with _created(path) as out, clauses_writer(out) as write:
        yield write


def _created(path: Path) -> IO[bytes]:
    try:
        return path.open("wb")
    except OSError as error:
        raise CannotOpen(str(path), error.strerror or "unknown reason") from error


def _place(source: Path, output: Path | None) -> tuple[Path, str | None]:
    """(folder, name or None for the usual one)."""
    if output is None:
        return source.parent, None
    return (output, None) if output.is_dir() else (output.parent, output.name)


def format_of_name(name: str) -> str | None:
    """The format that a name asks for: 'csv.gz' for 'x.csv.gz'; None where it says nothing: that of the input."""
    suffixes = [suffix.lower() for suffix in Path(name).suffixes[-2:]]
    packing = suffixes.pop() if suffixes and suffixes[-1] in packed_suffixes() else ""
    suffix = suffixes[-1] if suffixes else ""
    kind = kind_of_name(f"x{suffix}")
    if kind is None or not format_called(kind).writes:
        return None
    return f"{suffix}{packing}".removeprefix(".")


@contextmanager
def _appears(folder: Path) -> Iterator[tuple[IO[bytes], list[Path]]]:
    """A file that takes its name, which the caller appends, when the block ends without error."""
    try:
        handle, name = tempfile.mkstemp(prefix=".reelfeel-", dir=folder)
    except OSError as error:
        raise CannotOpen(str(folder), error.strerror or "unknown reason") from error
    path_of: list[Path] = []
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, path_of
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path_of[0])
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
