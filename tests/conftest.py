"""Fixtures shared by all rooms, each file in tests/fixtures with one subject, and how parameters are named."""

import gc
import os
from collections.abc import Generator

import pytest

# As a worker has it, and before NumPy is loaded: threads of BLAS spin while they wait for each other, and what these
# tests compute is small. Whether their number changes a verdict is asked in tests/model/scenarios/test_every_way.py.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.pooler",
    "tests.fixtures.broker",
    "tests.fixtures.workers",
    "tests.fixtures.discord",
    "tests.fixtures.scorer",
    "tests.fixtures.logs",
    "tests.fixtures.virtual_time",
    "tests.fixtures.fast",
    "tests.fixtures.longest_first",
    "tests.fixtures.without_tensorflow",
]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays to the end: Python need not look for garbage in it, now or ever again.

    In what tests make it looks after every 20,000 objects, for each 700: looking took a twelfth of the tests' time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(20_000)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names a parameter of bytes by its argument; pytest numbers those that are equal.

    pytest would spell the bytes out, and a packed file has the second of its making in them: two processes of
    pytest-xdist that collected in different seconds would not have the same tests, and the run would end there.
    """
    return argname if isinstance(val, bytes) else None
