"""Commands that make and judge models: `train`, the fits, `pack`, `evaluate`, `stress`, `compare`, `tune`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.common import ModelFolder, model_errors, model_folder, show, threads

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py); TensorFlow takes seconds.


def train(
    config: Annotated[Path, typer.Argument(help="A config file such as model/configs/default.toml.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Run folder. Default: runs/NAME.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on after the last finished epoch.")] = False,
    ship: Annotated[bool, typer.Option(help="Make the result the shipped model.")] = False,
) -> None:
    """Trains, calibrates, exports and evaluates a model from a config file."""
    with model_errors("training"):
        from model.training import train as training

        run_folder = training.run(config, output=output, resume=resume)
        _say_where(run_folder, ship=ship)


def _say_where(run_folder: Path, *, ship: bool = False) -> None:
    """Where the finished model is, which is shipped where that was asked for."""
    typer.echo(f"The model is in {run_folder / 'model'}")
    if ship:
        from model.training import ship as shipping

        typer.echo(f"Shipped to {shipping.run(run_folder)}")


def fit_sentences(
    config: Annotated[Path, typer.Argument(help="A config file such as model/configs/sentences.toml.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Run folder. Default: runs/NAME.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on after the last finished epoch.")] = False,
) -> None:
    """Fits a finished model to single sentences with labels of their own; `fit-topic` comes after it."""
    with model_errors("fitting"):
        from model.training.short_texts import fit_sentences as fitting

        run_folder = fitting.run(config, output=output, resume=resume)
        _say_where(run_folder)


def fit_topic(
    texts: Annotated[
        Path, typer.Argument(help="Folder of short texts that are film reviews or are not (docs/data.md).")
    ],
    model_dir: ModelFolder = None,
    labelled: Annotated[
        Path | None, typer.Option(help="The labelled reviews. Default: where the model's config says.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Run folder. Default: runs/topic.")] = None,
    ship: Annotated[bool, typer.Option(help="Make the result the shipped model.")] = False,
) -> None:
    """Fits what tells film reviews from chat, questions, plots and reviews of other things, for a finished model."""
    folder = model_folder(model_dir)
    with model_errors("fitting"):
        from model.training.short_texts import fit_topic as fitting

        run_folder = fitting.run(folder, texts, output or Path("runs/topic"), labelled=labelled, threads=threads())
        _say_where(run_folder, ship=ship)


def fit_clauses(
    reviews: Annotated[list[Path], typer.Argument(help="Files of reviews, with or without labels.")],
    model_dir: ModelFolder = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Run folder. Default: runs/clauses.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on after the last finished epoch.")] = False,
    ship: Annotated[bool, typer.Option(help="Make the result the shipped model.")] = False,
) -> None:
    """Fits the small LSTM that reads clauses for aspects, for a finished model: without it they take twice as long."""
    folder = model_folder(model_dir)
    with model_errors("fitting"):
        from model.training.short_texts import fit_clauses as fitting

        run_folder, found = fitting.run(folder, reviews, output or Path("runs/clauses"), resume=resume)
        typer.echo(
            f"Of the dev part's clauses {found.same_side:.2%} have the large LSTM's side, and "
            f"{found.same_side_served:.2%} when it reads those within {found.bound:g} of 0, with "
            f"{1 - found.spared:.1%} of all words."
        )
        _say_where(run_folder, ship=ship)


def pack(
    config: Annotated[Path, typer.Argument(help="A config whose teacher.encoder_predictions names a folder.")],
) -> None:
    """Packs what a machine with a GPU needs to teach and label for a config (docs/internals/gpu.md)."""
    with model_errors("packing"):
        from model import config as configs
        from model.data import corpus as data
        from model.training.gpu import pack as packing

        settings = configs.read(config)
        sizes = packing.run(settings, data.prepare(settings))
    for path, size in sizes.items():
        typer.echo(f"{path} ({size / 2**20:.0f} MiB)")


def evaluate(
    file: Annotated[
        Path | None, typer.Argument(help="Labelled Parquet, CSV, TSV or JSONL file, or an aclImdb folder.")
    ] = None,
    model_dir: ModelFolder = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the figures here as JSON.")] = None,
    validation: Annotated[
        bool, typer.Option("--validation-only", help="Only the rows of the validation part, split by movie.")
    ] = False,
    against: Annotated[
        Path | None, typer.Option(help="Compare with this model folder or CSV of predictions (id or row, probability).")
    ] = None,
    predictions: Annotated[Path | None, typer.Option(help="Write ids and probabilities here as CSV, no texts.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a report with plots here.")] = None,
    aspects: Annotated[
        bool, typer.Option("--aspects", help="How well aspects are found instead; works without a file too.")
    ] = False,
) -> None:
    """Accuracy, F1, ROC-AUC, calibration and weak spots on a labelled file, each figure with its interval."""
    folder = model_folder(model_dir)
    if aspects:
        if against is not None or predictions is not None or html is not None:
            raise typer.BadParameter("--against, --predictions and --html do not go with --aspects.")
        with model_errors("the report"):
            from model.evaluation import aspect_checks

            figures = aspect_checks.run(
                file, folder=folder, output=output, validation_only=validation, threads=threads()
            )
        show(aspect_checks.table(figures))
        return
    if file is None:
        raise typer.BadParameter("give a labelled file, or --aspects.")
    with model_errors("the report"):
        from model.evaluation.evaluate import run, summary

        result = run(
            file,
            folder=folder,
            output=output,
            validation_only=validation,
            against=against,
            predicted=predictions,
            html=html,
            threads=threads(),
            progress=sys.stderr.isatty(),
        )
    show(summary(result))


def stress(
    file: Annotated[
        Path | None,
        typer.Argument(help="Labelled file whose validation part is spoiled; without one, short texts only."),
    ] = None,
    model_dir: ModelFolder = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the figures here as JSON.")] = None,
    all_rows: Annotated[
        bool, typer.Option("--all-rows", help="All labelled rows, not only the validation part.")
    ] = False,
) -> None:
    """Accuracy on capitals, typos, single sentences, other subjects and reversed sentences, beside the untouched."""
    folder = model_folder(model_dir)
    with model_errors("the stress test"):
        from model.evaluation.stress import run, table

        result = run(
            file, folder=folder, output=output, all_rows=all_rows, threads=threads(), progress=sys.stderr.isatty()
        )
    show(table(result))


def compare(
    config: Annotated[
        Path | None, typer.Option("--config", help="What to compare. Default: model/configs/compare.toml.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Make only these rows (tfidf, cnn, shipped, ...); the others as kept.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: runs/compare.")] = None,
    model_dir: Annotated[Path | None, typer.Option("--model", help="What ships. Default: the shipped model.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Use only that many reviews, drawn at random.")] = None,
    again: Annotated[bool, typer.Option(help="Make the rows anew although they are kept.")] = False,
    publish: Annotated[
        Path | None, typer.Option(help="Docs folder that gets internals/comparison-table.md and pictures/.")
    ] = None,
) -> None:
    """Trains the baselines and puts them beside what ships: accuracy, F1, size, training time, reviews/s."""
    folder = model_folder(model_dir)
    with model_errors("comparing"):
        from model.experiments import compare as comparing
        from model.experiments.comparison_report import table

        rows = comparing.run(
            config or comparing.CONFIG,
            output=output or comparing.RUNS,
            only=only or (),
            model=folder,
            limit=limit,
            again=again,
            publish=publish,
        )
        show(table(rows))
        typer.echo(f"Table, figures and plot are in {output or comparing.RUNS}")


def tune(
    config: Annotated[Path, typer.Argument(help="The training config whose network is tuned.")],
    search: Annotated[Path | None, typer.Option(help="What to search. Default: model/configs/search.toml.")] = None,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Trials in all, those done before too. Default: 30.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Start no further trial after that time.")] = None,
    sample: Annotated[
        int | None, typer.Option(min=0, help="Training reviews a trial sees; 0 is all. Default: the search config's.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: runs/tune.")] = None,
) -> None:
    """Searches hyper-parameters of the recurrent network, judged on dev; goes on where it was stopped."""
    with model_errors("tuning"):
        from model.experiments import tune as tuning

        folder = output or tuning.RUNS
        result = tuning.run(
            config,
            search_path=search or tuning.SEARCH,
            output=folder,
            trials=trials or tuning.TRIALS,
            minutes=minutes,
            sample=sample,
        )
    show("\n".join(result["sentences"]))
    typer.echo(f"The table is in {folder / tuning.TABLE}.md and .csv")
