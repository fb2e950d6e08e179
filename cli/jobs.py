"""Commands on the jobs that the command line sent in: `jobs`, `jobs cancel`, `jobs resume`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.common import counted, load_settings, plain_line, refusals, stored
from cli.hints import failure_text

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).
if TYPE_CHECKING:
    from db.types import JobView

app = typer.Typer(help="Jobs that the command line sent in.", invoke_without_command=True)

Job = Annotated[int, typer.Argument(min=1, metavar="JOB", help="Number of the job.")]


@app.callback()
def jobs(
    ctx: typer.Context,
    active: Annotated[bool, typer.Option("--active", help="Only those that have not ended.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Most jobs.")] = 20,
    before: Annotated[int | None, typer.Option(min=1, help="Only jobs older than this one: the next page.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Lists the jobs that the command line sent in, newest first, with state, rows and what went wrong."""
    if ctx.invoked_subcommand is not None:
        return
    from json import dumps

    from db.queries.jobs import list_jobs
    from db.queue.submissions import HOST

    with stored() as database, refusals():
        found = list_jobs(database, HOST, before_id=before, limit=limit, active_only=active)
    if json:
        for job in found:
            typer.echo(dumps(job_record(job), ensure_ascii=False))
        return
    if not found:
        typer.echo("There are no such jobs: `reelfeel submit FILE` makes one.")
        return
    names = "  ".join(f"{name:>9}" for name in ("positive", "negative", "unclear"))
    typer.echo(f"{'job':>8}  {'state':<12}  {names}  {'sent in (UTC)':<16}  file, rows")
    for job in found:
        counts = "  ".join(f"{n:>9,}" for n in (job.n_positive, job.n_negative, job.n_uncertain))
        state, title = job.state.replace("_", " "), plain_line(job.title, 60)
        typer.echo(f"{job.id:>8}  {state:<12}  {counts}  {job.created_at:%Y-%m-%d %H:%M}  {title}, {rows_of(job)}")
    for job in found:
        reason = failure_text(job)
        if reason is not None:
            typer.echo(f"job {job.id}: {reason}")


@app.command()
def cancel(job: Job) -> None:
    """Cancels a job: nothing more of it is scored, and what is scored stays."""
    from db.queue import cancel as cancel_job
    from db.queue.submissions import HOST

    with stored() as database, refusals():
        cancel_job(database, HOST, job)
    typer.echo(f"Job {job} is cancelled.")


@app.command()
def resume(job: Job) -> None:
    """Resumes a job that was cancelled or has failed: what it has stays, only the rest is done."""
    from db.queue import retry
    from db.queue.quotas import quotas_of
    from db.queue.submissions import HOST

    with stored() as database, refusals():
        retry(database, HOST, job, quotas=quotas_of(load_settings()))
    typer.echo(f"Job {job} is resumed.")


def rows_of(job: JobView) -> str:
    """How far a job is: `1,200 of 5,000`, with those that got no verdict."""
    ended = job.rows_done + job.rows_rejected + job.rows_failed
    total = counted(job.rows_total, "row")
    rows = total if job.terminal else f"{ended:,} of {total}"
    without = job.rows_rejected + job.rows_failed
    return f"{rows} ({without:,} without a verdict)" if without else rows


def job_record(job: JobView) -> dict[str, Any]:
    """A job for scripts; `error`: why it failed, or what it waits for."""
    reason = failure_text(job)
    return {
        "job": job.id,
        "state": job.state,
        "file": job.filename,
        "rows_total": job.rows_total,
        "rows_scored": job.rows_done,
        "rows_rejected": job.rows_rejected,
        "rows_failed": job.rows_failed,
        "positive": job.n_positive,
        "negative": job.n_negative,
        "uncertain": job.n_uncertain,
        "model": job.model,
        "created_at": job.created_at.isoformat(timespec="seconds"),
        "finished_at": None if job.finished_at is None else job.finished_at.isoformat(timespec="seconds"),
        "columns": {role: name for role, name in job.read.items() if name is not None},
        "error": None if reason is None else {"code": job.error_code or job.state, "message": reason},
    }
