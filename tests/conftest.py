"""Fixtures shared by all rooms, each file in tests/fixtures with one subject, and how parameters are named."""

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.pooler",
    "tests.fixtures.broker",
    "tests.fixtures.workers",
    "tests.fixtures.discord",
    "tests.fixtures.scorer",
    "tests.fixtures.logs",
    "tests.fixtures.fast",
    "tests.fixtures.longest_first",
]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names a parameter of bytes by its argument; pytest numbers those that are equal.

    pytest would spell the bytes out, and a packed file has the second of its making in them: two processes of
    pytest-xdist that collected in different seconds would not have the same tests, and the run would end there.
    """
    return argname if isinstance(val, bytes) else None
