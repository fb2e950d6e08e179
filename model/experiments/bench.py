"""Speed of the scorer beside its peers, all in one run: `make bench-model`, or `python -m model.experiments.bench
--help`.

Every contestant (`model.experiments.contestants`) runs in processes of its own, one at a time, on the same reviews.
Rates swing with what else the machine does: compare only figures of one run; the load average before it is printed too.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from model.data import readers
from model.data.errors import DataError
from model.data.splits import split
from model.experiments.contestants import READY, Figures, Task, write_task
from model.serving.model_folder import SHIPPED, write_json
from model.text.tokens import tokenize

DATA = Path("../shared/data/imdb_train.parquet")
OUTPUT = Path("runs/bench-model.json")
PAGE = Path("docs/internals/bench-model.md")
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_EXACT = 256
_ORDINARY = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a contestant with so many threads in each of so many processes."""

    name: str
    what: str
    threads: int = 1
    processes: int = 1


def rows(cores: int) -> list[Row]:
    """The lines of the table on a machine with so many cores."""
    several = [
        Row("scorer", f"Scorer.score, {cores} threads, one process", threads=cores),
        Row("scorer", f"Scorer.score, {cores} processes", processes=cores),
    ]
    return [
        Row("scorer", "Scorer.score"),
        *(several if cores > 1 else []),
        Row("scorer_whole", "Scorer.score that reads everything"),
        Row("scorer_onnx", "Scorer.score without Numba"),
        Row("keras_one", "Keras predict, one by one, 400 words"),
        Row("keras_batch", "Keras predict, batches of 128, 400 words"),
        Row("tfidf", "TF-IDF (1, 2) + logistic regression"),
        Row("textblob", "TextBlob"),
        Row("vader", "VADER"),
    ]


def task_of(path: Path, folder: Path, number: int, repeats: int) -> Task:
    """What every contestant gets: `number` reviews drawn at random, the same in every run."""
    reviews = readers.read(path)
    order = np.random.default_rng(20).permutation(len(reviews))
    texts = [reviews.texts[row] for row in order[:number]]
    lengths = np.asarray([len(tokenize(text)) for text in texts])
    by_median = np.argsort(np.abs(lengths - np.median(lengths)), kind="stable")
    fit: NDArray[Any] = split(reviews).train
    fit = fit[reviews.labels[fit] >= 0]
    return Task(
        folder=str(folder),
        texts=texts,
        exact=texts[:_EXACT],
        ordinary=[texts[place] for place in by_median[:_ORDINARY]],
        fit=[reviews.texts[row] for row in fit],
        labels=reviews.labels[fit].tolist(),
        repeats=repeats,
    )


def _start(row: Row, task: Task, folder: Path) -> "subprocess.Popen[str]":
    path = folder / "task.json"
    learns = row.name == "tfidf"
    write_task(
        replace(task, threads=row.threads) if learns else replace(task, threads=row.threads, fit=[], labels=[]), path
    )
    # One thread for every library that would take all cores by itself.
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(row.threads))
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    command = [sys.executable, "-m", "model.experiments.contestants", row.name, str(path)]
    environment = os.environ | one | quiet
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def run(row: Row, task: Task, folder: Path) -> Figures:
    """One line's figures: rates and memory are sums over its processes, which work at the same time."""
    started = [_start(row, task, folder) for _ in range(row.processes)]
    try:
        for process in started:
            assert process.stdout
            while (line := process.stdout.readline()) and line.strip() != READY:
                """TextBlob and others may print on their own."""
        for process in started:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        printed = [process.communicate()[0] for process in started]
    except (OSError, ValueError) as error:
        raise SystemExit(f"{row.what}: a process ended early ({type(error).__name__}).") from error
    finally:
        for process in started:
            process.kill()
    if any(process.returncode for process in started):
        raise SystemExit(
            f"{row.what}: the process failed; run python -m model.experiments.contestants {row.name} to see why."
        )
    found: list[Figures] = [json.loads(text.splitlines()[-1]) for text in printed]
    together = {key: sum(figures[key] for figures in found) for key in ("reviews_per_s", "memory_mb")}
    return found[0] | together


def measured(task: Task, chosen: list[Row], console: Console) -> list[dict[str, Any]]:
    """All lines' figures; exactness is the largest difference of a probability from Keras' own, unpadded."""
    found = []
    with tempfile.TemporaryDirectory(prefix="reelfeel-bench-") as folder:
        for row in track(chosen, "Measuring", console=console, disable=not console.is_terminal):
            figures = run(row, task, Path(folder))
            cores = row.threads * row.processes
            found.append({"name": row.name, "what": row.what, "cores": cores, **figures})
    keras = next((line.pop("probabilities") for line in found if line["name"] == "keras_batch"), None)
    for line in found:
        probabilities = line.pop("probabilities", None)
        if probabilities is not None and keras is not None:
            line["off_keras"] = float(np.abs(np.subtract(probabilities, keras)).max())
    return found


HEADS = (
    "",
    "cores",
    "reviews/s",
    "per CPU second",
    "one review, ms: median, p99",
    "load, s",
    "memory, MB",
    "off Keras",
)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    """One line of the table, as text."""
    pair = f"{row['p50_ms']:.1f}, {row['p99_ms']:.1f}" if "p50_ms" in row else ""
    return (
        row["what"],
        str(row["cores"]),
        _number(row["reviews_per_s"]),
        _number(row.get("reviews_per_cpu_s")),
        pair,
        f"{row['load_s']:.2f}" if "load_s" in row else "",
        str(row["memory_mb"]),
        f"{row['off_keras']:.0e}" if "off_keras" in row else "",
    )


def remarks(found: dict[str, Any]) -> list[str]:
    """What the table does not say, a sentence a line."""
    by_name = {row["name"]: row for row in reversed(found["rows"])}
    scorer = by_name["scorer"]
    lstm = scorer["lstm"]
    explained, plainly = scorer["explanation"], by_name["scorer_onnx"]["explanation"]
    lines = [
        f"Model `{scorer['version']}`; {scorer['reviews']:,} reviews of {found['words']:.0f} tokens on average, raw "
        f"text to verdict; {found['machine']}, {found['cores']} cores; load average before the run "
        f"{found['load']:.1f}.",
        f"An explanation of a review of median length takes {explained['p50_ms']:.0f} ms (p99 "
        f"{explained['p99_ms']:.0f} ms), without compiled code {plainly['p50_ms']:.0f} ms. "
        f"Compiled code was ready {scorer['warm_s']:.1f} s after it was asked for.",
        f"The LSTM alone: {lstm['reviews_per_s']:,.0f} reviews/s on one core, {lstm['mflop_per_review']} MFLOP a "
        f"review in its recurrent products, {lstm['gflops']:.0f} GFLOP/s: {lstm['share_of_sgemm']:.0%} of what "
        f"NumPy's SGEMM reached in the same process ({lstm['sgemm_gflops']:.0f}).",
    ]
    several = [row for row in found["rows"] if row["name"] == "scorer" and row["cores"] > 1]
    if several:
        gains = " and ".join(f"{row['reviews_per_s'] / scorer['reviews_per_s']:.2f}" for row in several)
        lines.append(f"On {found['cores']} cores, threads and processes: {gains} times one core.")
    if "scorer_whole" in by_name:
        gain = scorer["reviews_per_s"] / by_name["scorer_whole"]["reviews_per_s"]
        lines.append(f"With early exit {gain:.2f} times as fast as without.")
    ratios = ", ".join(
        f"{row['what']} {scorer['reviews_per_s'] / row['reviews_per_s']:,.1f}"
        for row in found["rows"]
        if row["name"] != "scorer"
    )
    lines.append(f"Times slower than Scorer.score, core for core: {ratios}.")
    return lines


def page(found: dict[str, Any]) -> str:
    """Markdown of a run: the table and the remarks."""
    table = [HEADS, ("---", *["---:"] * (len(HEADS) - 1)), *(cells(row) for row in found["rows"])]
    lines = ["| " + " | ".join(line) + " |" for line in table]
    return "\n".join([*lines, "", *(f"- {remark}" for remark in remarks(found))])


def replaced(text: str, figures: str) -> str:
    """`text` with `figures` between its two markers; raises ValueError where they are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"The page has lost its markers {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints the table, writes JSON, and with --write also the page in docs/."""
    parser = argparse.ArgumentParser(prog="python -m model.experiments.bench", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=DATA, help="labelled reviews (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=SHIPPED, help="model folder (default: the shipped one)")
    parser.add_argument("--reviews", type=int, default=4_096, help="how many are drawn (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="of each timing; medians count (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="JSON (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE}")
    chosen = parser.parse_args(arguments)
    console = Console()
    load = os.getloadavg()[0]
    began = time.perf_counter()
    try:
        task = task_of(chosen.file, chosen.folder.absolute(), chosen.reviews, chosen.repeats)
    except DataError as error:
        raise SystemExit(f"bench: {error}") from error
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    found: dict[str, Any] = {"machine": _processor(), "cores": cores, "load": round(load, 1)}
    found["words"] = float(np.mean([len(tokenize(text)) for text in task.texts]))
    found["rows"] = measured(task, rows(cores), console)
    found["seconds"] = round(time.perf_counter() - began)
    table = Table(*HEADS)
    for row in found["rows"]:
        table.add_row(*cells(row))
    console.print(table)
    for remark in remarks(found):
        console.print(f"- {remark}", highlight=False, markup=False)
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    write_json(chosen.output, found)
    console.print(f"{chosen.output} ({found['seconds']} s)", highlight=False)
    if chosen.write:
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), page(found)), encoding="utf-8")
        console.print(str(PAGE), highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
