"""Commands on training data: `data download`, `data report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.common import Quiet, console, model_errors, progress, stages_of, stop
from common.process import exit_codes

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).

app = typer.Typer(help="Training data: what is in a file, and where to get it.", no_args_is_help=True)


@app.command()
def download(
    what: Annotated[str, typer.Argument(help="imdb, glove or all.")] = "all",
    to: Annotated[Path, typer.Option(help="The folder to put the files in.")] = Path("data"),
    quiet: Quiet = False,
) -> None:
    """IMDb reviews and GloVe vectors from Kaggle; goes on where a broken download stopped."""
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    from model.data import download as downloads
    from model.data import kaggle

    if what not in (*downloads.SOURCES, "all"):
        raise typer.BadParameter(f"{what!r} is none of {', '.join(downloads.SOURCES)} and all.")
    codes: dict[type[Exception], int] = {
        kaggle.CredentialsError: exit_codes.CONFIGURATION,
        kaggle.RefusedError: exit_codes.CONFIGURATION,
        kaggle.NotFoundError: exit_codes.UNAVAILABLE,
        kaggle.UnavailableError: exit_codes.UNAVAILABLE,
        kaggle.BusyError: exit_codes.TRY_AGAIN,
        downloads.DamagedError: exit_codes.DATA,
    }
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with progress(*columns, TimeRemainingColumn(), quiet=quiet) as bar:
        for source in downloads.SOURCES.values() if what == "all" else [downloads.SOURCES[what]]:
            try:
                path, new = downloads.download(source, to, progress=stages_of(bar))
            except kaggle.DownloadError as error:
                stop(error, next((code for kind, code in codes.items() if isinstance(error, kind)), 1))
            typer.echo(f"{path}{'' if new else ' was there already'}")


@app.command()
def report(
    file: Annotated[Path, typer.Argument(help="Parquet, CSV, TSV or JSONL file, or an aclImdb folder.")],
    glove: Annotated[Path | None, typer.Option(help="GloVe vectors (text or Parquet), for their coverage.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the figures here as JSON.")] = None,
    quiet: Quiet = False,
) -> None:
    """Rows, labels, copies, lengths, odd signs, GloVe coverage, unknown words and split of a data file."""
    import json

    from rich.table import Table

    from model.data import describe

    with progress(quiet=quiet) as bar, model_errors("a report on data"):
        figures = describe.report(file, glove_path=glove, progress=stages_of(bar))
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    table = Table("", "", figures["file"], box=None, highlight=False)
    for section, name, value in describe.lines(figures):
        table.add_row(section, name, value)
    console().print(table)
