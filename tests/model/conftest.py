"""Made-up reviews (no text of the data set), a tiny trained run, and the shipped folder."""

import random
from pathlib import Path

import pandas as pd
import pytest

import model
from model import config, train

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
