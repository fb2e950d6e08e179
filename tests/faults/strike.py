"""A fault of a round while it is done: what it needs, and what it leaves behind."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.crowd import Crowd
from tests.faults.discord_server import Trap
from tests.faults.stage import Stage


@dataclass(slots=True)
class Strike:
    """One fault of a round: what it needs, and what it leaves for `mend`."""

    stage: Stage
    crowd: Crowd
    dice: random.Random
    traps: list[Trap] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)
    events: set[int] = field(default_factory=set)
    """Where jobs of the fault's own come from (`jobs.source_id`)."""
    broken: list[str] = field(default_factory=list)
    """Promises of the fault's own that did not hold."""

    def mend(self) -> None:
        """Makes whole what was broken, last thing first."""
        while self.undo:
            self.undo.pop()()
