"""What a machine with a GPU gives back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model import config
from model.data import corpus as data
from model.data.errors import DataError
from model.serving import unit_groups
from model.storage import write_arrays
from model.training import train
from model.training.teachers import gpu_results
from tests.model.gpu_folder import label, packed


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda place: (place / gpu_results.LABELS).unlink(), "docs/internals/gpu.md"),
        (lambda place: write_arrays(place / gpu_results.LABELS, {"reviews": np.zeros(3)}), "docs/internals/gpu.md"),
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
    place = packed(gpu_config, corpus)
    label(place, corpus, gpu_config)
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
        (lambda path: path.unlink(), "docs/internals/gpu.md"),
        (lambda path: path.write_bytes(path.read_bytes()[:900]), "docs/internals/gpu.md"),
        (lambda path: path.write_bytes(b""), "docs/internals/gpu.md"),
        (lambda path: write_arrays(path, {"logit_bias": np.zeros(1)}), "docs/internals/gpu.md"),
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
