"""A password that was written raw is found wherever a parser would cut it."""

from __future__ import annotations

import pytest

from common.url_secrets import advice, is_raw


@pytest.mark.parametrize("sign", ["@", "/", "?", "#", "[", "]", " ", "%", "%z1", "\n"])
def test_each_sign_is_found_in_a_password(sign: str) -> None:
    assert is_raw(f"redis://user:qu{sign}kka@host:1/0")
    assert is_raw(f"postgresql://user:{sign}@host/name?sslmode=require")


@pytest.mark.parametrize(
    "url", ["redis://host/0", "redis://user:p%40%2f:=&+$!@host/0", "unix:///run/x.sock?password=x", "no url", ""]
)
def test_what_needs_no_encoding_passes(url: str) -> None:
    assert not is_raw(url)


def test_the_advice_names_the_variable_and_every_sign() -> None:
    said = advice("REDIS_URL")
    assert said.startswith("REDIS_URL")
    assert "percent-encoded" in said
    assert all(sign in said for sign in "@/#?[]%")
