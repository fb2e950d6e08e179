"""The options that say how a review file is read: the same for `score` and `inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).
if TYPE_CHECKING:
    from model.serving.dial import Dial, Step

TextColumn = Annotated[str | None, typer.Option(help="Column with the reviews, when it is not found by itself.")]
FilmColumn = Annotated[str | None, typer.Option(help="Column with the film.")]
DateColumn = Annotated[str | None, typer.Option(help="Column with the day of the review.")]
StarsColumn = Annotated[str | None, typer.Option(help="Column with the stars of the review.")]
NoHeader = Annotated[
    bool, typer.Option("--no-header", help="The first row is data; columns are column_1, column_2, ...")
]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook, or path of a file in a zip.")]
Delimiter = Annotated[str | None, typer.Option(help="Between cells: a sign, or tab, comma, semicolon, pipe, space.")]
EncodingName = Annotated[str | None, typer.Option("--encoding", help="Such as utf-8, cp1251 or shift_jis.")]
Accuracy = Annotated[
    float | None,
    typer.Option(help="How often verdicts must be right, in percent; what is less sure is left to people."),
]
Mixed = Annotated[
    bool,
    typer.Option(help="Files: also flag reviews with clear praise and clear criticism; takes about twice as long."),
]
Aspects = Annotated[
    bool,
    typer.Option(
        help="What the clauses say about acting, story ...: a column of JSON; files take about twice as long."
    ),
]


def step_of(dial: Dial, percent: float) -> Step:
    """The step of the model's curve for this accuracy; a bad parameter names the range that the model has."""
    from model.serving.dial import OutOfReach

    try:
        return dial.at(percent)
    except OutOfReach as error:
        if error.low is None or error.high is None:
            raise typer.BadParameter("--accuracy: this model was not measured for it.") from None
        raise typer.BadParameter(f"--accuracy goes from {error.low:g} to {error.high:g} with this model.") from None


def is_piped(source: str) -> bool:
    """Whether a source comes as a stream: standard input, a pipe. Raises FileError for what is not there."""
    from worker.files.errors import CannotOpen

    path = Path(source)
    if source == "-" or (path.exists() and not path.is_file() and not path.is_dir()):
        return True
    if not path.is_file():
        raise CannotOpen(source, "it is a folder" if path.is_dir() else "there is no such file")
    return False
