"""One address, two spellings, and none of its secrets."""

from __future__ import annotations

import pytest

from common.broker.url import for_celery, for_client, without_secret


@pytest.mark.parametrize("url", ["redis://h:6379/0", "rediss://u:p@h:6379/1"])
def test_network_addresses_stay_as_they_are(url: str) -> None:
    assert for_client(url) == url
    assert for_celery(url) == url


@pytest.mark.parametrize("url", ["unix:///run/v.sock", "redis+socket:///run/v.sock"])
def test_a_socket_is_spelled_for_its_reader(url: str) -> None:
    assert for_client(url) == "unix:///run/v.sock"
    assert for_celery(url) == "redis+socket:///run/v.sock"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rediss://user:hunter2@h:6380/1?password=hunter2", "rediss://h:6380/1"),
        ("redis://:hunter2@h", "redis://h"),
        ("unix://:hunter2@/run/v.sock", "unix:///run/v.sock"),
        ("redis://:hunter2@h:port/0", "the given address"),
    ],
)
def test_what_is_shown_holds_no_secret(url: str, shown: str) -> None:
    assert without_secret(url) == shown
