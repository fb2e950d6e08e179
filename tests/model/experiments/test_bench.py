"""The benchmark's table from made-up figures, and one contestant for real."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from model import SHIPPED
from model.experiments import bench
from model.experiments.contestants import Task
from tests.model.made_up import frame


def _task(**others: object) -> Task:
    texts = list(frame(80, 5)["text"])
    return dataclasses.replace(Task(str(SHIPPED), texts, texts[:5], texts[:3], repeats=1, calls=8), **others)


FOUND = {
    "machine": "a machine",
    "cores": 2,
    "load": 0.1,
    "words": 270.0,
    "rows": [
        {
            "name": "scorer",
            "what": "Scorer.score",
            "cores": cores,
            "version": "lstm-x",
            "reviews": 1000,
            "reviews_per_s": rate,
            "reviews_per_cpu_s": 1500.0,
            "p50_ms": 1.5,
            "p99_ms": 2.5,
            "load_s": 0.1,
            "warm_s": 0.5,
            "memory_mb": 300,
            "off_keras": 4e-7,
            "explanation": {"p50_ms": 30.0, "p99_ms": 40.0},
            "lstm": {
                "reviews_per_s": 2000.0,
                "mflop_per_review": 72.0,
                "gflops": 80.0,
                "sgemm_gflops": 100.0,
                "share_of_sgemm": 0.8,
            },
        }
        for cores, rate in ((1, 1500.0), (2, 2850.0))
    ]
    + [
        {
            "name": "scorer_onnx",
            "what": "ONNX",
            "cores": 1,
            "reviews_per_s": 500.0,
            "memory_mb": 90,
            "explanation": {"p50_ms": 75.0, "p99_ms": 80.0},
        }
    ]
    + [{"name": "vader", "what": "VADER", "cores": 1, "reviews_per_s": 75.0, "memory_mb": 50}],
}


def test_the_page_has_the_table_and_the_ratios() -> None:
    page = bench.page(FOUND)
    assert "| Scorer.score | 1 | 1,500 | 1,500 | 1.5, 2.5 | 0.10 | 300 | 4e-07 |" in page
    assert "| VADER | 1 | 75.0 |  |  |  | 50 |  |" in page
    assert "1.90 times one core" in page
    assert "30 ms (p99 40 ms), without compiled code 75 ms" in page
    assert "VADER 20.0" in page
    assert "80% of what" in page


def test_figures_stand_between_their_markers() -> None:
    text = f"before\n{bench.BEGIN}\nold\n{bench.END}\nafter\n"
    assert bench.replaced(text, "new") == f"before\n{bench.BEGIN}\n\nnew\n\n{bench.END}\nafter\n"
    with pytest.raises(ValueError, match="markers"):
        bench.replaced("nothing", "new")
    assert bench.BEGIN in bench.PAGE.read_text(encoding="utf-8")


def test_the_scorer_is_measured_in_processes_of_its_own(tmp_path: Path) -> None:
    task = _task()
    alone = bench.run(bench.Row("scorer", "Scorer"), task, tmp_path)
    assert alone["explanation"]["p50_ms"] > 0
    assert 0 < alone["lstm"]["share_of_sgemm"] < 2
    plain = bench.run(bench.Row("scorer_onnx", "ONNX"), task, tmp_path)
    np.testing.assert_allclose(alone["probabilities"], plain["probabilities"], atol=1e-5)


def test_processes_that_work_at_the_same_time_are_added_up(tmp_path: Path) -> None:
    alone, both = (bench.run(bench.Row("vader", "VADER", processes=number), _task(), tmp_path) for number in (1, 2))
    assert both["memory_mb"] > 1.5 * alone["memory_mb"]


def test_a_contestant_that_fails_ends_the_run_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="No model"):
        bench.measured(_task(folder=str(tmp_path)), [bench.Row("scorer", "No model")], Console(quiet=True))
