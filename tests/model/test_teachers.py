"""The teachers: compiled recurrence, language model with resume, pieces, and labels that are out of fold."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.config import WideConfig
from model.training.fit_ngrams import Features
from model.training.teachers import (
    counterfactuals,
    language_model,
    latent,
    pretrained_encoder,
    qrnn_op,
    soft_labels,
    token_spans,
)
from model.training.teachers.documents import Documents
from model.training.teachers.qrnn_layers import Shape


def test_the_compiled_recurrence_is_the_formula() -> None:
    import tensorflow as tf

    rng = np.random.default_rng(1)
    gates = tf.constant(rng.normal(0, 2, (7, 3, 12)), tf.float32)
    first = tf.constant(rng.normal(0, 1, (3, 4)), tf.float32)
    weights = tf.constant(rng.normal(0, 1, (7, 3, 4)), tf.float32)

    def plain(given: Any) -> Any:
        z, f, o = tf.split(given, 3, axis=-1)
        cell, outputs = first, []
        for step in range(7):
            cell = tf.sigmoid(f[step]) * cell + (1 - tf.sigmoid(f[step])) * tf.tanh(z[step])
            outputs.append(tf.sigmoid(o[step]) * cell)
        return tf.stack(outputs), cell

    found = []
    for function in (plain, lambda given: qrnn_op.pooled(given, first)):
        with tf.GradientTape() as tape:
            tape.watch(gates)
            outputs, last = function(gates)
            total = tf.reduce_sum(outputs * weights)
        found.append((outputs.numpy(), last.numpy(), tape.gradient(total, gates).numpy()))
    for wanted, given in zip(*found, strict=True):
        np.testing.assert_allclose(given, wanted, atol=2e-6)


def test_sentences_start_after_ends_and_what_closes_them() -> None:
    tokens = ["good", ".", '"', "fine", "!", "!", "so", "bad", "?", ")", "end"]
    assert token_spans.sentence_starts(tokens) == [0, 3, 6, 10, 11]
    assert token_spans.sentence_starts([]) == [0, 0]
    assert token_spans.sentence_starts(["word"]) == [0, 1]


def test_pieces_are_whole_sentences_in_a_row() -> None:
    tokens = [word for number in range(9) for word in (f"w{number}", "x", ".")]
    rng = np.random.default_rng(1)
    pieces = [_cut(tokens, 4, rng) for _ in range(200)]
    assert {len(piece) // 3 for piece in pieces} == {1, 2, 3, 4}
    text = " ".join(tokens)
    assert all(" ".join(piece) in text and piece[0].startswith("w") and piece[-1] == "." for piece in pieces)
    assert {piece[0] for piece in pieces} == {f"w{number}" for number in range(9)}
    assert _cut([], 3, rng) == []


def _cut(tokens: list[str], longest: int, rng: np.random.Generator) -> list[str]:
    first, end = token_spans.place(tokens, longest, rng)
    return tokens[first:end]


def _plan(**changes: Any) -> language_model.Plan:
    given = {"epochs": 3, "streams": 4, "steps": 16, "candidates": 30, "learning_rate": 2e-2, "dropout": 0.0}
    return language_model.Plan(**(given | changes))


def test_the_language_model_learns(text: list[np.ndarray], tmp_path: Path) -> None:
    import json

    vectors = np.zeros((30, 4), np.float32)
    language_model.train(text, Shape(30, 8, 16, 2), vectors, _plan(epochs=12), tmp_path, resume=False)
    history = json.loads((tmp_path / "language_model.json").read_text(encoding="utf-8"))
    # Guessing among thirty words costs 3.4 nats.
    assert history[-1]["loss"] < 2.0


def test_an_interrupted_language_model_goes_on(
    text: list[np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape, vectors = Shape(30, 8, 16, 2), np.zeros((30, 4), np.float32)
    plan = _plan(checkpoint_minutes=-1.0)
    whole = language_model.train(text, shape, vectors, plan, tmp_path / "a", resume=False)
    draw = language_model.candidates
    calls = 0

    def killed(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 40:
            raise KeyboardInterrupt
        return draw(*given)

    monkeypatch.setattr(language_model, "candidates", killed)
    with pytest.raises(KeyboardInterrupt):
        language_model.train(text, shape, vectors, plan, tmp_path / "b", resume=False)
    monkeypatch.undo()
    resumed = language_model.train(text, shape, vectors, plan, tmp_path / "b", resume=True)
    assert float(resumed.adam.steps) == float(whole.adam.steps)
    # Not to the last digit: the memory of the broken batch starts empty.
    for first, second in zip(whole.variables, resumed.variables, strict=True):
        assert float(np.abs(first.numpy() - second.numpy()).mean()) < 0.02


def test_no_label_is_seen_by_the_model_that_labels_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # Every review has a word of its own and a random label: a model that saw the label would know it.
    rng = np.random.default_rng(3)
    count, free = 300, 40
    tokens = [[f"only{number}", f"again{number}", "the", "film"] for number in range(count + free)]
    pieces = [row[:2] for row in tokens]
    owner = np.concatenate([np.arange(count + free)] * 2)
    found = Documents([*tokens, *pieces], count, free, owner)
    labels = rng.integers(0, 2, count).astype(np.float32)
    films = [f"tt{number // 3}" for number in range(count)]
    fold = soft_labels.folds(films, 3)
    assert set(fold.tolist()) == {0, 1, 2}
    assert all(len({fold[row] for row in range(count) if films[row] == film}) == 1 for film in set(films))
    features = Features(found.tokens, WideConfig(bits=16, min_count=1, inverse_l2=100.0), counted=count + free)
    logits = soft_labels._ngrams(found, features, labels, fold)
    by = np.concatenate([np.arange(count), count + free + np.arange(count)])
    right = ((logits[by] > 0) == (np.concatenate([labels, labels]) == 1)).mean()
    assert 0.35 < right < 0.65
    seen = features.logits(features.fit(np.arange(count), labels), np.arange(count))
    assert ((seen > 0) == (labels == 1)).mean() > 0.95
    placed = np.eye(count + free, dtype=np.float32)[owner] * 20
    monkeypatch.setattr(latent, "vectors", lambda *_: placed)
    logits = soft_labels._latent(found, features, count + free, labels, fold, seed=1)
    right = ((logits[by] > 0) == (np.concatenate([labels, labels]) == 1)).mean()
    assert 0.35 < right < 0.65
    seen = latent.logits(placed[:count], labels, placed[:count])
    assert ((seen > 0) == (labels == 1)).mean() > 0.95


def test_document_vectors_know_words_that_no_label_explains() -> None:
    # "superb" and "dire" stand in unlabelled reviews only, beside words that the labelled ones explain.
    rng = np.random.default_rng(5)
    sides = {True: ["good", "fine", "nice"], False: ["bad", "poor", "weak"]}
    truth = rng.integers(0, 2, 600).astype(bool)
    tokens = [
        [*rng.choice(sides[side], 2), *rng.choice(["film", "plot", "cast", "scene"], 3)] for side in truth.tolist()
    ]
    for number in range(100, 600):
        tokens[number].append("superb" if truth[number] else "dire")
    pieces = [["superb"], ["dire"], ["unheard"]]
    features = Features([*tokens, *pieces], WideConfig(bits=14, longest=1, min_count=1), counted=600)
    found = latent.vectors(features, 600, 8, seed=1)
    assert found.shape == (603, 8)
    assert np.linalg.norm(found, axis=1) == pytest.approx([8**0.5] * 602 + [0.0], rel=1e-4)
    good, bad, nothing = latent.logits(found[:100], truth[:100].astype(np.float32), found[600:])
    assert good > 0.5
    assert bad < -0.5
    assert bad < nothing < good


def test_what_has_no_label_gets_the_mean_of_all_models() -> None:
    # Documents: reviews 0 to 3 with labels, 4 without one; then a piece of each.
    found = Documents([[]] * 10, 4, 1, np.asarray([0, 1, 2, 3, 4] * 2))
    by = soft_labels.scored_by(found, np.asarray([0, 1, 2, 1]), 3)
    assert by.T.astype(int).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0], [1, 1, 1]] * 2
    # Or of one of them each, with its pieces.
    by = soft_labels.scored_by(found, np.asarray([0, 1, 2, 1]), 3, shared=True)
    assert by.T.astype(int).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0], [0, 1, 0]] * 2


def test_a_transformer_is_asked_about_what_it_was_not_fitted_on_and_is_in_doubt() -> None:
    # Reviews 0 to 3 with labels, 4 to 6 without; their pieces; two of dev.
    found = Documents([[]] * 16, 4, 3, np.asarray([*range(7), *range(7), 14, 15]), 2)
    earlier = np.asarray([0.1, -0.2, 3.0, 0.3, -2.0, 0.4, -1.0, *[0.0, 1.5, 0.9, 0.0, -1.0, 2.0, -3.0], 0.0, 0.0])
    fitted = np.asarray([0, 3])
    assert pretrained_encoder.doubtful(found, earlier, fitted, 3, 0).tolist() == [1, 5, 6, 14, 15]
    assert pretrained_encoder.doubtful(found, earlier, fitted, 3, 2).tolist() == [1, 5, 6, 9, 11, 14, 15]
    # Others are asked in place of what is known.
    known = np.arange(16) == 11
    assert pretrained_encoder.doubtful(found, earlier, fitted, 3, 2, known).tolist() == [1, 5, 6, 8, 9, 14, 15]


def test_pieces_are_blended_with_weights_of_their_own() -> None:
    rng = np.random.default_rng(6)
    labels, dev = rng.integers(0, 2, 100).astype(np.int8), rng.integers(0, 2, 400).astype(np.int8)
    # 100 reviews with labels and a piece of each; 400 of dev and a piece of each.
    owner = np.concatenate([np.tile(np.arange(100), 2), np.tile(np.arange(200, 600), 2)])
    found = Documents([[]] * 1000, 100, 0, owner, 400, 400)
    side = np.concatenate([labels, labels, dev, dev]) * 2.0 - 1.0
    whole = owner == np.arange(1000)
    # One teacher knows whole reviews and shouts on pieces, of which it knows nothing; the other is the same on both.
    loud = np.where(whole, side + rng.normal(0, 0.5, 1000), rng.normal(0, 5, 1000))
    steady = side + rng.normal(0, 1, 1000)
    blend, facts = soft_labels._blended({"weak": rng.normal(0, 1, 1000)}, loud, found, labels, dev, steady)
    assert facts["labelled by the transformer"] == 200
    pieces = np.arange(100, 200)
    assert np.corrcoef(blend[pieces], steady[pieces])[0, 1] > 0.95
    assert np.corrcoef(blend[200:600], loud[200:600])[0, 1] > 0.95


def test_what_the_transformer_labelled_has_its_say_too() -> None:
    rng = np.random.default_rng(5)
    labels, dev = rng.integers(0, 2, 200).astype(np.int8), rng.integers(0, 2, 300).astype(np.int8)
    # 200 reviews with labels, 1,000 without, no pieces, 300 of dev.
    found = Documents([[]] * 1500, 200, 1000, np.arange(1500), 300)
    side = np.concatenate([labels, rng.integers(0, 2, 1000), dev]) * 2.0 - 1.0
    weak, knowing, third = (side + rng.normal(0, 2, 1500) for _ in range(3))
    both, _ = soft_labels._blended({"weak": weak}, knowing, found, labels, dev)
    some = np.where(np.arange(1500) % 2 == 0, third, np.nan)
    some[1200:] = third[1200:]
    everyone, facts = soft_labels._blended({"weak": weak}, knowing, found, labels, dev, some)
    assert facts["labelled by the transformer"] == 600
    np.testing.assert_array_equal(everyone[1:1200:2], both[1:1200:2])
    assert np.isfinite(everyone).all()
    said = facts["dev accuracy"]
    assert isinstance(said, dict)
    assert said["all three"] > said["blend and earlier model"] + 0.02
    unlabelled = np.arange(200, 1200, 2)
    right = [((each[unlabelled] > 0) == (side[unlabelled] > 0)).mean() for each in (both, everyone)]
    assert right[1] > right[0]


def test_a_model_that_saw_the_labels_teaches_all_but_labelled_reviews() -> None:
    rng = np.random.default_rng(4)
    labels, dev = rng.integers(0, 2, 200).astype(np.int8), rng.integers(0, 2, 100).astype(np.int8)
    # 200 reviews with labels, 50 without, a piece of each, 100 of dev.
    owner = np.concatenate([np.arange(250), np.arange(250), 500 + np.arange(100)])
    found = Documents([[]] * 600, 200, 50, owner, 100)
    side = np.concatenate([labels, np.zeros(50), labels, np.zeros(50), dev]) * 2.0 - 1.0
    weak = side + rng.normal(0, 2, 600)
    knowing = np.where(np.arange(600) < 200, 9 * side, side + rng.normal(0, 1, 600))
    alone, facts = soft_labels._blended({"weak": weak}, None, found, labels, dev)
    assert set(facts) == {"out-of-fold accuracy"}
    both, facts = soft_labels._blended({"weak": weak}, knowing, found, labels, dev)
    np.testing.assert_array_equal(both[:200], alone[:200])
    # A piece of one never had its label.
    rest = slice(500, None)
    for part in (slice(250, 450), rest):
        assert np.corrcoef(both[part], knowing[part])[0, 1] > np.corrcoef(alone[part], knowing[part])[0, 1] + 0.2
    known = facts["dev accuracy"]
    assert isinstance(known, dict)
    assert known["blend and earlier model"] > known["blend"]


def test_a_piece_is_no_second_witness() -> None:
    documents = [["rare", "word"], ["common", "word"], ["common", "thing"], ["rare"]]
    features = Features(documents, WideConfig(bits=12, longest=1, min_count=2), counted=3)
    assert np.diff(features.matrix.indptr).tolist() == [1, 2, 1, 0]


@pytest.mark.parametrize(
    ("sentence", "opposites"),
    [
        ("it is a good film .", {"it is {} a good film .": 0.10, "it is a bad film .": 0.07, "FAR": 0.10}),
        (
            "the plot 's very boring .",
            {"the plot 's not very boring .": 0.70, "the plot 's very interesting .": 0.93, "FAR": 0.70},
        ),
        ("he is a good actor .", {"he is {} a good actor .": 0.10, "he is a bad actor .": 0.07}),
        ("i really loved it .", {}),
        ("i loved the cast .", {"i did {} love the cast .": 0.10, "i hated the cast .": 0.07}),
        ("i can recommend it .", {"i {} recommend it .": 0.10}),
        ("it works .", {"it does {} work .": 0.10}),
        ("an awful story !", {"a great story !": 0.93}),
        ("this is a must see !", {}),
        ("it is not a good film .", {}),
        ("a good cast but a weak plot .", {}),
        ("was it good ?", {}),
        ("the film starts at ten .", {}),
    ],
)
def test_one_word_decides_and_is_turned(sentence: str, opposites: dict[str, float]) -> None:
    negations = ("not", "n't", "never", "can not", "can never", "ca n't")
    for seed in range(20):
        found = counterfactuals.of_sentence(sentence.split(), np.random.default_rng(seed))
        assert [" ".join(edit.tokens) for edit in found[:1]] == [sentence] * bool(opposites)
        for edit in found[1:]:
            text = " ".join(edit.tokens)
            said = [wanted for wanted in opposites if text in {wanted.format(no) for no in negations}]
            if text.endswith(f" {sentence}"):
                opening = text.removesuffix(f" {sentence}").removesuffix(" that")
                assert opening.split() in counterfactuals._FAR or [*opening.split(), "that"] in counterfactuals._FAR
                said = ["FAR"]
            assert len(said) == 1, edit
            assert edit.probability == pytest.approx(opposites[said[0]])
        assert len(found) == (1 + len(opposites) if opposites else 0)


def test_the_share_of_edits_is_drawn_from_all_of_them_in_order() -> None:
    reviews = [f"the plot is {word} . i saw it in a room .".split() for word in ("good", "great", "boring")]
    everything = counterfactuals.chosen(reviews, 1.0, 3)
    half = counterfactuals.chosen(reviews, 0.5, 3)
    assert everything == list(counterfactuals.edits(reviews, 3))
    assert len(half) == round(len(everything) / 2)
    places = [everything.index(edit) for edit in half]
    assert places == sorted(places)
    assert counterfactuals.chosen(reviews, 0.5, 3) == half != counterfactuals.chosen(reviews, 0.5, 4)
    assert counterfactuals.chosen(reviews, 0.0, 3) == []
