"""A tiny trained run, configs that start from it, and tiny encoders."""

import fcntl
import json
import os
import random
import shutil
import string
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import model
from model import config
from model.training import fit_flags, train
from tests.model.made_up import BAD, GOOD, frame


def _shared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name` that `make` fills once a session: pytest's worker processes wait for the first of them."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, done = base / name, base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def _data(folder: Path) -> None:
    frame(320, 1).to_parquet(folder / "tiny.parquet")
    frame(100, 2).drop(columns="label").to_parquet(folder / "tiny_unlabelled.parquet")
    rng = random.Random(3)
    words = [*GOOD, *BAD, "the", "was"]
    lines = [f"{word} {' '.join(f'{rng.gauss(0, 0.4):.5f}' for _ in range(12))}" for word in words]
    (folder / "tiny_glove.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="session")
def tiny_config(tmp_path_factory: pytest.TempPathFactory) -> config.Config:
    """`tiny.toml` with made-up data in place of its paths."""
    folder = _shared(tmp_path_factory, "tiny_data", _data)
    read = config.read(Path(model.__file__).parent / "configs" / "tiny.toml")
    paths = {name: folder / str(getattr(read.data, name)) for name in ("labelled", "unlabelled", "glove")}
    return read.model_copy(update={"data": read.data.model_copy(update=paths)})


@pytest.fixture(scope="session", autouse=True)
def _docstrings_read_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Python's own library is parsed once a session and not once a test process, since that takes seconds."""
    real = fit_flags._library_docstrings

    @cache
    def kept() -> tuple[str, ...]:
        folder = _shared(
            tmp_path_factory, "docstrings", lambda made: (made / "all.json").write_text(json.dumps(real()), "utf-8")
        )
        return tuple(json.loads((folder / "all.json").read_text("utf-8")))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fit_flags, "_library_docstrings", kept)
        yield


@pytest.fixture(scope="session")
def tiny_run(tiny_config: config.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real Keras training from data to model folder, in seconds. For reading: all tests of a session share it."""
    return _shared(tmp_path_factory, "tiny_run", lambda folder: train.run_config(tiny_config, output=folder))


@pytest.fixture(scope="session")
def tiny_folder(tiny_run: Path) -> Path:
    """The model folder of the tiny run."""
    return tiny_run / "model"


@pytest.fixture
def text() -> list[np.ndarray]:
    """Word ids with a pattern that a language model can learn: each word is followed by the next one."""
    rng = np.random.default_rng(2)
    return [np.asarray([2 + (start + step) % 20 for step in range(30)], np.int32) for start in rng.integers(0, 20, 60)]


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as BERT's kin have it, with random weights; its word pieces are the letters."""
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    names = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]
    return _encoder(tmp_path_factory.mktemp("bert"), "bert", marks, [*names, "attention.output.LayerNorm"])


@pytest.fixture(scope="session")
def tiny_mpnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as MPNet has it."""
    marks = ["<s>", "<pad>", "</s>", "[UNK]"]
    names = ["attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o"]
    return _encoder(tmp_path_factory.mktemp("mpnet"), "mpnet", marks, [*names, "attention.LayerNorm"])


def _encoder(folder: Path, kind: str, marks: list[str], attention: list[str]) -> Path:
    """attention: names of four products and of a normalisation."""
    from safetensors.numpy import save_file

    letters = [mark + letter for mark in ("", "##") for letter in string.ascii_lowercase]
    words = [*marks, *letters, ".", "!", "'"]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    described = {"model_type": kind, "hidden_act": "gelu", "layer_norm_eps": 1e-12}
    described |= {"num_hidden_layers": 2, "num_attention_heads": 2}
    (folder / "config.json").write_text(json.dumps(described), encoding="utf-8")
    rng = np.random.default_rng(1)
    width, inner = 16, 32

    def drawn(*shape: int) -> np.ndarray:
        return rng.normal(0.0, shape[-1] ** -0.5, shape).astype(np.float32)

    tables = {"word": len(words), "position": 128} | ({"token_type": 2} if kind == "bert" else {})
    weights = {f"embeddings.{name}_embeddings.weight": drawn(rows, width) for name, rows in tables.items()}
    if kind == "mpnet":
        weights["encoder.relative_attention_bias.weight"] = 4.0 * drawn(32, 2)
    kernels = dict.fromkeys(attention[:4], (width, width))
    kernels |= {"intermediate.dense": (inner, width), "output.dense": (width, inner)}
    norms = ["embeddings.LayerNorm"]
    for number in range(2):
        prefix = f"encoder.layer.{number}."
        for name, shape in kernels.items():
            weights |= {f"{prefix}{name}.weight": drawn(*shape), f"{prefix}{name}.bias": drawn(shape[0])}
        norms += [f"{prefix}{name}" for name in (attention[4], "output.LayerNorm")]
    for name in norms:
        weights |= {f"{name}.weight": 1.0 + 0.1 * drawn(width), f"{name}.bias": 0.1 * drawn(width)}
    save_file(weights, folder / "model.safetensors")
    return folder


@pytest.fixture
def second_config(tiny_config: config.Config, tiny_folder: Path, tiny_encoder: Path) -> config.Config:
    """As in `2026-11-b-minilm.toml`: taught by the tiny run and a transformer, without a language model."""
    assert tiny_config.teacher is not None
    changes: dict[str, object] = {"earlier": tiny_folder, "encoder": tiny_encoder, "encoder_tokens": 60}
    assert tiny_config.distil is not None
    teacher = tiny_config.teacher.model_copy(update=changes | {"directions": ()})
    distil = tiny_config.distil.model_copy(update={"epochs": 2})
    return tiny_config.model_copy(update={"teacher": teacher, "distil": distil})


@pytest.fixture
def third_config(second_config: config.Config, tiny_mpnet: Path) -> config.Config:
    """As in `2026-11-c-mpnet.toml`: its transformer is fitted once and asked about what is in doubt."""
    assert second_config.teacher is not None
    changes = {
        "encoder": tiny_mpnet,
        "encoder_reviews": 40,
        "encoder_labels": 30,
        "encoder_pieces": 20,
        "encoder_frozen": 1,
    }
    assert second_config.distil is not None
    sections = {
        "teacher": second_config.teacher.model_copy(update=changes),
        "network": second_config.network.model_copy(update={"units": 10}),
        "training": second_config.training.model_copy(update={"decay": False}),
        "distil": second_config.distil.model_copy(update={"students": 2}),
    }
    return second_config.model_copy(update=sections)


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
