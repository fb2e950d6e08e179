"""`make pictures`: the README's from `reelfeel up` in headless Chromium, those of docs/commands from SimCord alone.

`python -m tests.end_to_end.run_pictures NAME...` takes only the named ones of docs/commands. Not part of the suite.

Every review in them is made up here: pictures are committed, and real reviews belong to their writers.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.end_to_end import command_pictures

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ALONE = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
ELSEWHERE = ("DISCORD_TOKEN", "DATABASE_URL", "REDIS_URL")
REVIEW = (
    "Superb cast, a gorgeous score, and an ending that I will never forget. The trailer is awful, though. "
    "One of the best films of the year."
)
OPENINGS = ("I went in expecting little.", "My friends dragged me to this.", "We saw it at the festival.", "")
GOOD = (
    "The acting was wonderful and the story moved me to tears.",
    "A brilliant script and a great cast.",
    "Warm, funny and beautifully shot.",
    "One of the best films of the year.",
)
BAD = (
    "It was a dreadful, boring mess.",
    "The plot goes nowhere and the dialogue is painful.",
    "A complete waste of two hours.",
    "I have rarely been so annoyed.",
)
SO_SO = ("The pictures are pretty but not much happens.", "Fine for a rainy evening, I suppose.", "It has its moments.")


def made_up_file(path: Path, rows: int = 1000) -> None:
    """A CSV of made-up reviews, five of its rows without text."""
    dice = random.Random(7)
    lines = ["film,review"]
    for number in range(rows):
        kind = dice.choices((GOOD, BAD, SO_SO), (5, 3, 2))[0]
        text = " ".join(
            (dice.choice(OPENINGS), *dice.sample(kind, dice.randint(1, 2)), dice.choice((*GOOD, *SO_SO, "")))
        )
        lines.append(f'"Festival film {number % 12 + 1}","{"" if number % 200 == 99 else text.strip()}"')
    path.write_text("\n".join(lines) + "\n")


def walk(page: Page, file: Path) -> None:
    """A message and a file go in, as a person would send them; pictures of both."""
    composer = page.locator("#channel-composer-input")
    composer.fill(REVIEW)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Details", exact=True).wait_for(timeout=30_000)
    page.wait_for_timeout(1_000)  # the page fades its cards in
    page.screenshot(path=PICTURES / "verdict.png", clip={"x": 256, "y": 50, "width": 744, "height": 460})
    composer.fill("/batch")
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    page.set_input_files("input.command-file-input", file)
    page.wait_for_timeout(500)
    page.click("#send-message")
    page.get_by_text(re.compile("Job 2 is finished")).last.wait_for(timeout=120_000)
    page.wait_for_timeout(1_500)
    page.screenshot(path=PICTURES / "preview.png")


def main() -> int:
    """Takes all pictures, or only those of docs/commands that are named."""
    if not sys.argv[1:]:
        readme()
        report_page()
    command_pictures.main(set(sys.argv[1:]))
    return 0


def readme() -> None:
    """Starts `reelfeel up` in an empty folder, walks, stops it."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made_up_file(Path(folder) / "festival.csv")
        env = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
        env |= {"REELFEEL_DATA_DIR": f"{folder}/data"}
        command = [sys.executable, "-m", "cli", "up"]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as up:
            assert up.stdout is not None
            try:
                url = next(found.group() for line in up.stdout if (found := re.search(r"http://127\S+", line)))
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE)
                    page = browser.new_page(viewport={"width": 1000, "height": 1330})
                    page.goto(url)
                    page.locator("#channel-composer-input").wait_for()
                    page.wait_for_timeout(1_500)  # until the page has drawn itself anew, what is typed is lost
                    walk(page, Path(folder) / "festival.csv")
                    browser.close()
            finally:
                up.send_signal(signal.SIGINT)
                up.communicate(timeout=60)
    print(f"pictures are in {PICTURES}")


def report_page() -> None:
    """The page that docs/tutorials/from-an-export-to-a-report.md makes, down to its table of films."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(PICTURES.parent / "tutorials" / "festival.csv", folder)
        env = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
        env |= {"REELFEEL_DATA_DIR": f"{folder}/data", "PYTHONPATH": str(PICTURES.parents[1])}
        for line in ("db upgrade", "score festival.csv --store --quiet", "report --by film -o festival.html"):
            subprocess.run([sys.executable, "-m", "cli", *line.split()], cwd=folder, env=env, check=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE)
            page = browser.new_page(viewport={"width": 960, "height": 940})
            page.goto(f"file://{folder}/festival.html")
            (PICTURES / "tutorial-report.png").write_bytes(command_pictures.small(page.screenshot()))
            browser.close()


if __name__ == "__main__":
    sys.exit(main())
