"""The pretrained encoder as a teacher: its arithmetic, its fine-tuning, its folder."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.data.errors import DataError
from model.training.teachers import transformer, wordpieces


def test_mpnets_marks_are_its_own_and_padding_is_zero(tiny_mpnet: Path) -> None:
    found = wordpieces.WordPieces.read(tiny_mpnet)
    assert [found.ids[mark] for mark in ("<pad>", "<s>", "</s>", "[UNK]")] == [0, 1, 2, 3]
    assert found.encode(["a", "8"], 10).tolist() == [1, found.ids["a"], 3, 2]


def _bucket(distance: int) -> int:
    """Of MPNet's 32, for a word so many places after the one that reads (before it: negative)."""
    size = abs(distance)
    near = size if size < 8 else min(15, 8 + math.floor(8 * math.log(size / 8) / math.log(128 / 8)))
    return near + 16 * (distance > 0)


def test_far_distances_share_a_bucket() -> None:
    found = transformer.distance_buckets(300, 32)
    places = range(0, 300, 7)
    for reading in places:
        assert [found[reading, read] for read in places] == [_bucket(read - reading) for read in places]


def _states(
    weights: dict[str, np.ndarray], ids: np.ndarray, layers: int, heads: int, distances: np.ndarray | None = None
) -> np.ndarray:
    """The states of one text, straight from the formulas of the papers, in float64."""
    from scipy.special import erf

    def dense(block: np.ndarray, name: str) -> np.ndarray:
        return block @ weights[f"{name}.weight"].T.astype(float) + weights[f"{name}.bias"]

    def norm(block: np.ndarray, name: str) -> np.ndarray:
        centred = block - block.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    table = "embeddings.{}_embeddings.weight".format
    states = weights[table("word")][ids] + weights[table("position")][: len(ids)] + weights[table("token_type")][0]
    states = norm(states.astype(float), "embeddings.LayerNorm")
    for number in range(layers):
        name = f"encoder.layer.{number}."
        q, k, v = (
            np.split(dense(states, f"{name}attention.self.{part}"), heads, axis=-1)
            for part in ("query", "key", "value")
        )
        read = []
        for head, (query, key, value) in enumerate(zip(q, k, v, strict=True)):
            near = np.zeros((len(ids), len(ids)))
            if distances is not None:
                for reading, other in np.ndindex(near.shape):
                    near[reading, other] = distances[_bucket(other - reading), head]
            scores = np.exp(query @ key.T / np.sqrt(query.shape[1]) + near)
            read.append(scores / scores.sum(-1, keepdims=True) @ value)
        mixed = dense(np.concatenate(read, axis=-1), f"{name}attention.output.dense")
        states = norm(states + mixed, f"{name}attention.output.LayerNorm")
        wide = dense(states, f"{name}intermediate.dense")
        wide = wide * 0.5 * (1 + erf(wide / np.sqrt(2)))
        states = norm(states + dense(wide, f"{name}output.dense"), f"{name}output.LayerNorm")
    return states


@pytest.mark.parametrize("kind", ["tiny_encoder", "tiny_mpnet"])
def test_the_states_are_the_papers_whatever_stands_beside_a_text(kind: str, request: pytest.FixtureRequest) -> None:
    from model import batches

    read = transformer.read(request.getfixturevalue(kind), 60)
    assert (read.distances is not None) == (kind == "tiny_mpnet")
    model = transformer.Classifier(read, transformer.Plan())
    rng = np.random.default_rng(1)
    rows = [rng.integers(4, 30, length).astype(np.int32) for length in (9, 1, 23)]
    states = model.states(batches.padded(rows)).numpy()
    for row, given in zip(rows, states, strict=True):
        wanted = _states(read.weights, row, read.layers, read.heads, read.distances)
        # bfloat16 has eight bits; the states have a spread of one.
        np.testing.assert_allclose(given[: len(row)], wanted, atol=0.05)
        assert np.abs(given[: len(row)] - wanted).mean() < 0.01
    alone = model.predict([rows[1]])
    assert model.predict(rows)[1] == pytest.approx(alone[0], abs=0.02)


def test_it_learns_from_labels(tiny_encoder: Path) -> None:
    rng = np.random.default_rng(2)
    rows = [rng.integers(6, 30, 12).astype(np.int32) for _ in range(200)]
    labels = rng.integers(0, 2, 200).astype(np.float32)
    for row, label in zip(rows, labels, strict=True):
        row[rng.integers(1, 12, 3)] = 4 + label
    plan = transformer.Plan(epochs=20, learning_rate=3e-2, body_rate=5e-3, dropout=0.0)
    model = transformer.Classifier(transformer.read(tiny_encoder, 60), plan)
    model.fit(rows[:150], labels[:150], "test")
    assert ((model.predict(rows[150:]) > 0) == (labels[150:] == 1)).mean() > 0.9


def test_lower_layers_can_stay_as_they_are(tiny_mpnet: Path) -> None:
    plan = transformer.Plan(epochs=1, batch=4, frozen=1)
    model = transformer.Classifier(transformer.read(tiny_mpnet, 60), plan)
    before = [[value.numpy() for value in layer] for layer in model.layers]
    rows = [np.asarray([1, 5, 6 + number, 2], dtype=np.int32) for number in range(8)]
    model.fit(rows, np.asarray([0, 1] * 4, dtype=np.float32), "test")
    moved = [
        [not np.array_equal(old, new.numpy()) for old, new in zip(layer, after, strict=True)]
        for layer, after in zip(before, model.layers, strict=True)
    ]
    assert not any(moved[0])
    assert all(moved[1])


def test_more_than_it_reads_is_refused(tiny_encoder: Path, tiny_mpnet: Path) -> None:
    assert transformer.read(tiny_encoder, 126).longest == 128
    # Two of its rows are no places.
    assert transformer.read(tiny_mpnet, 124).longest == 126
    with pytest.raises(DataError, match="reads at most 126 tokens; 127 are asked for"):
        transformer.read(tiny_encoder, 127)


def _without(name: str) -> Any:
    return lambda folder: (folder / name).unlink()


def _other_kind(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8")) | {"model_type": "gpt2"}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_without("config.json"), r"cannot be read: No such file .* `make encoders` fetches one"),
        (_without("model.safetensors"), "cannot be read"),
        (_other_kind, "not of BERT's or MPNet's architecture"),
        (lambda folder: (folder / "config.json").write_text("{}", "utf-8"), "cannot be read: 'hidden_act'"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"\1\0\0\0\0\0\0\0x"), "cannot be read"),
        (_without("vocab.txt"), "vocabulary .* cannot be read"),
        (lambda folder: (folder / "vocab.txt").write_text("good\nbad\n", "utf-8"), "not the vocabulary of an encoder"),
    ],
)
def test_a_folder_that_is_no_encoder(tiny_encoder: Path, tmp_path: Path, damage: Any, message: str) -> None:
    import shutil

    folder = shutil.copytree(tiny_encoder, tmp_path / "encoder")
    damage(folder)

    def opened() -> None:
        wordpieces.WordPieces.read(folder)
        transformer.read(folder, 60)

    with pytest.raises(DataError, match=message):
        opened()
