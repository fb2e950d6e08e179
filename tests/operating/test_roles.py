"""The processes of a role load nothing that `.ci/prune` takes out of its image."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parent.parent.parent
UNUSED: Final = runpy.run_path(str(ROOT / ".ci" / "prune"))["UNUSED"]
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


@pytest.mark.parametrize("role", ["bot", "worker"])
def test_a_role_loads_and_works_without_what_its_image_lacks(role: str) -> None:
    modules = metadata.packages_distributions()
    gone = {name.lower() for name in UNUSED[role]}
    absent = sorted(module for module, by in modules.items() if {name.lower() for name in by} <= gone)
    assert len(absent) >= len(gone) - 1
    arguments = json.dumps([absent, ROOMS[role], SKIPPED, WORK[role]])
    environment = {**os.environ, "REDIS_URL": "redis://localhost:1/0", "DATABASE_URL": "sqlite:///:memory:"}
    command = [sys.executable, "-B", "-c", CODE, arguments]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
