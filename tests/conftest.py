"""Fixtures shared by all rooms; each file in tests/fixtures has one subject."""

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.broker",
    "tests.fixtures.workers",
    "tests.fixtures.discord",
    "tests.fixtures.scorer",
]
