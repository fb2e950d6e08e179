"""The processes of a role load nothing that `.ci/prune` takes out of its image, and of all environments."""

from __future__ import annotations

import importlib.util
import json
import os
import runpy
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

import discord
import pytest

ROOT = Path(__file__).parent.parent.parent
PRUNE: Final = runpy.run_path(str(ROOT / ".ci" / "prune"))
UNUSED: Final = PRUNE["UNUSED"]
SITE: Final[Path] = PRUNE["SITE"]
PARTS: Final = [path for pattern in PRUNE["PARTS"] for path in SITE.glob(pattern)]
ROOMS: Final = {"bot": ("bot", "reporting", "db", "common"), "worker": ("worker", "model", "db", "common")}
WORK: Final = {
    "bot": "import reporting.charts, matplotlib.backends.backend_agg, pyarrow.parquet",
    "worker": "from model import Scorer; assert Scorer().score(['A great film.'])[0].label == 'positive'",
}
CODE = """
import importlib, json, pkgutil, sys
absent, rooms, skipped, work = json.loads(sys.argv[1])
for name in absent:
    sys.modules[name] = None
for room in rooms:
    package = importlib.import_module(room)
    for module in pkgutil.walk_packages(package.__path__, room + "."):
        if not module.name.startswith(tuple(skipped)):
            importlib.import_module(module.name)
exec(work)
"""
# The preview is `up`'s (`make install`), training has packages of its own; neither is in an image.
SKIPPED: Final = (
    "bot.preview",
    "model.training",
    "model.experiments",
    "model.evaluation",
    "model.data",
    "worker.local",
)


def module_of(path: Path) -> str:
    """The module that a file or folder of a package is; none for a library or a header."""
    within = path.relative_to(SITE)
    if within.name.startswith("lib") or (path.is_file() and path.suffix not in (".py", ".so")):
        return ""
    return ".".join([*within.parent.parts, within.name.split(".")[0]])


def test_no_library_that_stays_is_linked_to_one_that_is_taken_out() -> None:
    """The loader would fail: the names of the libraries that one is linked to stand in it."""
    gone = [path.name.encode() for path in PARTS if ".so" in path.name]
    folders = ("pyarrow", "onnxruntime/capi", "PIL", "pillow.libs")
    stay = [path for name in folders for path in (SITE / name).glob("*.so*") if path.name.encode() not in gone]
    assert len(stay) > 40
    for path in stay:
        content = path.read_bytes()
        assert [name for name in gone if b"\0" + name + b"\0" in content] == [], path.name


def test_the_locales_that_stay_are_our_languages_and_all_that_discord_has() -> None:
    ours = {path.name for path in (ROOT / "common" / "locale").iterdir() if path.is_dir()}
    assert set(PRUNE["LANGUAGES"]) == ours | {"en", "root"}
    # Babel finds Norwegian as Bokmål.
    assert set(PRUNE["DISCORDS"]) == {"root", "nb", *(str(locale).split("-")[0] for locale in discord.Locale)}


@pytest.mark.parametrize("role", ["bot", "worker"])
def test_a_role_loads_and_works_without_what_its_image_lacks(role: str) -> None:
    modules = metadata.packages_distributions()
    gone = {name.lower() for name in UNUSED[role]}
    absent = sorted(module for module, by in modules.items() if {name.lower() for name in by} <= gone)
    assert len(absent) >= len(gone) - 1
    absent += [module for path in PARTS if (module := module_of(path))]
    arguments = json.dumps([absent, ROOMS[role], SKIPPED, WORK[role]])
    environment = {**os.environ, "REDIS_URL": "redis://localhost:1/0", "DATABASE_URL": "sqlite:///:memory:"}
    command = [sys.executable, "-B", "-c", CODE, arguments]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]


def test_what_is_compiled_when_it_is_installed_is_what_the_rooms_load_sooner_or_later() -> None:
    """Loading it all takes ten seconds and is left to `make install`, which passes over a name that is wrong."""
    compiled = runpy.run_path(str(ROOT / ".ci" / "compile"))
    names = set(compiled["modules"]())
    # At the top of a module of ours, inside a function, and our own.
    assert {"sqlalchemy", "pyarrow.parquet", "numba", "model.serving.bulk", "bot.client", "cli"} <= names
    assert not any(name.startswith("model.training") for name in names)
    assert all(importlib.util.find_spec(name) for name in compiled["BY_NAME"])
