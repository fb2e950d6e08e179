"""A real, tiny Keras training from data to model folder; resume; shipping."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from typer.testing import CliRunner

import cli
import model
from model import SHIPPED, Scorer, config
from model.data import corpus as data
from model.data.readers import DataError
from model.evaluation import evaluate
from model.numeric import Floats
from model.serving import model_folder as folder
from model.serving import unit_groups
from model.serving.model_folder import ModelFolderError
from model.storage import write_arrays
from model.text import vocabulary
from model.training import fit, network, ship, train
from model.training.teachers import counterfactuals, pretrained_encoder, token_spans, transformer, warm_start
from model.training.teachers.documents import Documents, digests, documents

GOOD_REVIEW = "The acting was superb. The music was wonderful and the plot was charming."
BAD_REVIEW = "The acting was dreadful. The music was tedious and the plot was awful."


def test_the_tiny_run_learned_its_task(tiny_folder: Path) -> None:
    good, bad = Scorer(tiny_folder).score([GOOD_REVIEW, BAD_REVIEW])
    assert good.label == "positive"
    assert bad.label == "negative"
    metrics = json.loads((tiny_folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["validation"]["metrics"]["accuracy"] > 0.9
    # The LSTM must have learned too, not only the n-gram part (guessing reads 0.5; threads make runs differ).
    assert metrics["parts"]["recurrent"] > 0.65


def test_the_run_folder_holds_the_students_history_and_the_teachers_work(
    tiny_run: Path, tiny_config: config.Config
) -> None:
    history = json.loads((tiny_run / "network" / fit.HISTORY).read_text(encoding="utf-8"))
    assert tiny_config.distil is not None
    assert len(history) == tiny_config.distil.epochs
    assert history[-1]["loss"] < history[0]["loss"]
    for direction in ("forward", "backward"):
        assert (tiny_run / "teachers" / direction / "language_model.npz").is_file()
    said = json.loads((tiny_run / "model" / "card.json").read_text(encoding="utf-8"))["training"]["teachers"]
    assert said["out-of-fold accuracy"]["blend"] > 0.7


def test_a_second_reading_of_a_batch_moves_its_words_to_where_they_cost_most() -> None:
    shape = config.NetworkConfig(dimensions=8, units=6, hidden=3, spatial_dropout=0.0, dropout=0.0)
    rng = np.random.default_rng(1)
    built = network.made(shape, rng.normal(size=(50, 8)).astype(np.float32), None)
    ids = rng.integers(1, 50, (32, 9)).astype(np.int32)
    ids[::3, 5:] = 0
    labels = (ids == 7).any(axis=1).astype(np.float32)
    trainer = fit._Trainer(built, config.TrainingConfig(), 10)
    loss, plain = trainer._gradients(ids, labels)
    # As far as nothing it is the same reading.
    near_loss, near = trainer._hardened(keras.ops.convert_to_tensor(ids), labels, 1e-5)
    assert float(near_loss) == pytest.approx(float(loss), abs=1e-6)
    for one, other in zip(plain, near, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    # Farther off the words say less of the label, and to learn from both costs more steps uphill.
    _, far = trainer._hardened(keras.ops.convert_to_tensor(ids), labels, 1.0)
    norms = [sum(float((value.numpy() ** 2).sum()) for value in each) for each in (plain, far)]
    assert norms[1] > 1.05 * norms[0]


@pytest.fixture
def second_config(tiny_config: config.Config, tiny_folder: Path, tiny_encoder: Path) -> config.Config:
    """As in `2026-11-b-minilm.toml`: taught by the tiny run and a transformer, without a language model."""
    assert tiny_config.teacher is not None
    changes: dict[str, object] = {"earlier": tiny_folder, "encoder": tiny_encoder, "encoder_tokens": 60}
    teacher = tiny_config.teacher.model_copy(update=changes | {"directions": ()})
    return tiny_config.model_copy(update={"teacher": teacher})


def test_a_second_run_goes_on_from_an_earlier_model(
    second_config: config.Config, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = train.run_config(second_config, output=tmp_path)
    metrics = json.loads((run / "model" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["validation"]["metrics"]["accuracy"] > 0.9
    said = json.loads((run / "model" / "card.json").read_text(encoding="utf-8"))["training"]["teachers"]
    assert said["earlier model"] == folder.verify(tiny_folder)
    assert set(said["out-of-fold accuracy"]) == {"n-grams", "document vectors", "transformer", "blend"}
    assert set(said["dev accuracy"]) == {"blend", "earlier model", "blend and earlier model"}
    assert len(said["encoder sha256"]) == 64
    # Nor does a model that begins with this one hide it.
    words = vocabulary.Vocabulary.read(run / "model" / "vocabulary.txt")
    start = warm_start.read(run / "model", second_config.network, words, 1)
    assert start.encoders == (said["encoder sha256"],)
    assert "pretrained on general text" in (run / "model" / "CARD.md").read_text("utf-8")
    assert "| transformer | " in (run / "model" / "CARD.md").read_text("utf-8")
    assert "pretrained" not in (tiny_folder / "CARD.md").read_text("utf-8")
    # Its first epoch begins where the other ended.
    losses = [
        json.loads((place / "network" / fit.HISTORY).read_text("utf-8"))[0]["loss"]
        for place in (tiny_folder.parent, run)
    ]
    assert losses[1] < losses[0] - 0.05
    # Finished teachers are not asked again.
    before = folder.verify(run / "model")
    monkeypatch.setattr("model.training.teachers.transformer.Classifier", None)
    train.run_config(second_config, output=run, resume=True)
    assert folder.verify(run / "model") == before


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


def test_a_third_run_grows_its_student_and_asks_a_transformer_about_doubtful_reviews(
    third_config: config.Config, tmp_path: Path
) -> None:
    assert third_config.distil is not None
    run = train.run_config(third_config, output=tmp_path / "third")
    training = json.loads((run / "model" / "card.json").read_text(encoding="utf-8"))["training"]
    said = training["teachers"]
    assert set(said["out-of-fold accuracy"]) == {"n-grams", "document vectors", "blend"}
    wanted = {"blend", "earlier model", "blend and earlier model", "transformer", "all three"}
    assert set(said["dev accuracy"]) == wanted
    assert said["labelled by the transformer"] == 50
    assert folder.read_serving(run / "model").units == 10
    metrics = json.loads((run / "model" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["validation"]["metrics"]["accuracy"] > 0.9
    # What ships is the mean of two students, who differ.
    assert list(training["students"]) == ["seed 1", "seed 2", "mean of the weights"]
    assert training["epochs"] == third_config.distil.epochs
    assert training["students"]["mean of the weights"]["validation_accuracy"] == metrics["parts"]["recurrent"]
    assert "| mean of the weights | " in (run / "model" / "CARD.md").read_text("utf-8")
    each = [np.load(run / "network" / seed / fit.BEST) for seed in ("1", "2")]
    assert not np.array_equal(each[0]["v1"], each[1]["v1"])
    mean = (each[0]["v1"] + each[1]["v1"]) / 2
    np.testing.assert_allclose(np.load(run / "model" / "keras_weights.npz")["forward_kernel"], mean, atol=1e-6)

    # A run from there has the same transformer label other reviews and pieces, single sentences among them.
    assert third_config.teacher is not None
    fourth = _fourth(third_config, run / "teachers", earlier=run / "model", encoder_pieces=10)
    distil = third_config.distil.model_copy(update={"students": 1, "sentences": 1})
    fourth = fourth.model_copy(update={"distil": distil})
    last = train.run_config(fourth, output=tmp_path / "fourth")
    said = json.loads((last / "model" / "card.json").read_text(encoding="utf-8"))["training"]["teachers"]
    assert said["earlier model"] == folder.verify(run / "model")
    assert not (last / "teachers" / pretrained_encoder.FITTED).exists()
    corpus = data.prepare(fourth)
    found = documents(corpus, distil, 1)
    answered: list[int] = []
    for place in (run, last):
        with np.load(place / "teachers" / pretrained_encoder.LABELS) as stored:
            answered += stored["digests"][~np.isnan(stored["logits"])].tolist()
    read = np.isin(digests(found.tokens[: found.taught]), answered)
    assert 60 <= said["labelled by the transformer"] <= read.sum()
    # The student learns from all reviews, and from those pieces alone that it has read.
    examples, _, taught = train._taught(fourth, corpus, last, resume=True)
    assert taught.learned[: found.reviews].tolist() == list(range(found.reviews))
    pieces = taught.learned[found.reviews :]
    assert 30 <= len(pieces) <= said["labelled by the transformer"]
    assert read[pieces].all()
    turned = counterfactuals.chosen(found.tokens[: found.reviews], distil.edits, 1)
    assert len(examples.rows) == found.reviews + len(pieces) + len(turned)


def test_students_that_were_trained_elsewhere(tiny_config: config.Config, tmp_path: Path) -> None:
    corpus = data.prepare(tiny_config)
    assert tiny_config.distil is not None
    shape = tiny_config.network.model_copy(update={"units": 9, "groups": (5, 4), "hidden": 3})
    distil = tiny_config.distil.model_copy(update={"students": 2, "students_folder": tmp_path})
    settings = tiny_config.model_copy(update={"network": shape, "distil": distil})
    weights = []
    for seed in (1, 2):
        made = network.build(shape, len(corpus.vocabulary))
        network.set_embedding(made, corpus.vectors)
        own = network.recurrent_weights(made) | {"embedding": network.embedding(made)}
        weights.append({name: value.astype(np.float16) for name, value in own.items()})
        np.savez(tmp_path / f"student_{seed}.npz", allow_pickle=False, **weights[-1])
    start = warm_start.Start(corpus.vectors)
    (built, history), figures = train._averaged(settings, corpus, start, None, tmp_path / "network", False)
    assert history == []
    assert list(figures) == ["seed 1", "seed 2", "mean of the weights"]
    found = network.recurrent_weights(built)
    for name, value in found.items():
        mean = (weights[0][name].astype(np.float32) + weights[1][name]) / 2
        np.testing.assert_allclose(value, mean, atol=1e-6)
    # What is left there by students of another network.
    other = settings.model_copy(update={"network": shape.model_copy(update={"groups": (4, 5)})})
    with pytest.raises(data.DataError, match="another network"):
        train._averaged(other, corpus, start, None, tmp_path / "network", False)
    with pytest.raises(data.DataError, match="another network"):
        train._taught(other, corpus, tmp_path / "run", False)
    # And of other data.
    np.savez(tmp_path / "student_2.npz", allow_pickle=False, **weights[1] | {"embedding": weights[1]["embedding"][1:]})
    with pytest.raises(data.DataError, match="other words"):
        train._averaged(settings, corpus, start, None, tmp_path / "network", False)
    # One that is not there is missed before anything is trained.
    (tmp_path / "student_2.npz").unlink()
    with pytest.raises(data.DataError, match=r"student_2.*docs/gpu.md"):
        train._taught(settings, corpus, tmp_path / "run", False)
    assert not (tmp_path / "run").exists()


def test_more_pieces_leave_those_cut_before_as_they_were(tiny_config: config.Config) -> None:
    corpus = data.prepare(tiny_config)
    assert tiny_config.distil is not None
    one = documents(corpus, tiny_config.distil, 1)
    more = documents(corpus, tiny_config.distil.model_copy(update={"pieces": 2, "sentences": 1}), 1)
    assert more.taught == 4 * one.reviews
    assert more.dev_pieces == 3 * more.dev == 3 * one.dev
    assert more.tokens[: one.taught] == one.tokens[: one.taught]
    dev = more.tokens[more.taught : more.taught + more.dev]
    assert dev == one.tokens[one.taught : one.taught + one.dev]
    sentences = more.tokens[more.taught - one.reviews : more.taught] + more.tokens[-more.dev :]
    assert all(len(token_spans.sentence_starts(sentence)) == 2 for sentence in sentences)
    # Each piece is of the review that owns it, of dev as of the others.
    for piece, owner in zip(more.tokens, more.owner.tolist(), strict=True):
        assert " ".join(piece) in " ".join(more.tokens[owner])
    assert set(more.owner[more.taught :].tolist()) == set(range(more.taught, more.taught + more.dev))


@pytest.fixture
def fitted_once(
    third_config: config.Config, tmp_path: Path
) -> tuple[Documents, Path, Callable[[config.Config, Path], Floats]]:
    """Documents, the folder of a transformer fitted once and asked about some, and how to ask another one."""
    rng = np.random.default_rng(2)
    tokens = [rng.choice(["good", "bad", "film", "plot", "cast", "the"], 100).tolist() for _ in range(156)]
    tokens, dev = tokens[:140], tokens[140:]
    found = Documents([*tokens, *(row[:20] for row in tokens), *dev], 80, 60, np.arange(296) % 140, 16)
    found.owner[280:] = np.arange(280, 296)
    labels = rng.integers(0, 2, 80).astype(np.float32)
    # Doubt grows from first to last.
    doubt = np.linspace(0.1, 3.0, len(found.tokens))

    def asked(settings: config.Config, folder: Path, *, resume: bool = False) -> Floats:
        assert settings.teacher is not None
        folder.mkdir(exist_ok=True)
        run = settings.teacher.encoder_run
        before = pretrained_encoder.Earlier.read(run) if run else None
        encoder = pretrained_encoder.Encoder.read(settings.teacher)
        return pretrained_encoder.EncoderTeacher(settings.teacher, encoder, labels, before, 1, folder).logits(
            found, doubt, resume
        )

    asked(third_config, tmp_path / "third")
    return found, tmp_path / "third", asked


def _fourth(third: config.Config, folder: Path, **changes: object) -> config.Config:
    """As in `2026-11-d-mpnet-longer.toml`: its transformer is that of the run before, and reads more."""
    assert third.teacher is not None
    own: dict[str, object] = {"encoder_run": folder, "encoder_reviews": None, "encoder_label_tokens": 90}
    return third.model_copy(update={"teacher": third.teacher.model_copy(update=own | changes)})


def test_a_fitted_transformer_labels_more_for_a_later_run(
    fitted_once: tuple[Documents, Path, Callable[..., Floats]],
    third_config: config.Config,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, third, asked = fitted_once
    with np.load(third / pretrained_encoder.LABELS) as stored:
        first = stored["logits"]
    reviews, pieces = slice(0, found.reviews), slice(found.reviews, found.taught)
    assert [int((~np.isnan(first[part])).sum()) for part in (reviews, pieces)] == [30, 20]
    monkeypatch.setattr(transformer.Classifier, "fit", None)
    fourth = _fourth(third_config, third, encoder_labels=20)
    said = asked(fourth, tmp_path / "fourth")
    # Doubt is what it was: it asks about 20 of the same 30 reviews anew, and about the next 20 pieces.
    assert [int((~np.isnan(said[part])).sum()) for part in (reviews, pieces)] == [30, 40]
    known = ~np.isnan(first) & (np.arange(len(first)) < found.taught)
    changed = np.flatnonzero(known & (said != first))
    assert changed.tolist() == np.flatnonzero(known)[:20].tolist()
    # It is the same transformer: where it reads no more it says the same, and it reads no review that it learned from.
    same = asked(_fourth(third_config, third, encoder_label_tokens=None), tmp_path / "same")
    np.testing.assert_allclose(same[known], first[known], atol=2e-2)
    learned = pretrained_encoder.drawn(found, 40, 1)
    assert np.isnan(said[: found.taught][np.isin(found.owner[: found.taught], learned)]).all()
    # Killed while it labels, it goes on after what it said.
    monkeypatch.setattr(pretrained_encoder, "_CHUNK", 25)
    real, calls = transformer.Classifier.predict, iter([True, False])

    def dying(self: transformer.Classifier, rows: list[np.ndarray]) -> Floats:
        if not next(calls, False):
            raise KeyboardInterrupt
        return real(self, rows)

    monkeypatch.setattr(transformer.Classifier, "predict", dying)
    with pytest.raises(KeyboardInterrupt):
        asked(fourth, tmp_path / "killed")
    with np.load(tmp_path / "killed" / pretrained_encoder.LABELS) as stored:
        assert int((~np.isnan(stored["logits"])).sum()) == 25
    monkeypatch.setattr(transformer.Classifier, "predict", real)
    np.testing.assert_allclose(asked(fourth, tmp_path / "killed", resume=True), said, atol=2e-2)


def test_a_fitted_transformer_that_cannot_be_used(
    fitted_once: tuple[Documents, Path, Callable[..., Floats]], third_config: config.Config, tmp_path: Path
) -> None:
    _, third, asked = fitted_once
    with pytest.raises(DataError, match=r"Its own config is trained first"):
        asked(_fourth(third_config, tmp_path / "none"), tmp_path / "a")
    with pytest.raises(DataError, match="other frozen layers"):
        asked(_fourth(third_config, third, encoder_frozen=0), tmp_path / "b")
    with np.load(third / pretrained_encoder.FITTED) as stored:
        arrays = dict(stored)
    write_arrays(third / pretrained_encoder.FITTED, arrays | {"rows": arrays["rows"] + np.uint64(1)})
    with pytest.raises(DataError, match="learned from other reviews"):
        asked(_fourth(third_config, third), tmp_path / "c")


@pytest.mark.parametrize(("decay", "last"), [(True, 0.0), (False, 1e-2)])
def test_the_learning_rate_rises_and_falls_or_stays(decay: bool, last: float) -> None:
    settings = config.TrainingConfig(learning_rate=1e-2, warmup=0.1, decay=decay)
    trainer = fit._Trainer(network.build(config.NetworkConfig(dimensions=3, units=2), 5), settings, 100)
    rate = trainer.optimizer._learning_rate
    assert [float(rate(step)) for step in (5, 10, 100)] == pytest.approx([5e-3, 1e-2, last], abs=1e-6)


def _at_hand(path: Path) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """A folder's weights and embedding, and five rows of word ids."""
    with np.load(path / "keras_weights.npz") as stored:
        weights = {name: stored[name] for name in stored.files}
    table = np.load(path / "embedding.npy").astype(np.float32)
    return weights, table, np.random.default_rng(1).integers(1, len(table), (5, 30)).astype(np.int32)


def _said(shape: config.NetworkConfig, weights: dict[str, np.ndarray], table: np.ndarray, ids: np.ndarray) -> Floats:
    built = network.build(shape, len(table))
    network.set_embedding(built, table)
    network.set_recurrent_weights(built, weights)
    return fit.predict(built, list(ids))


def test_a_grown_student_says_what_it_said(tiny_folder: Path) -> None:
    weights, table, ids = _at_hand(tiny_folder)
    before = network.shape_of(weights)
    more = before.model_copy(update={"units": before.units + 5})
    said = _said(before, weights, table, ids)
    np.testing.assert_allclose(_said(more, warm_start.grown(weights, more.units, 1), table, ids), said, atol=1e-5)


def test_a_student_with_a_hidden_layer_says_what_the_earlier_model_said(tiny_folder: Path) -> None:
    weights, table, ids = _at_hand(tiny_folder)
    before = network.shape_of(weights)
    said = _said(before, weights, table, ids)
    wide = before.model_copy(update={"units": before.units + 5, "hidden": 6})
    own = warm_start.fitting(weights, wide, 1)
    assert not own["hidden_logit"].any()
    assert len(np.unique(own["hidden_kernel"])) == own["hidden_kernel"].size
    np.testing.assert_allclose(_said(wide, own, table, ids), said, atol=1e-5)
    # Every student begins with it.
    assert np.array_equal(own["hidden_kernel"], warm_start.fitting(weights, wide, 1)["hidden_kernel"])
    # A trained one is taken over, and grown as the rest.
    own |= {"hidden_logit": np.linspace(-1, 1, 6, dtype=np.float32)[:, None]}
    wider = wide.model_copy(update={"units": wide.units + 3})
    said_then = _said(wide, own, table, ids)
    assert np.abs(said_then - said).max() > 0.01
    np.testing.assert_allclose(_said(wider, warm_start.fitting(own, wider, 1), table, ids), said_then, atol=1e-5)
    other = warm_start.fitting(own, wide.model_copy(update={"hidden": 0}), 1)
    assert other.keys() == weights.keys()


def test_groups_of_units_join_an_earlier_model(tiny_folder: Path) -> None:
    weights, table, ids = _at_hand(tiny_folder)
    before = network.shape_of(weights)
    said = _said(before, weights, table, ids)
    wide = before.model_copy(update={"units": before.units + 5, "groups": (before.units, 3, 2), "hidden": 2})
    own = warm_start.fitting(weights, wide, 1)
    assert network.shape_of(own) == wide
    np.testing.assert_allclose(_said(wide, own, table, ids), said, atol=1e-5)
    # Those who have them go on with them.
    again = warm_start.fitting(own, wide, 2)
    assert all(np.array_equal(again[name], own[name]) for name in own)
    # With other groups nothing of them can stay.
    other = warm_start.fitting(own, wide.model_copy(update={"groups": (4, before.units + 1)}), 2)
    assert network.shape_of(other).groups == (4, before.units + 1)
    # One group with more units goes on where they ended.
    dense = warm_start.fitting(own, wide.model_copy(update={"units": wide.units + 2, "groups": ()}), 2)
    kept = dense["forward_recurrent"].reshape(wide.units + 2, 4, -1)[: wide.units, :, : wide.units]
    assert np.array_equal(kept.reshape(wide.units, -1), own["forward_recurrent"])


def test_groups_begin_apart_and_stay_so(tiny_config: config.Config, tmp_path: Path) -> None:
    import keras

    shape = config.NetworkConfig(dimensions=5, units=6, groups=(2, 3, 1), hidden=4)
    keras.utils.set_random_seed(2)
    built = network.build(shape, 30)
    begun = network.recurrent_weights(built)
    rng = np.random.default_rng(1)
    rows = [rng.integers(1, 30, rng.integers(2, 9)).astype(np.int32) for _ in range(40)]
    examples = fit.Examples(rows, np.arange(40, dtype=np.float32) % 2)
    settings = tiny_config.training.model_copy(update={"epochs": 2, "learning_rate": 0.05})
    fit.fit(built, examples, examples, settings, tmp_path, resume=False)
    trained = network.recurrent_weights(built)
    own = unit_groups.mask(shape.sizes) != 0
    for name in ("forward_recurrent", "backward_recurrent"):
        for weights in (begun, trained):
            assert not weights[name][~own].any()
            assert weights[name][own].all()
        assert np.abs(trained[name] - begun[name])[own].min() > 0
        # Each group begins as a network of it alone would, and as no other group does.
        blocks = [part[name] for part in unit_groups.parts(begun, shape.sizes)]
        for block in blocks:
            np.testing.assert_allclose(block @ block.T, np.eye(len(block)), atol=1e-5)
        assert not np.array_equal(blocks[0], blocks[1])
        assert np.array_equal(unit_groups.joined(blocks), begun[name])
    assert not begun["hidden_logit"].any()
    assert trained["hidden_logit"].all()


def test_an_earlier_model_of_other_words_or_another_size_is_refused(
    second_config: config.Config, tmp_path: Path
) -> None:
    wide = second_config.network.model_copy(update={"units": 7})
    with pytest.raises(data.DataError, match=r"has 12 dimensions and 8 units; the config's network has 12 and 7"):
        train.run_config(second_config.model_copy(update={"network": wide}), output=tmp_path / "a")
    words = second_config.vocabulary.model_copy(update={"max_words": 20})
    with pytest.raises(data.DataError, match="has other words"):
        train.run_config(second_config.model_copy(update={"vocabulary": words}), output=tmp_path / "b")
    assert second_config.teacher is not None
    missing = second_config.teacher.model_copy(update={"earlier": tmp_path / "none"})
    with pytest.raises(data.DataError, match=r"earlier model cannot be used: .* Its own config is trained first"):
        train.run_config(second_config.model_copy(update={"teacher": missing}), output=tmp_path / "c")
    # Before the long work, too.
    missing = second_config.teacher.model_copy(update={"encoder": tmp_path / "none"})
    with pytest.raises(data.DataError, match=r"encoder in .* cannot be read"):
        train.run_config(second_config.model_copy(update={"teacher": missing}), output=tmp_path / "d")
    assert not (tmp_path / "d" / "teachers" / "ngrams.npz").exists()


def test_without_teachers_the_student_learns_from_a_network_like_itself(
    tiny_config: config.Config, tmp_path: Path
) -> None:
    assert tiny_config.distil is not None
    distil = tiny_config.distil.model_copy(update={"pieces": 0, "edits": 0.0})
    plain = tiny_config.model_copy(update={"teacher": None, "distil": distil})
    run = train.run_config(plain, output=tmp_path)
    metrics = json.loads((run / "model" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["parts"]["recurrent"] > 0.65
    for name in ("teacher", "network"):
        assert (tmp_path / name / fit.HISTORY).is_file()
    assert "teachers" not in json.loads((run / "model" / "card.json").read_text(encoding="utf-8"))["training"]


def test_without_distillation_the_first_network_ships(tiny_config: config.Config, tmp_path: Path) -> None:
    run = train.run_config(tiny_config.model_copy(update={"teacher": None, "distil": None}), output=tmp_path)
    assert Scorer(run / "model").score([GOOD_REVIEW])[0].probability > 0.5


def test_card_metrics_and_evaluation_agree(tiny_folder: Path, tiny_config: config.Config, tmp_path: Path) -> None:
    metrics = json.loads((tiny_folder / "metrics.json").read_text(encoding="utf-8"))
    card = json.loads((tiny_folder / "card.json").read_text(encoding="utf-8"))
    assert card["metrics"] == metrics
    target = tmp_path / "deep" / "e.json"
    labelled = tiny_config.data.labelled
    found = evaluate.run(labelled, folder=tiny_folder, output=target, validation_only=True)
    written = json.loads(target.read_text(encoding="utf-8"))
    assert written["metrics"] == metrics["validation"]["metrics"] == found.metrics.as_dict()
    assert written["model"] == card["model"]
    assert written["file_sha256"] == card["data"]["files"]["labelled"]["sha256"]
    everything = evaluate.run(labelled, folder=tiny_folder)
    assert everything.metrics.reviews > found.metrics.reviews


def test_a_finished_run_is_resumed_without_training(tiny_run: Path, tiny_config: config.Config, tmp_path: Path) -> None:
    before = folder.verify(tiny_run / "model")
    train.run_config(tiny_config, output=tiny_run, resume=True)
    assert folder.verify(tiny_run / "model") == before


def test_the_command_trains_and_says_where_the_model_is(
    tiny_run: Path, tiny_config: config.Config, tmp_path: Path
) -> None:
    """On a run that is finished already, so that it takes no time; in a config file as a user writes one."""
    written = (Path(model.__file__).parent / "configs" / "tiny.toml").read_text("utf-8")
    for name in ("labelled", "unlabelled", "glove"):
        path = getattr(tiny_config.data, name)
        written = re.sub(rf"^{name} = .*$", f'{name} = "{path}"', written, flags=re.MULTILINE)
    (tmp_path / "own.toml").write_text(written, "utf-8")
    result = CliRunner().invoke(cli.app, ["train", str(tmp_path / "own.toml"), "-o", str(tiny_run), "--resume"])
    assert result.exit_code == 0, result.output
    assert f"The model is in {tiny_run / 'model'}" in result.output


def test_an_interrupted_run_ends_like_an_unbroken_one(
    tiny_config: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    corpus = data.prepare(tiny_config)
    settings = tiny_config.training.model_copy(update={"epochs": 3})
    rows = corpus.split.train[:96]
    examples = fit.Examples(corpus.ids(rows, 64), corpus.reviews.labels[rows].astype(np.float32))

    def fitted(target: Path, resume: bool) -> list[np.ndarray]:
        target.mkdir(exist_ok=True)
        keras.utils.set_random_seed(1)
        built = network.build(tiny_config.network, len(corpus.vocabulary))
        network.set_embedding(built, corpus.vectors)
        fit.fit(built, examples, examples, settings, target, resume=resume)
        return [network.embedding(built), *network.recurrent_weights(built).values()]

    unbroken = fitted(tmp_path / "a", resume=False)
    epoch = fit._epoch

    def killed(
        trainer: fit._Trainer, seen: fit.Examples, chosen: config.TrainingConfig, number: int, bar: object
    ) -> float:
        if number == 1:
            raise KeyboardInterrupt
        return epoch(trainer, seen, chosen, number, bar)  # type: ignore[arg-type]

    monkeypatch.setattr(fit, "_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        fitted(tmp_path / "b", resume=False)
    monkeypatch.undo()
    for first, second in zip(unbroken, fitted(tmp_path / "b", resume=True), strict=True):
        np.testing.assert_allclose(first, second, atol=1e-5)


def test_shipping_replaces_the_folder_whole(tiny_run: Path, tmp_path: Path) -> None:
    target = tmp_path / "shipped"
    target.mkdir()
    (target / "left_over.bin").write_text("old", encoding="utf-8")
    assert ship.run(tiny_run, target) == target
    assert folder.verify(target) == folder.verify(tiny_run / "model")
    assert not (target / "left_over.bin").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shipped"]


def test_a_damaged_run_is_not_shipped(tmp_path: Path) -> None:
    before = folder.verify(SHIPPED)
    with pytest.raises(ModelFolderError, match="does not exist"):
        ship.run(tmp_path)
    assert folder.verify(SHIPPED) == before


def test_data_without_both_labels_is_refused(tiny_config: config.Config) -> None:
    with pytest.raises(data.DataError, match="part"):
        data.prepare(tiny_config.model_copy(update={"data": tiny_config.data.model_copy(update={"limit": 3})}))
