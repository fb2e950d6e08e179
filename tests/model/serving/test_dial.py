"""The dial: the first step that reaches what is wanted, and the range where none does."""

from __future__ import annotations

import pytest

from model import SHIPPED
from model.serving import model_folder
from model.serving.dial import Dial, OutOfReach, Step

DIAL = Dial((Step(0.95, 0.1, 0.9), Step(0.98, 0.4, 0.6)))


@pytest.mark.parametrize(("wanted", "width"), [(95, 0.1), (95.0001, 0.4), (98, 0.4)])
def test_the_first_step_that_reaches_it(wanted: float, width: float) -> None:
    assert DIAL.at(wanted).half_width == DIAL.half_width(wanted) == width


@pytest.mark.parametrize("wanted", [-1, 94.9, 98.1, 100, float("nan"), float("inf")])
def test_what_is_out_of_reach_is_refused_with_the_range(wanted: float) -> None:
    with pytest.raises(OutOfReach) as error:
        DIAL.at(wanted)
    assert (error.value.low, error.value.high) == (95, 98)


def test_a_model_without_a_curve_promises_nothing() -> None:
    empty = Dial.of_card({"metrics": {}})
    assert empty.range is None
    assert empty.half_width(95) == 1
    with pytest.raises(OutOfReach):
        empty.at(95)


def test_the_shipped_curve_only_rises() -> None:
    steps = Dial.of_card(model_folder.read_card(SHIPPED)).steps
    assert len(steps) > 20
    assert [step.half_width for step in steps] == sorted(step.half_width for step in steps)
    assert [step.coverage for step in steps] == sorted((step.coverage for step in steps), reverse=True)
    assert steps[0].half_width >= model_folder.read_serving(SHIPPED).band
