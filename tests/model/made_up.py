"""Made-up reviews (no text of the data set) and random weights of a network, for the tests of the model."""

import random
from pathlib import Path

import numpy as np
import pandas as pd

SECRET = "zanzibar"
"""A word of the reviews to evaluate on, which nothing that is written of them may hold."""
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


def topics(folder: Path, rows: int) -> None:
    """Made-up topic texts, `rows` of each kind of other texts and twice as many of critics, as three files."""
    rng = random.Random(7)
    said = {
        "chat": "did you bring my {} to work today",
        "question": "how many {} are there in the world ?",
        "restaurant": "The waiter brought cold {} and no bread.",
        "product": "This charger broke after two {} of use.",
    }
    nouns = [f"{first}{second}" for first in ("cup", "box", "dish", "lamp", "coat") for second in "abcdefgh"]

    def some(form: str, number: int) -> list[str]:
        return [f"{form.format(rng.choice(nouns))} {'yes' * (row % 2)}{row}" for row in range(number)]

    kinds = [(text, kind) for kind, form in said.items() for text in some(form, rows)]
    pd.DataFrame(kinds, columns=["text", "kind"]).to_parquet(folder / "other_texts.parquet")
    plots = [(text, 0) for text in some("she leaves her {} behind and sails home with him", rows)]
    critics = [(f"{sentence(rng, row % 2)} {row}", row % 2) for row in range(2 * rows)]
    subjective = [(f"overall {text}", 1) for text, _ in critics[:rows]]
    pd.DataFrame([*plots, *subjective], columns=["text", "subjective"]).to_parquet(folder / "sentences_subj.parquet")
    fine = [(text, (0, 4, 2)[row % 3]) for row, (text, _) in enumerate(critics)]
    pd.DataFrame(fine, columns=["text", "fine"]).to_parquet(folder / "sentences_sst.parquet")
