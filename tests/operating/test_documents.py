"""docs/operating and docker-compose.yml: rules name metrics that exist, compose runs what exists, Flower is shut."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from bot import metrics as bot_meters
from common.process.metrics_server import ErrorCount
from common.settings import Settings, variable
from db.operations.metrics_collector import families
from worker import metrics as worker_meters
from worker.processes.child_metrics import ChildMetrics
from worker.processes.supervisor import Child

ROOT = Path(__file__).parents[2]
OPERATING = ROOT / "docs" / "operating"
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
COMPOSE = ROOT / "docker-compose.yml"


def exported() -> set[str]:
    """Names of all series that bot and worker serve."""
    mine = CollectorRegistry()
    mine.register(ChildMetrics([Child("bulk", [])]))
    mine.register(ErrorCount("reelfeel_supervisor_errors").counter)
    found = [*mine.collect(), *bot_meters.REGISTRY.collect(), *worker_meters.REGISTRY.collect(), *families(None)]
    found += bot_meters.Gateway(_Bot()).collect()  # type: ignore[arg-type]
    kinds = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    return {family.name + ending for family in found for ending in kinds[family.type]}


class _Bot:
    latency = 0.1
    guilds = ()

    def is_ready(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((OPERATING / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_every_rule_asks_for_metrics_that_exist() -> None:
    names = exported()
    for rule in rules():
        asked = set(re.findall(r"\breelfeel_\w+", rule["expr"]))
        assert asked, rule
        assert asked <= names, (rule, asked - names)
        for opening, closing in ("()", "{}", "[]"):
            assert rule["expr"].count(opening) == rule["expr"].count(closing), rule


def test_every_alert_says_how_bad_it_is_and_the_page_what_to_do() -> None:
    alerts = [rule for rule in rules() if "alert" in rule]
    assert len(alerts) >= 10
    for rule in alerts:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith(".")
        assert f"`{rule['alert']}`" in PAGE, f"docs/operating.md says nothing of {rule['alert']}"


def test_the_page_lists_every_metric_and_no_other() -> None:
    names = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exported()}
    assert names == set(re.findall(r"^\| `(reelfeel_\w+)", PAGE, re.MULTILINE))


def test_prometheus_asks_the_services_of_compose() -> None:
    config = yaml.safe_load((OPERATING / "prometheus.yml").read_text())
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    port = re.search(r":-(\d+)", services["worker"]["environment"]["REELFEEL_METRICS_PORT"])
    assert port is not None
    for job in config["scrape_configs"]:
        (found,) = job["dns_sd_configs"]
        assert set(found["names"]) <= set(services)
        assert found["port"] == int(port[1])
    assert all((OPERATING / name).exists() for name in config["rule_files"])


def test_flower_is_read_from_this_machine_only_and_with_a_password() -> None:
    flower = yaml.safe_load(COMPOSE.read_text())["services"]["flower"]
    assert flower["profiles"] == ["flower"]
    assert all(port.startswith("127.0.0.1:") for port in flower["ports"])
    command = flower["command"][-1].replace("$$", "$").replace("exec celery", "echo celery")
    for secret, code in (("me:", 78), ("me:sesame", 0)):
        env = os.environ | {"FLOWER_BASIC_AUTH": secret}
        assert subprocess.run(["sh", "-c", command], env=env, capture_output=True, check=False).returncode == code


def test_health_checks_of_compose_are_ours() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    for name in ("bot", "worker"):
        assert services[name]["healthcheck"]["test"] == ["CMD", "reelfeel", "health", name]


def test_the_page_for_hosts_lists_every_setting_with_its_default() -> None:
    """The table of docs/hosting.md by its values: numbers as the settings have them."""
    shown: dict[str, str] = {}
    page = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
    for names, default in re.findall(r"^\| (`[A-Z_`, ]+) \| ([^|]*) \|", page, re.MULTILINE):
        variables = re.findall(r"`([A-Z_]+)`", names)
        values = default.split(", ") if len(variables) > 1 else [default]
        shown |= dict(zip(variables, values, strict=True))
    inner = {"REELFEEL_WARM_START"}  # set by `reelfeel worker`, not by a host
    assert set(shown) == {variable(name) for name in Settings.model_fields} - inner
    numbers = 0
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, bool) or not isinstance(field.default, int | float):
            continue
        if variable(name) == "REELFEEL_PREVIEW_PORT":
            assert shown[variable(name)] == "a free one"
            continue
        numbers += 1
        assert shown[variable(name)].replace(",", "") == f"{field.default:g}" or shown[variable(name)] == (
            f"{field.default:,}"
        ), name
    assert numbers >= 12


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not here")
@pytest.mark.parametrize(
    "more", [[], *(["-f", str(OPERATING / f"compose.{name}.yml")] for name in ("secrets", "outside"))]
)
def test_docker_compose_takes_the_file(more: list[str]) -> None:
    env = {"PATH": os.environ["PATH"], "REELFEEL_MAX_ROWS": "77", "WORKER_CPUS": "0.5"}
    profiles = [part for name in ("flower", "backup", "tools") for part in ("--profile", name)]
    line = ["docker-compose", "-f", str(COMPOSE), *more, *profiles, "config"]
    done = subprocess.run(line, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    worker = yaml.safe_load(done.stdout)["services"]["worker"]
    assert worker["environment"]["REELFEEL_MAX_ROWS"] == "77"
    assert float(worker["cpus"]) == 0.5
