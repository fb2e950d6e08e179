"""The command line: `reelfeel`, one file a group of commands.

Every command imports what it needs when it runs, so that `reelfeel --help` is quick and serving never loads
TensorFlow. Exit codes: 0 done; 1 the work failed; 2 wrong usage; 65 a file could not be read; 69 a service (database,
broker, Discord) cannot be reached; 74 the disk is full or a file out of reach; 78 a setting is missing or wrong. 65-78
are those of BSD sysexits.
"""

from __future__ import annotations

from typing import Annotated

import typer

from cli import (
    blocks,
    common,
    database,
    exporting,
    inspecting,
    jobs,
    privacy,
    reports,
    results,
    scoring,
    services,
    submitting,
    themes,
    training,
    training_data,
)
from cli.commands import Commands

app = typer.Typer(
    cls=Commands,
    help="Reads film reviews and says how each one feels.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=common.print_versions, help="Of service and model.")
    ] = False,
) -> None:
    """What stands before a command; it does its work while it is read."""


# In the order of `reelfeel --help`.
for command in (
    services.up,
    services.bot,
    services.worker,
    services.status,
    services.health,
    blocks.block,
    blocks.unblock,
    blocks.blocked,
    reports.audit,
    reports.quality,
    reports.report,
    scoring.score,
    inspecting.inspect,
    submitting.submit,
    results.results,
    exporting.export,
    themes.themes,
    training.train,
    training.pack,
    training.evaluate,
    training.stress,
    training.fit_sentences,
    training.fit_topic,
    training.fit_clauses,
    training.compare,
    training.tune,
):
    app.command()(command)
app.add_typer(jobs.app, name="jobs")
app.add_typer(database.app, name="db")
app.add_typer(privacy.app, name="privacy")
app.add_typer(training_data.app, name="data")
