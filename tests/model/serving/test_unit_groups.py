"""Groups of units: what one hears, and a network of groups as networks of one group each."""

import numpy as np
import pytest

from model.serving import unit_groups

Weights = unit_groups.Weights


def group(units: int, seed: int, dimensions: int = 3) -> Weights:
    rng = np.random.default_rng(seed)
    shapes = {"kernel": (dimensions, 4 * units), "recurrent": (units, 4 * units), "bias": (4 * units,)}
    return {
        f"{way}_{name}": rng.uniform(0.1, 1.0, shape).astype(np.float32)
        for way in unit_groups.DIRECTIONS
        for name, shape in shapes.items()
    }


@pytest.mark.parametrize("sizes", [(4,), (1, 1, 1), (2, 3, 1)])
def test_a_network_of_groups_comes_apart_and_together_again(sizes: tuple[int, ...]) -> None:
    groups = [group(size, seed) for seed, size in enumerate(sizes)]
    whole = unit_groups.whole(groups)
    assert unit_groups.sizes(whole) == sizes
    for made, found in zip(groups, unit_groups.parts(whole, sizes), strict=True):
        assert made.keys() == found.keys()
        for name, value in made.items():
            np.testing.assert_array_equal(found[name], value)


def test_the_gates_of_a_unit_stand_where_keras_has_them() -> None:
    """Kernel [d, 4 units]: all units' input gates, then all forget gates, and so on."""
    groups = [group(2, 1), group(3, 2)]
    kernel = unit_groups.whole(groups)["forward_kernel"].reshape(3, 4, 5)
    for gate in range(4):
        np.testing.assert_array_equal(kernel[:, gate, :2], groups[0]["forward_kernel"].reshape(3, 4, 2)[:, gate])
        np.testing.assert_array_equal(kernel[:, gate, 2:], groups[1]["forward_kernel"].reshape(3, 4, 3)[:, gate])


def test_no_unit_hears_another_group() -> None:
    mask = unit_groups.mask((2, 1)).reshape(3, 4, 3)
    for gate in range(4):
        np.testing.assert_array_equal(mask[:, gate], [[1, 1, 0], [1, 1, 0], [0, 0, 1]])


def test_units_that_either_direction_joins_are_one_group() -> None:
    whole = unit_groups.whole([group(1, 1), group(1, 2), group(1, 3)])
    whole["backward_recurrent"][0, 1] = 0.5
    assert unit_groups.sizes(whole) == (2, 1)
    whole["forward_recurrent"][2, 0] = 0.5
    assert unit_groups.sizes(whole) == (3,)
