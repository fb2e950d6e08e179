"""The house itself: the lock, the compose file, what may never be committed."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text()


def parts() -> dict[str, list[str]]:
    """Requirement lines of the lock, by part."""
    found: dict[str, list[str]] = {}
    for line in LOCK.splitlines():
        if line.startswith("# part: "):
            found[line.removeprefix("# part: ")] = []
        elif line and not line.startswith((" ", "#")):
            found[list(found)[-1]].append(line)
    return found


def test_every_locked_requirement_is_pinned_and_hashed() -> None:
    blocks = re.split(r"\n(?=\S)", LOCK)
    requirements = [block for block in blocks if not block.startswith("#")]
    assert len(requirements) > 100
    for block in requirements:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", block), block
        assert "--hash=sha256:" in block, block


def test_the_lock_names_no_host() -> None:
    assert "://" not in LOCK
    assert "index-url" not in LOCK


def test_serving_installs_no_tensorflow_and_training_does() -> None:
    serving = " ".join(parts()["serve"] + parts()["local"])
    assert not re.search(r"\b(tensorflow|keras|kaggle|torch)==", serving)
    assert re.search(r"\btensorflow==", " ".join(parts()["tests"]))


def test_every_direct_dependency_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {re.split(r"[\[<>=! ]", d)[0].lower().replace(".", "-") for d in wanted}
    locked = {line.split("==")[0].lower().replace(".", "-") for lines in parts().values() for line in lines}
    assert names - locked == set()


def test_compose_runs_commands_that_exist() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert {"bot", "worker", "redis", "postgres", "migrate"} <= set(services)
    help_of = [sub.split() for sub in ("bot", "worker", "health bot", "db upgrade")]
    commands = [services[name]["command"] for name in ("bot", "worker", "migrate")]
    assert [*commands, services["bot"]["healthcheck"]["test"][2:]] == [
        help_of[0],
        help_of[1],
        help_of[3],
        help_of[2],
    ]
    assert "appendonly" in " ".join(services["redis"]["command"])
    assert all("healthcheck" in services[name] for name in ("bot", "worker", "redis", "postgres"))


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_no_data_is_committed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    assert not [path for path in tracked if re.search(r"\.(parquet|csv|sqlite3?|db)$|uv\.lock$", path)]


def test_names_of_tests_are_the_same_in_every_process(request: pytest.FixtureRequest) -> None:
    parameters = [
        (item.name, value)
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        for value in item.callspec.params.values()
        if isinstance(value, bytes) and len(value) > 1
    ]
    for name, value in parameters:  # what is packed has the second of its making in it
        assert value.decode("ascii", "backslashreplace") not in name, name
