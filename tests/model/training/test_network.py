"""The Keras network: groups of units begin apart and stay so, weights have names, and say which network they are of."""

from pathlib import Path

import numpy as np

from model import config
from model.serving import unit_groups
from model.training import fit, network


def test_groups_begin_apart_and_stay_so(tiny_config: config.Config, tmp_path: Path) -> None:
    import keras

    shape = config.NetworkConfig(dimensions=5, units=6, groups=(2, 3, 1), hidden=4)
    keras.utils.set_random_seed(2)
    built = network.build(shape, 30)
    begun = network.recurrent_weights(built)
    rng = np.random.default_rng(1)
    rows = [rng.integers(1, 30, rng.integers(2, 9)).astype(np.int32) for _ in range(40)]
    examples = fit.Examples(rows, np.arange(40, dtype=np.float32) % 2)
    settings = tiny_config.training.model_copy(update={"epochs": 2, "batch": 32, "learning_rate": 0.05})
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
