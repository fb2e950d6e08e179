"""A student starts from an earlier model and says at first what that said."""

from pathlib import Path

import numpy as np
import pytest

from model import config
from model.data import corpus as data
from model.numeric import Floats
from model.training import fit, network, train
from model.training.teachers import warm_start


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
