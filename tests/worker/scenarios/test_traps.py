"""Small files that ask for much are refused at once or read in flat memory, bound as the worker binds its readers.

`make fuzz` reads those too that take long here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.scenarios.costs import Scales
from tests.worker.scenarios.traps import TRAPS
from worker.files.limits import MAX_RESIDENT

LONG = {"fat-dictionary", "many-strings", "repeated-keys", "wide-rows"}


@pytest.fixture(scope="module")
def scales() -> Iterator[Scales]:
    process = Scales()
    yield process
    process.close()


@pytest.mark.parametrize("name", sorted(TRAPS.keys() - LONG))
def test_a_trap_is_refused_at_once_or_read_in_flat_memory(name: str, scales: Scales, tmp_path: Path) -> None:
    make, filename, code = TRAPS[name]
    path = tmp_path / "file"
    path.write_bytes(make())
    cost = scales.cost_of(path, filename)
    assert cost.code == code
    assert cost.mib <= MAX_RESIDENT / (1 << 20)
    assert cost.seconds <= 60
    assert code is None or cost.rows == 0
