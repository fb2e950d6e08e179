"""Parts of a training run: students that came back from elsewhere, what a student learns from."""

from pathlib import Path

import numpy as np
import pytest

from model import config
from model.data import corpus as data
from model.training import network, train
from model.training.teachers import warm_start


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
    with pytest.raises(data.DataError, match=r"student_2.*docs/internals/gpu.md"):
        train._taught(settings, corpus, tmp_path / "run", False)
    assert not (tmp_path / "run").exists()


def test_a_labelled_review_teaches_a_share_of_its_label_and_the_others_what_was_said(
    tiny_config: config.Config,
) -> None:
    assert tiny_config.distil is not None
    settings = tiny_config.model_copy(update={"distil": tiny_config.distil.model_copy(update={"label_share": 0.25})})
    labels = np.asarray([1.0, 0.0], dtype=np.float32)
    np.testing.assert_allclose(train._mixed(settings, labels, np.zeros(3)), [0.625, 0.375, 0.5])


def test_as_many_networks_as_the_config_says_each_with_a_seed_of_its_own(tiny_config: config.Config) -> None:
    assert tiny_config.distil is not None
    training = tiny_config.training.model_copy(update={"seed": 7})
    distil = tiny_config.distil.model_copy(update={"students": 3, "epochs": 9, "word_dropout": 0.5})
    settings = tiny_config.model_copy(update={"training": training, "distil": distil})
    assert list(train._seeds(settings)) == [7, 8, 9]
    assert list(train._seeds(settings.model_copy(update={"distil": None, "pretraining": None}))) == [7]
    student = train._student(settings).training
    assert (student.epochs, student.word_dropout, student.seed) == (9, 0.5, 7)
