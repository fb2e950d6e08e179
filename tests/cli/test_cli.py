"""The whole command line: every command and option it has, what each says of itself, and how errors end it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import cli

ROOT = Path(__file__).parents[2]
runner = CliRunner()

HOW_IT_IS_READ = [
    "--text-column str = None",
    "--film-column str = None",
    "--date-column str = None",
    "--stars-column str = None",
    "--no-header bool = False",
    "--sheet str = None",
    "--delimiter str = None",
    "--encoding str = None",
]
COMMANDS = {
    "": ["--version bool = False"],
    "up": [],
    "bot": ["--preview/--no-preview bool = False"],
    "worker": ["--processes int>=1<=256 = None"],
    "status": ["--json bool = False", "--watch bool = False"],
    "health": ["room str!", "--host str = None"],
    "audit": ["--limit int>=1 = 100"],
    "quality": [],
    "report": [
        "--film str = None",
        "--job int>=1 = None",
        "--since str = None",
        "--until str = None",
        "--by str = day",
        "--compare str = None",
        "--output/-o list = None",
        "--explain/--no-explain bool = True",
        "--model Path = None",
    ],
    "score": [
        "sources list = None",
        "--text str = None",
        "--explain/--no-explain bool = False",
        "--aspects/--no-aspects bool = False",
        "--aspects-output Path = None",
        "--json bool = False",
        "--output/-o str = None",
        "--format str = None",
        "--stdin-format str = txt",
        *HOW_IT_IS_READ,
        "--accuracy float = None",
        "--mixed/--no-mixed bool = False",
        "--rejected str = None",
        "--force/--no-force bool = False",
        "--store bool = False",
        "--model Path = None",
        "--quiet/-q bool = False",
    ],
    "inspect": [
        "source str!",
        "--json bool = False",
        "--stdin-format str = txt",
        *HOW_IT_IS_READ,
    ],
    "submit": [
        "sources list!",
        "--wait bool = False",
        "--output/-o str = None",
        "--format str = None",
        "--stdin-format str = txt",
        *HOW_IT_IS_READ,
        "--accuracy float = None",
        "--mixed/--no-mixed bool = False",
        "--aspects/--no-aspects bool = False",
        "--again bool = False",
        "--force bool = False",
        "--json bool = False",
        "--quiet/-q bool = False",
    ],
    "results": [
        "--query str = None",
        "--label str = None",
        "--film str = None",
        "--min-probability float>=0<=1 = None",
        "--since str = None",
        "--until str = None",
        "--job int>=1 = None",
        "--sort str = newest",
        "--limit int>=1 = None",
        "--output/-o str = None",
        "--format str = None",
        "--force bool = False",
    ],
    "export": [
        "job int>=1!",
        "--output/-o str = None",
        "--format str = None",
        "--rejected str = None",
        "--force bool = False",
    ],
    "jobs": ["--active bool = False", "--limit int>=1 = 20", "--before int>=1 = None", "--json bool = False"],
    "jobs cancel": ["job int>=1!"],
    "jobs resume": ["job int>=1!"],
    "train": [
        "config Path!",
        "--output/-o Path = None",
        "--resume/--no-resume bool = False",
        "--ship/--no-ship bool = False",
    ],
    "pack": ["config Path!"],
    "themes": [
        "source str!",
        "--by str = verdict",
        "--film str = None",
        "--groups int>=1<=50 = 12",
        "--most int>=1<=100 = 10",
        "--format str = None",
        "--output/-o Path = None",
        "--force/--no-force bool = False",
        "--stdin-format str = txt",
        "--text-column str = None",
        "--film-column str = None",
        "--date-column str = None",
        "--no-header bool = False",
        "--sheet str = None",
        "--delimiter str = None",
        "--encoding str = None",
        "--model Path = None",
    ],
    "fit-sentences": ["config Path!", "--output/-o Path = None", "--resume/--no-resume bool = False"],
    "fit-topic": [
        "texts Path!",
        "--model Path = None",
        "--labelled Path = None",
        "--output/-o Path = None",
        "--ship/--no-ship bool = False",
    ],
    "fit-clauses": [
        "reviews list!",
        "--model Path = None",
        "--output/-o Path = None",
        "--resume/--no-resume bool = False",
        "--ship/--no-ship bool = False",
    ],
    "evaluate": [
        "file Path = None",
        "--model Path = None",
        "--output/-o Path = None",
        "--validation-only bool = False",
        "--against Path = None",
        "--predictions Path = None",
        "--html Path = None",
        "--aspects bool = False",
    ],
    "stress": ["file Path = None", "--model Path = None", "--output/-o Path = None", "--all-rows bool = False"],
    "compare": [
        "--config Path = None",
        "--only list = None",
        "--output/-o Path = None",
        "--model Path = None",
        "--limit int>=1 = None",
        "--again/--no-again bool = False",
        "--publish Path = None",
    ],
    "tune": [
        "config Path!",
        "--search Path = None",
        "--trials int>=1 = None",
        "--minutes float>=0 = None",
        "--sample int>=0 = None",
        "--output/-o Path = None",
    ],
    "db": [],
    "db upgrade": ["--need-keys bool = False"],
    "db check": [],
    "db move": [],
    "db shrink": [],
    "db new-key": [],
    "db rotate-keys": ["--to-plain bool = False", "--quiet/-q bool = False"],
    "block": ["kind str!", "id int>=1<=9223372036854775807!"],
    "unblock": ["kind str!", "id int>=1<=9223372036854775807!"],
    "blocked": [],
    "privacy": [],
    "privacy export": ["user_id int!", "--output/-o Path = None"],
    "privacy delete": ["user_id int!", "--cancel bool = False", "--yes/-y bool = False"],
    "data": [],
    "data download": ["what str = all", "--to Path = data", "--quiet/-q bool = False"],
    "data report": ["file Path!", "--glove Path = None", "--output/-o Path = None", "--quiet/-q bool = False"],
}
"""Every command with its arguments and options, each with its type, its default and whether it must be given.

A script of a host may use any of them: what leaves this list leaves with a word in the changelog.
"""


def walk(command: Any, words: list[str]) -> Iterator[tuple[str, Any]]:
    """The command and all below it, each by its words."""
    yield " ".join(words), command
    for name, inner in getattr(command, "commands", {}).items():
        yield from walk(inner, [*words, name])


ALL = dict(walk(typer.main.get_command(cli.app), []))


def spelled(parameter: Any) -> str:
    """`--limit int>=1 = 100`: how an option is given, its type, bounds and default; `!` when it must be given."""
    info = parameter.type_descriptor.parameter_info
    kind = getattr(parameter.type_descriptor.annotation, "__name__", str(parameter.type_descriptor.annotation))
    bounds = "".join(f"{sign}{bound}" for sign, bound in ((">=", info.min), ("<=", info.max)) if bound is not None)
    names = "/".join([*parameter.opts, *parameter.secondary_opts])
    ending = "!" if parameter.required else f" = {parameter.default}"
    return f"{names} {kind}{bounds}{ending}"


def test_every_command_and_option_is_there() -> None:
    assert {words: [spelled(one) for one in command.params] for words, command in ALL.items()} == COMMANDS


@pytest.mark.slow  # seconds of a processor
def test_every_command_explains_itself() -> None:
    for words, command in ALL.items():
        result = runner.invoke(cli.app, [*words.split(), "--help"])
        assert result.exit_code == 0, words
        first = next(line for line in result.output.splitlines()[2:] if line.strip())
        assert len(first.split()) > 2, f"{words}: what it does"
        assert command.help.split("\n")[0].endswith((".", ":")), f"{words}: a whole sentence"
        for one in command.params:
            assert one.help, f"{words} {one.name}: what it is for"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["score"], 2, "either files"),
        (["score", "x.csv", "--text", "x"], 2, "either files"),
        (["score", "x.csv", "--explain"], 2, "works with --text"),
        (["score", "x.csv", "y.csv", "-o", "z.csv"], 2, "existing folder"),
        (["score", "missing.csv"], 65, "there is no such file"),
        (["score", "--text", "x", "--model", "nowhere"], 78, "nowhere"),
        (["train", "nowhere.toml"], 78, "nowhere.toml"),
        (["pack", "nowhere.toml"], 78, "nowhere.toml"),
        (["evaluate", "missing.csv"], 65, "missing.csv"),
        (["status"], 78, "db upgrade"),
        (["db", "check"], 69, "db upgrade"),
    ],
)
def test_errors_are_one_sentence_and_a_code(arguments: list[str], code: int, words: str) -> None:
    result = runner.invoke(cli.app, arguments)
    assert result.exit_code == code, result.output
    assert words in " ".join(result.stderr.replace("│", " ").split())
    assert "Traceback" not in result.output


def test_it_runs_as_a_module_and_as_a_script(tmp_path: Path) -> None:
    script = Path(sys.executable).parent / "reelfeel"
    for line in ([sys.executable, "-P", "-m", "cli"], [str(script)]):
        done = subprocess.run([*line, "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
        assert "Reads film reviews" in done.stdout, line


def test_help_loads_none_of_what_is_slow() -> None:
    code = "import sys, cli; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    slow = {"alembic", "celery", "discord", "numpy", "pandas", "pydantic", "redis", "rich", "sqlalchemy", "tensorflow"}
    assert not slow & set(loaded.split())
    ours = {"bot", "db", "model", "reporting", "worker"}
    assert not ours & set(loaded.split())
