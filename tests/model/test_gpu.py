"""What a machine with a GPU gets and gives back. The job itself needs PyTorch: $REELFEEL_TORCH names such a Python."""

import io
import json
import lzma
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import cli
import model
from model import config
from model.data import corpus as data
from model.data.corpus import Corpus
from model.data.readers import DataError
from model.serving import model_folder, unit_groups
from model.storage import write_arrays
from model.training import network, train
from model.training.gpu import pack
from model.training.teachers import counterfactuals, gpu_results, token_spans, transformer, wordpieces
from model.training.teachers.documents import documents


@pytest.fixture
def gpu_config(tiny_config: config.Config, tiny_folder: Path, tiny_mpnet: Path, tmp_path: Path) -> config.Config:
    """What `default.toml` is to the runs before: a transformer elsewhere labels all, in folds."""
    assert tiny_config.teacher is not None
    assert tiny_config.distil is not None
    changes: dict[str, object] = {"earlier": tiny_folder, "encoder": tiny_mpnet, "encoder_tokens": 60}
    teacher = tiny_config.teacher.model_copy(
        update=changes | {"directions": (), "encoder_predictions": tmp_path / "gpu"}
    )
    distil = tiny_config.distil.model_copy(update={"sentences": 1, "passes": 2})
    return tiny_config.model_copy(update={"teacher": teacher, "distil": distil})


@pytest.fixture
def student_config(gpu_config: config.Config) -> config.Config:
    """The same, and its students, of one group of units more than the earlier model's, are trained there."""
    assert gpu_config.distil is not None
    assert gpu_config.teacher is not None
    distil = gpu_config.distil.model_copy(
        update={"students_folder": gpu_config.teacher.encoder_predictions, "students": 2}
    )
    shape = gpu_config.network.model_copy(update={"units": 12, "groups": (8, 4), "hidden": 3})
    return gpu_config.model_copy(update={"distil": distil, "network": shape})


def _unpacked(path: Path) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(lzma.decompress(path.read_bytes()))) as stored:
        return dict(stored)


def _packed(settings: config.Config, corpus: Corpus) -> Path:
    return next(iter(pack.run(settings, corpus))).parent


def test_the_job_reads_what_the_teacher_would(gpu_config: config.Config, tiny_mpnet: Path) -> None:
    corpus = data.prepare(gpu_config)
    # All that a contraction can follow.
    corpus.unlabelled[0][:] = ["n't", "do", "n't", "8/10", "n't", "(", "n't", "ca", "n't", "n't", ".", "fin", "."]
    place = _packed(gpu_config, corpus)
    stored = _unpacked(place / "texts.npz.xz")
    words = stored["low"].astype(np.int64) | (stored["high"].astype(np.int64) << 16)
    ends = np.cumsum(stored["lengths"].astype(np.int64))
    starts = ends - stored["lengths"]
    assert gpu_config.distil is not None
    found = documents(corpus, gpu_config.distil, 1)
    dev = found.tokens[found.held]
    held = [corpus.tokens[row] for row in corpus.split.validation]
    assert stored["counts"].tolist() == [found.labelled, found.unlabelled, found.dev, len(held), 0]
    reader = wordpieces.WordPieces.read(tiny_mpnet)

    def read(first: int, end: int) -> list[int]:
        at = stored["piece_at"]
        return [int(piece) for row in words[first:end] for piece in stored["pieces"][at[row] : at[row + 1]]]

    reviews = [*found.tokens[: found.reviews], *dev, *held]
    for tokens, first, end in zip(reviews, starts.tolist(), ends.tolist(), strict=True):
        assert read(first, end) == reader.encode(tokens, 10_000)[1:-1].tolist()
    # Pieces are given by where they stand.
    at = [(owner, *span) for owner, span in zip(found.owner[found.reviews :], stored["spans"].tolist(), strict=False)]
    for tokens, (owner, first, end) in zip(found.tokens[found.reviews : found.taught], at, strict=True):
        assert reviews[owner][first:end] == tokens
    pieces_of_dev = found.tokens[found.held.stop :]
    for number, (tokens, (first, end)) in enumerate(zip(pieces_of_dev, stored["dev_spans"].tolist(), strict=True)):
        assert dev[number % found.dev][first:end] == tokens
    assert stored["labels"].tolist() == corpus.reviews.labels[corpus.split.train].tolist()
    assert stored["longest"] == 60


def test_students_read_what_they_would_here(gpu_config: config.Config, student_config: config.Config) -> None:
    corpus = data.prepare(student_config)
    corpus.unlabelled[0][:] = ["n't", "do", "n't", "8/10", "n't", ".", "n't", "fin", "n't", "superb", "!"]
    place = _packed(gpu_config, corpus)
    before, digests = _unpacked(place / "texts.npz.xz"), (place / gpu_results.DIGESTS).read_bytes()
    assert not (place / "start.npz.xz").exists()
    _packed(student_config, corpus)
    assert (place / gpu_results.DIGESTS).read_bytes() == digests
    stored = _unpacked(place / "texts.npz.xz")
    # What the first job reads comes first.
    for name in before.keys() - {"counts", "longest"}:
        np.testing.assert_array_equal(before[name], stored[name][: len(before[name])])
    assert student_config.distil is not None
    found = documents(corpus, student_config.distil, 1)
    turned = counterfactuals.chosen(found.tokens[: found.reviews], student_config.distil.edits, 1)
    held = [corpus.tokens[row] for row in corpus.split.validation]
    cut = [*found.tokens[: found.reviews], *found.tokens[found.held]]
    everything = [*cut, *held, *(edit.tokens for edit in turned)]
    assert stored["counts"].tolist() == [found.labelled, found.unlabelled, found.dev, len(held), len(turned)]
    assert len(turned) > 10
    np.testing.assert_allclose(stored["edits"], [edit.probability for edit in turned], rtol=1e-6)
    words = stored["low"].astype(np.int64) | (stored["high"].astype(np.int64) << 16)
    each = np.split(stored["ids"][words], np.cumsum(stored["lengths"].astype(np.int64))[:-1])
    for tokens, ids in zip(everything, each, strict=True):
        assert ids.tolist() == corpus.vocabulary.ids(tokens).tolist()
    sentences = np.split(stored["sentences"], np.cumsum(stored["sentence_counts"].astype(np.int64))[:-1])
    for tokens, lengths in zip(cut, sentences, strict=True):
        assert lengths.tolist() == np.diff(token_spans.sentence_starts(tokens)).tolist()
    assert (stored["learned"], stored["served"], stored["piece_sentences"], stored["label_share"]) == (64, 4096, 6, 0.3)
    # Neither before a contraction nor where the teacher reads nothing (its pieces are letters).
    first = words[stored["lengths"][: found.labelled].sum(dtype=np.int64) :]
    assert np.flatnonzero(stored["plain"][first[:11]]).tolist() == [5, 9, 10]


def test_students_begin_with_the_earlier_model(student_config: config.Config, tiny_folder: Path) -> None:
    stored = _unpacked(_packed(student_config, data.prepare(student_config)) / "start.npz.xz")
    table = stored.pop("embedding")
    np.testing.assert_array_equal(table, np.load(tiny_folder / "embedding.npy").astype(np.float16))
    assert network.shape_of(stored).sizes == (8, 4)
    assert stored["hidden_kernel"].shape == (48, 3)
    with np.load(tiny_folder / "keras_weights.npz") as earlier:
        own = unit_groups.parts(stored, (8, 4))[0]
        assert all(np.array_equal(value, earlier[name]) for name, value in own.items())


def test_eight_bits_are_near_the_weights(gpu_config: config.Config, tiny_mpnet: Path) -> None:
    place = _packed(gpu_config, data.prepare(gpu_config))
    first, second = (_unpacked(place / f"encoder_{number}.npz.xz") for number in (0, 1))
    assert not set(first) & set(second)
    stored = first | second
    read = transformer.read(tiny_mpnet, 60)
    assert stored["shape"].tolist() == [read.layers, read.heads]
    np.testing.assert_array_equal(stored["distances"], read.distances)
    for name, value in read.weights.items():
        if name in stored and stored[name].dtype == np.int8:
            scale = stored[name + ".scale"]
            assert (np.abs(stored[name] * scale - value) <= 0.51 * scale).all()
        elif name.startswith(("embeddings.", "encoder.layer.")):
            np.testing.assert_array_equal(stored[name], value)


def _labelled(place: Path, corpus: Corpus, settings: config.Config) -> None:
    """labels.npz as of a teacher that knows half of the made-up words."""
    assert settings.distil is not None
    found = documents(corpus, settings.distil, 1)
    good, bad = {"wonderful", "superb", "moving"}, {"dreadful", "boring", "clumsy"}

    def logits(tokens: list[list[str]]) -> np.ndarray:
        known = [sum(word in good for word in row) - sum(word in bad for word in row) for row in tokens]
        return np.asarray(known, dtype=np.float32)

    held = [corpus.tokens[row] for row in corpus.split.validation]
    reviews = [*found.tokens[: found.reviews], *found.tokens[found.held], *held]
    pieces = {"pieces": logits(found.tokens[found.reviews : found.taught])}
    pieces["dev_pieces"] = logits(found.tokens[found.held.stop :])
    write_arrays(place / gpu_results.LABELS, {"reviews": logits(reviews)} | pieces)


def test_a_run_learns_from_what_was_said_elsewhere(
    gpu_config: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = data.prepare(gpu_config)
    _labelled(_packed(gpu_config, corpus), corpus, gpu_config)
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


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda place: (place / gpu_results.LABELS).unlink(), "docs/gpu.md"),
        (lambda place: write_arrays(place / gpu_results.LABELS, {"reviews": np.zeros(3)}), "docs/gpu.md"),
        (
            lambda place: _changed(place / gpu_results.LABELS, "pieces", lambda found: found[1:]),
            "not those of the texts",
        ),
        (lambda place: _changed(place / gpu_results.LABELS, "reviews", lambda found: found * np.nan), "not those of"),
        (lambda place: _changed(place / gpu_results.DIGESTS, "pieces", lambda found: found + 1), "pack them anew"),
    ],
)
def test_what_was_said_elsewhere_and_cannot_be_used(
    gpu_config: config.Config, tmp_path: Path, damage: Callable[[Path], object], words: str
) -> None:
    corpus = data.prepare(gpu_config)
    place = _packed(gpu_config, corpus)
    _labelled(place, corpus, gpu_config)
    damage(place)
    with pytest.raises(DataError, match=words):
        train._taught(gpu_config, corpus, tmp_path / "run", resume=False)


def test_of_copies_the_first_counts() -> None:
    read = gpu_results.Results("", np.asarray([7, 5, 7], dtype=np.uint64), np.asarray([1.0, 2.0, 3.0]))
    assert read.logits_of(np.asarray([5, 7], dtype=np.uint64)).tolist() == [2.0, 1.0]


def _changed(path: Path, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    with np.load(path) as stored:
        arrays = dict(stored)
    write_arrays(path, arrays | {name: change(arrays.get(name, np.zeros(0)))})


def test_what_cannot_be_packed(gpu_config: config.Config, tiny_encoder: Path, tmp_path: Path) -> None:
    corpus = data.prepare(gpu_config)
    assert gpu_config.teacher is not None
    for changes, words in (
        ({"encoder_predictions": None}, "teacher.encoder_predictions"),
        ({"encoder": tiny_encoder}, "MPNet"),
    ):
        teacher = gpu_config.teacher.model_copy(update=changes)
        with pytest.raises(DataError, match=words):
            pack.run(gpu_config.model_copy(update={"teacher": teacher}), corpus)
    path = Path(model.__file__).parent / "configs" / "tiny.toml"
    result = CliRunner().invoke(cli.app, ["pack", str(path)])
    assert result.exit_code == 65, result.output


def _student(seed: int) -> dict[str, np.ndarray]:
    """A student's file: 12 units, 5 words."""
    rng = np.random.default_rng(seed)
    shapes = {"kernel": (6, 48), "recurrent": (12, 48), "bias": (48,)}
    found = {f"{direction}_{name}": shape for direction in unit_groups.DIRECTIONS for name, shape in shapes.items()}
    found |= {"embedding": (5, 6), "logit_kernel": (48, 1), "logit_bias": (1,)}
    return {name: rng.normal(0, 1, shape).astype(np.float16) for name, shape in found.items()}


def test_a_student_comes_back(tmp_path: Path) -> None:
    written = _student(3)
    write_arrays(tmp_path / gpu_results.STUDENT.format(3), written)
    read = gpu_results.student(tmp_path, 3)
    assert read.keys() == written.keys()
    assert all(np.array_equal(value, written[name]) and value.dtype == np.float32 for name, value in read.items())


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.unlink(), "docs/gpu.md"),
        (lambda path: path.write_bytes(path.read_bytes()[:900]), "docs/gpu.md"),
        (lambda path: path.write_bytes(b""), "docs/gpu.md"),
        (lambda path: write_arrays(path, {"logit_bias": np.zeros(1)}), "docs/gpu.md"),
        (lambda path: _changed(path, "backward_bias", lambda found: found[1:]), "one network"),
        (lambda path: _changed(path, "embedding", lambda found: found[:, 1:]), "one network"),
        (lambda path: _changed(path, "hidden_bias", lambda _: np.zeros(3)), "one network"),
        (lambda path: _changed(path, "embedding", lambda found: found * np.inf), "not finite"),
    ],
)
def test_a_student_that_cannot_be_used(tmp_path: Path, damage: Callable[[Path], object], words: str) -> None:
    path = tmp_path / gpu_results.STUDENT.format(1)
    write_arrays(path, _student(1))
    damage(path)
    with pytest.raises(DataError, match=words):
        gpu_results.student(tmp_path, 1)


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
    place = _packed(student_config, corpus)
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
    place = _packed(student_config, corpus)
    _labelled(place, corpus, student_config)
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
