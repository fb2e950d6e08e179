"""Pictures of docs/commands from the simulated Discord: each card alone, small enough to be kept in the repository."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.async_api import BrowserType
from simcord.backend.errors import SetupError
from simcord.preview import _capture

from common.settings import Settings
from db.migrate import upgrade
from model import Scorer
from tests.end_to_end.scenes import SCENES
from tests.fixtures.discord import Loopback, World, running_world

PICTURES: Final = Path(__file__).parents[2] / "docs" / "pictures" / "commands"
CHROMIUM: Final = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PATIENCE_S: Final = 240.0
MOST_BYTES: Final = 60_000
SIZE: Final = (560, 1700)


@contextmanager
def debians_chromium() -> Iterator[None]:
    """SimCord asks Playwright for a browser of its own; this machine has Debian's."""
    launch = BrowserType.launch

    async def ours(self: BrowserType, **options: Any) -> Any:
        return await launch(self, **{**options, "executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-gpu"]})

    BrowserType.launch = ours  # type: ignore[method-assign]
    _capture._CAPTURE_DEADLINE = PATIENCE_S  # 30 s are few on a machine that works on other things too
    try:
        yield
    finally:
        BrowserType.launch = launch  # type: ignore[method-assign]


def small(png: bytes) -> bytes:
    """The picture in at most 64 colours, fewer when it is still larger than `MOST_BYTES`."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (64, 32, 16):
        out = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()


async def _shoot(world: World, shown: Any) -> bytes:
    """The PNG of one card or form, wherever it stands."""
    member, shown = shown if isinstance(shown, tuple) else (world.alice, shown)
    for channel, viewer in ((world.channel, member), (world.alice.user.dm_channel, world.alice.user)):
        async with world.env.preview(channel, viewers=[viewer], width=SIZE[0], height=SIZE[1]) as page:
            try:
                capture = await page.screenshot(viewer=viewer, target=shown, mode="surface", allow_incomplete=True)
            except SetupError as error:
                if "channel" not in str(error):
                    raise
                continue  # it stands in the other place
            return bytes(capture.png)
    raise AssertionError("what the scene returned is in neither place")


async def take(only: set[str]) -> None:
    """Plays all scenes in one world, in order; writes the pictures named in `only`, or all."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, debians_chromium():
        path = Path(folder) / "bot.sqlite3"
        upgrade(f"sqlite:///{path}")
        settings = Settings(database_url=f"sqlite:///{path}", data_dir=Path(folder), _env_file=None)  # type: ignore[call-arg]
        async with running_world(settings, Scorer(), Loopback(), patience_s=PATIENCE_S, today=True) as world:
            world.env.backend.bot_user.name = "Reelfeel"
            for name, play in SCENES.items():
                shown = await play(world)
                if not only or name in only:
                    data = small(await _shoot(world, shown))
                    (PICTURES / f"{name}.png").write_bytes(data)
                    print(f"{name}.png: {len(data) / 1000:.0f} kB")


def main(only: set[str]) -> None:
    """Takes the pictures."""
    if shutil.which(CHROMIUM) is None:
        raise SystemExit(f"{CHROMIUM} is missing: install Debian's chromium, or name one with CHROMIUM=...")
    asyncio.run(take(only))
