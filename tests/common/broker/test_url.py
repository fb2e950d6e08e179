"""One address for both of its readers, none of its secrets in a message, and certificates checked."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import redis

from common.broker.celery_config import celery_app
from common.broker.url import BrokerUrl, WrongBrokerUrl


def kombu_reads(url: str) -> dict[str, object]:
    """What a connection of Celery would be made with."""
    with celery_app(url).connection_for_write() as connection:
        transport = connection.transport
        channel = transport.Channel.__new__(transport.Channel)
        channel.connection = transport
        for name in ("max_connections", "socket_timeout", "socket_connect_timeout", "socket_keepalive"):
            setattr(channel, name, None)
        for name in ("socket_keepalive_options", "health_check_interval", "retry_on_timeout", "client_name"):
            setattr(channel, name, None)
        return dict(channel._connparams())


NAMES = ("host", "port", "path", "db", "username", "password", "ssl_ca_certs", "ssl_check_hostname")


def same(url: str) -> dict[str, object]:
    """What both readers understand; fails where they differ."""
    ours = redis.ConnectionPool.from_url(BrokerUrl.read(url).for_client()).connection_kwargs
    theirs = kombu_reads(url)
    client = {name: ours[name] for name in NAMES if ours.get(name)}
    assert client == {name: theirs[name] for name in NAMES if theirs.get(name)}
    return client


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("redis://h", {"host": "h", "port": 6379}),
        ("redis://h:1/2", {"host": "h", "port": 1, "db": 2}),
        ("redis://h?db=3", {"host": "h", "port": 6379, "db": 3}),
        ("redis://u:p%40%2F@[::1]:1", {"host": "::1", "port": 1, "username": "u", "password": "p@/"}),
        ("redis://h?password=p%26q", {"host": "h", "port": 6379, "password": "p&q"}),
        ("unix:///run/v.sock", {"path": "/run/v.sock"}),
        ("unix:///run/v.sock?password=foo", {"path": "/run/v.sock", "password": "foo"}),
        ("redis+socket://:p%23@/run/v.sock?virtual_host=2", {"path": "/run/v.sock", "db": 2, "password": "p#"}),
        ("rediss://h", {"host": "h", "port": 6379, "ssl_check_hostname": True}),
    ],
)
def test_client_and_celery_read_it_alike(url: str, read: dict[str, object]) -> None:
    assert same(url) == read


@pytest.mark.parametrize(
    ("options", "check", "names"),
    [
        ("", ssl.CERT_REQUIRED, True),
        ("?ssl_cert_reqs=none", ssl.CERT_NONE, False),
        ("?ssl_cert_reqs=CERT_NONE", ssl.CERT_NONE, False),
        ("?ssl_check_hostname=false", ssl.CERT_REQUIRED, False),
    ],
)
def test_certificates_are_checked_unless_told_otherwise(options: str, check: ssl.VerifyMode, names: bool) -> None:
    url = f"rediss://h:1/0{options}"
    theirs = kombu_reads(url)
    assert (theirs["ssl_cert_reqs"], theirs["ssl_check_hostname"]) == (check, names)
    ours = redis.ConnectionPool.from_url(BrokerUrl.read(url).for_client()).make_connection()
    assert (ours.cert_reqs, ours.check_hostname) == (check, names)


def test_the_file_of_an_authority_is_handed_on_and_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    assert same(f"rediss://h?ssl_ca_certs={tmp_path}/ca.pem")["ssl_ca_certs"] == f"{tmp_path}/ca.pem"
    with pytest.raises(WrongBrokerUrl, match="ssl_ca_certs"):
        BrokerUrl.read(f"rediss://h?ssl_ca_certs={tmp_path}/no.pem")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rediss://user:hunter2@h:6380/1?password=hunter2", "rediss://h:6380/1"),
        ("redis://:hunter2@h", "redis://h:6379/0"),
        ("redis://:hunter2@[::1]", "redis://[::1]:6379/0"),
        ("unix://:hunter2@/run/v.sock?db=1", "unix:///run/v.sock"),
    ],
)
def test_what_is_shown_holds_no_secret(url: str, shown: str) -> None:
    read = BrokerUrl.read(url)
    assert read.where == shown
    assert "hunter2" not in repr(read)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://:pa/ss@w#rd@127.0.0.1:6379/0", "percent"),  # secret: made up
        ("redis://:qu@kka@h/0", "percent"),
        ("redis://:qu?kka@h/0", "percent"),
        ("redis://:qu[kka@h/0", "percent"),
        ("redis://:qu kka@h/0", "percent"),
        ("redis://:qu%kka@h/0", "percent"),
        ("redis://h:1/0#kka", "%23"),
        ("unix:///run/v.sock?password=qu&kka=1", "%26"),
        ("redis://:qukka@h:port/0", "port"),
        ("redis://h/kka", "no number"),
        ("redis://h/0?ssl_cert_reqs=none", "ssl_cert_reqs"),
        ("redis://h/0?pgbouncer=true", "pgbouncer"),
        ("rediss://h/0?ssl_cert_reqs=maybe", "ssl_cert_reqs"),
        ("unix://run/v.sock", "three slashes"),
        ("valkey://h/0", "Redis address"),
        ("kka", "Redis address"),
    ],
)
def test_what_is_wrong_is_one_sentence_without_a_piece_of_it(url: str, words: str) -> None:
    with pytest.raises(WrongBrokerUrl) as wrong:
        BrokerUrl.read(url)
    said = str(wrong.value)
    assert "REDIS_URL" in said
    assert words in said
    for piece in ("kka", "pa/", "ss@w", "w#rd", "ss/w"):
        assert piece not in said
