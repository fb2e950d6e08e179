"""The accuracy that a job's sender asked for: a verdict that is not sure enough for it is left to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from db.types import Score

if TYPE_CHECKING:
    from model.serving.dial import Dial


def widened(scores: Sequence[Score], dial: Dial, accuracy: float) -> list[Score]:
    """The scores, `uncertain` where they are closer to 0.5 than this accuracy (percent) allows.

    Nothing but the label changes.
    """
    width = dial.half_width(accuracy)
    return [replace(one, label="uncertain") if abs(one.probability - 0.5) < width else one for one in scores]
