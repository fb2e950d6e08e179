"""docker-compose.yml by its values: what is kept outlives a container, who talks to whom can, nobody waits for less."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from bot.lifecycle import END_S
from worker.run import STOP_TIMEOUT_S

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("bot", "worker", "migrate")
PORTS = {"postgres": 5432, "redis": 6379}
KEPT = {"postgres": "/var/lib/postgresql", "redis": "/data"}
"""Where the images keep their data: postgres:18 and redis:8."""


def seconds(text: str) -> float:
    number, unit = re.fullmatch(r"(\d+)(s|m)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"s": 1, "m": 60}[unit]


def networks(name: str) -> set[str]:
    return set(SERVICES[name]["networks"])


def test_what_is_kept_lies_in_volumes_that_outlive_a_container() -> None:
    for name, folder in KEPT.items():
        mounts = [mount.split(":") for mount in SERVICES[name]["volumes"]]
        named = {target: source for source, target in mounts if not source.startswith((".", "/"))}
        assert folder in named, f"{name}: a new container would begin empty"
        assert named[folder] in COMPOSE["volumes"]
    assert len({SERVICES[name]["volumes"][0] for name in KEPT}) == len(KEPT), "each has its own"
    assert SERVICES["postgres"]["image"].startswith("postgres:18-")
    assert SERVICES["redis"]["image"].startswith("redis:8-")


@pytest.mark.parametrize("name", OURS)
def test_the_hosts_of_urls_are_services_that_can_be_reached(name: str) -> None:
    environment = SERVICES[name]["environment"]
    # The password's placeholder is no part of a URL that can be split.
    urls = {key: re.sub(r"\$\{[^}]*\}", "x", environment[key]) for key in ("DATABASE_URL", "REDIS_URL")}
    for url in urls.values():
        host, port = urlsplit(url).hostname, urlsplit(url).port
        assert host in SERVICES
        assert port == PORTS[host]
        assert networks(name) & networks(host), f"{name} and {host} share no network"
    database = urlsplit(urls["DATABASE_URL"])
    assert (database.scheme, database.hostname) == ("postgresql", "postgres")
    made = SERVICES["postgres"]["environment"]
    assert (database.username, database.path) == (made["POSTGRES_USER"], f"/{made['POSTGRES_DB']}")
    assert f":{made['POSTGRES_PASSWORD']}@" in environment["DATABASE_URL"]
    assert (urlsplit(urls["REDIS_URL"]).scheme, urlsplit(urls["REDIS_URL"]).hostname) == ("redis", "redis")


def test_flower_asks_the_same_broker() -> None:
    command = SERVICES["flower"]["command"][-1]
    assert f"--broker={SERVICES['worker']['environment']['REDIS_URL']} " in command


def test_only_who_must_reaches_the_outside_and_nothing_reaches_the_databases() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name in SERVICES if "outside" in networks(name)}
    assert outside == {"bot", "flower"}
    assert all("inside" in networks(name) for name in SERVICES)
    assert {name for name in SERVICES if SERVICES[name].get("ports")} == {"flower"}


@pytest.mark.parametrize("name", OURS)
def test_ours_can_write_nothing_but_its_temporary_folder(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["tmpfs"] == (["/tmp:size=4g"] if name == "worker" else ["/tmp"])
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("volumes")


def test_secrets_must_be_given() -> None:
    assert SERVICES["bot"]["environment"]["DISCORD_TOKEN"].startswith("${DISCORD_TOKEN:?")
    assert SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    for name in OURS:
        assert SERVICES[name]["environment"]["REELFEEL_TEXT_KEYS"].startswith("${REELFEEL_TEXT_KEYS:?make a key with ")
    assert not [name for name in OURS if name != "bot" and "DISCORD_TOKEN" in SERVICES[name]["environment"]]


def test_nothing_starts_before_what_it_needs() -> None:
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("bot", "worker"):
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }
        assert SERVICES[name]["restart"] == "unless-stopped"


def test_a_stop_leaves_the_time_that_the_work_in_hand_may_take() -> None:
    assert seconds(SERVICES["worker"]["stop_grace_period"]) > STOP_TIMEOUT_S
    assert seconds(SERVICES["bot"]["stop_grace_period"]) > END_S
    assert seconds(SERVICES["postgres"]["stop_grace_period"]) >= 60


def test_the_broker_flushes_each_second_and_throws_no_message_away() -> None:
    command = SERVICES["redis"]["command"]
    assert command[0] == "redis-server"
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert options == {"--appendonly": "yes", "--appendfsync": "everysec", "--maxmemory-policy": "noeviction"}


def test_health_checks_ask_the_service_they_stand_at() -> None:
    assert SERVICES["redis"]["healthcheck"]["test"] == ["CMD", "redis-cli", "ping"]
    made = SERVICES["postgres"]["environment"]
    asked = f"pg_isready -U {made['POSTGRES_USER']} -d {made['POSTGRES_DB']}"
    assert SERVICES["postgres"]["healthcheck"]["test"] == ["CMD-SHELL", asked]
    for name in ("bot", "worker"):
        check = SERVICES[name]["healthcheck"]
        assert seconds(check["timeout"]) < seconds(check["interval"])
        assert seconds(check["start_period"]) >= 30
