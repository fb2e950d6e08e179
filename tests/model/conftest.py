"""Made-up reviews (no text of the data set), a tiny trained run, and the shipped folder."""

import json
import random
import string
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import model
from model import config
from model.training import train

GOOD = ["wonderful", "superb", "moving", "brilliant", "charming"]
BAD = ["dreadful", "boring", "clumsy", "tedious", "awful"]
SUBJECTS = ["the plot", "the acting", "the music", "the ending", "the script", "the cast"]
FILLERS = [
    "We saw it on a rainy day.",
    "It runs for two hours!",
    "My friend didn't come.",
    "<br /><br />So there it's.",
]


def sentence(rng: random.Random, label: int) -> str:
    """One sentence of an opinion."""
    return f"{rng.choice(SUBJECTS).capitalize()} was {rng.choice(GOOD if label else BAD)}."


def review(rng: random.Random, label: int) -> str:
    """A few sentences, mostly of the label's opinion."""
    opinions = [sentence(rng, label if rng.random() < 0.9 else 1 - label) for _ in range(rng.randint(2, 5))]
    return " ".join(rng.sample([*opinions, *rng.sample(FILLERS, 2)], k=len(opinions) + 2))


def frame(rows: int, seed: int) -> pd.DataFrame:
    """`rows` reviews of many films."""
    rng = random.Random(seed)
    labels = [number % 2 for number in range(rows)]
    texts = [f"{review(rng, label)} Seen {number} times." for number, label in enumerate(labels)]
    return pd.DataFrame({"text": texts, "label": labels, "movie": [f"tt{rng.randrange(200):07}" for _ in labels]})


@pytest.fixture(scope="session")
def tiny_config(tmp_path_factory: pytest.TempPathFactory) -> config.Config:
    """`tiny.toml` with made-up data in place of its paths."""
    folder = tmp_path_factory.mktemp("data")
    frame(500, 1).to_parquet(folder / "tiny.parquet")
    frame(150, 2).drop(columns="label").to_parquet(folder / "tiny_unlabelled.parquet")
    rng = random.Random(3)
    words = [*GOOD, *BAD, "the", "was"]
    lines = [f"{word} {' '.join(f'{rng.gauss(0, 0.4):.5f}' for _ in range(12))}" for word in words]
    (folder / "tiny_glove.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    read = config.read(Path(model.__file__).parent / "configs" / "tiny.toml")
    paths = {name: folder / str(getattr(read.data, name)) for name in ("labelled", "unlabelled", "glove")}
    return read.model_copy(update={"data": read.data.model_copy(update=paths)})


@pytest.fixture(scope="session")
def tiny_run(tiny_config: config.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real Keras training from data to model folder, in seconds."""
    return train.run_config(tiny_config, output=tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="session")
def tiny_folder(tiny_run: Path) -> Path:
    """The model folder of the tiny run."""
    return tiny_run / "model"


def folder_of(
    folder: Path,
    units: int,
    dimensions: int,
    *,
    words: int,
    kernel: float = 0.3,
    groups: tuple[int, ...] = (),
    hidden: int = 0,
) -> dict[str, np.ndarray]:
    """Random weights of the recurrent network, no bias zero, and an embedding, written as a model folder holds them."""
    rng = np.random.default_rng(units)
    shapes = {"kernel": (dimensions, 4 * units), "recurrent": (units, 4 * units), "bias": (4 * units,)}
    weights = {
        f"{direction}_{name}": rng.normal(0, kernel if name == "kernel" else 0.3, shape).astype(np.float32)
        for direction in ("forward", "backward")
        for name, shape in shapes.items()
    }
    sizes = groups or (units,)
    group = np.repeat(np.arange(len(sizes)), sizes)
    for direction in ("forward", "backward"):
        weights[f"{direction}_recurrent"] *= np.tile(group[:, None] == group[None, :], 4)
    weights["logit_kernel"] = rng.normal(0, 0.3, (4 * units, 1)).astype(np.float32)
    weights["logit_bias"] = np.asarray([0.7], dtype=np.float32)
    table = rng.normal(0, 1, (words, dimensions)).astype(np.float32)
    if hidden:
        weights["hidden_kernel"] = rng.normal(0, 0.3, (4 * units, hidden)).astype(np.float32)
        weights["hidden_bias"] = rng.normal(0, 1, hidden).astype(np.float32)
        weights["hidden_logit"] = rng.normal(0, 0.3, (hidden, 1)).astype(np.float32)
    np.savez(folder / "keras_weights.npz", allow_pickle=False, **weights)
    np.save(folder / "embedding.npy", table)
    return weights


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
