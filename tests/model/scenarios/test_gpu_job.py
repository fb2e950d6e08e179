"""A run with what a GPU gave back. The job itself needs PyTorch: $REELFEEL_TORCH names such a Python."""

import io
import json
import lzma
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import model
from model import config
from model.data import corpus as data
from model.serving import model_folder
from model.training import network, train
from model.training.teachers import counterfactuals, gpu_results, transformer
from model.training.teachers.documents import documents
from tests.model.gpu_folder import label, packed


def _unpacked(path: Path) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(lzma.decompress(path.read_bytes()))) as stored:
        return dict(stored)


def test_a_run_learns_from_what_was_said_elsewhere(
    gpu_config: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = data.prepare(gpu_config)
    label(packed(gpu_config, corpus), corpus, gpu_config)
    # It is not fitted here, and its weights need not be here.
    monkeypatch.setattr(transformer.Classifier, "__init__", None)
    run = train.run_config(gpu_config, output=tmp_path / "run")
    teachers = json.loads((run / "model" / "card.json").read_text(encoding="utf-8"))["training"]["teachers"]
    assert set(teachers["out-of-fold accuracy"]) == {"n-grams", "document vectors", "transformer", "blend"}
    assert teachers["out-of-fold accuracy"]["transformer"] > 0.7
    assert teachers["encoder sha256"] == data.file_hash(gpu_config.teacher.encoder / transformer.WEIGHTS)  # type: ignore[union-attr, operator]
    assert model_folder.verify(run / "model").startswith("lstm-")
    # Whole reviews count twice, pieces and edits once.
    assert gpu_config.distil is not None
    found = documents(corpus, gpu_config.distil, 1)
    examples, _, taught = train._taught(gpu_config, corpus, run, resume=True)
    turned = counterfactuals.chosen(found.tokens[: found.reviews], gpu_config.distil.edits, 1)
    assert len(taught.learned) == found.taught
    assert len(examples.rows) == found.taught + found.reviews + len(turned)
    first, again = slice(0, found.reviews), slice(found.taught, found.taught + found.reviews)
    np.testing.assert_array_equal(examples.targets[first], examples.targets[again])
    assert all(map(np.array_equal, examples.rows[first], examples.rows[again]))


def _torch() -> str | None:
    return os.environ.get("REELFEEL_TORCH") or (sys.executable if find_spec("torch") else None)


def _run(module: str, place: Path, plan: dict[str, object]) -> str:
    """What a job says."""
    path = place / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    command = [str(_torch()), "-m", module, str(place), str(path)]
    root = Path(model.__file__).parents[1]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


needs_torch = pytest.mark.skipif(_torch() is None, reason="needs PyTorch, which the project does not install")


@needs_torch
def test_the_job_teaches_and_labels(student_config: config.Config) -> None:
    corpus = data.prepare(student_config)
    # The edits that are for students are none of its business.
    place = packed(student_config, corpus)
    tune = {"epochs": 8, "rate": 1e-2, "batch": 16}
    pretrain = {"epochs": 1.0, "seconds": 20.0, "rate": 1e-3, "budget": 2048}
    told = _run("model.training.gpu.job", place, {"tune": tune, "pretrain": pretrain, "label_budget": 4096})
    assert "pretraining ended" in told
    assert student_config.distil is not None
    found = documents(corpus, student_config.distil, 1)
    read = gpu_results.read(place)
    assert len(read.logits) == len(found.tokens) + len(corpus.split.validation)
    # Letters in, words out: it has learned from the labels what it was never shown.
    labels = corpus.reviews.labels[corpus.split.train]
    assert np.mean((read.logits[: found.labelled] > 0) == (labels == 1)) > 0.6


@needs_torch
def test_the_second_job_trains_students(student_config: config.Config) -> None:
    from model.training import fit

    corpus = data.prepare(student_config)
    place = packed(student_config, corpus)
    label(place, corpus, student_config)
    learn = {"seconds": 5.0, "rate": 1e-3, "budget": 2048}
    plan: dict[str, object] = {"pretrain": learn | {"epochs": 0.5}, "learn": learn, "label_budget": 8192}
    plan["training"] = {"budget": 4096, "most": 64, "ema": 0.9, "word_dropout": 0.1}
    plan |= {name: {"seconds": 4.0, "rate": 5e-3, "warmup": 0.1} for name in ("first", "then")}
    told = _run("model.training.gpu.job.students", place, plan | {"students": [1, 2], "reword": [0.5]})
    reworded = re.search(r"reworded: (\d+) of", told)
    assert reworded, told
    assert int(reworded[1]) > 100
    start = _unpacked(place / "start.npz.xz")
    with np.load(place / "checks.npz") as stored:
        checks = dict(stored)
    labels = corpus.reviews.labels[corpus.split.dev]
    students = [gpu_results.student(place, seed) for seed in (1, 2)]
    assert not np.array_equal(students[0]["forward_recurrent"], students[1]["forward_recurrent"])
    for seed, weights in zip((1, 2), students, strict=True):
        assert {name: value.shape for name, value in weights.items()} == {n: v.shape for n, v in start.items()}
        assert not np.array_equal(weights["hidden_logit"], start["hidden_logit"])
        assert network.shape_of(weights).sizes == (8, 4)
        built = network.build(student_config.network, len(corpus.vocabulary))
        network.set_embedding(built, weights["embedding"])
        network.set_recurrent_weights(built, weights)
        for name, part in (("dev", corpus.split.dev), ("validation", corpus.split.validation)):
            np.testing.assert_allclose(checks[f"{name}_{seed}"], fit.predict(built, corpus.ids(part, 4096)), atol=1e-4)
        assert np.mean((checks[f"dev_{seed}"] > 0) == (labels == 1)) > 0.7
