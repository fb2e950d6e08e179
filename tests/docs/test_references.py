"""Every page: links lead somewhere; files, modules, commands and make targets that it names exist."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import cli
from tests.docs.pages import ROOT, definitions, files, folders, name_of, pages, spans, without_blocks

PAGES = pages()
TOPS = "alembic|bot|cli|common|db|docs|model|reporting|tests|worker"
PATH = re.compile(rf"(?:{TOPS})/[\w./*{{}},<>-]*|\.ci/\w+")
FILE = re.compile(r"[\w*-]+\.(?:py|md|toml|po|tsv|ipynb)|[\w.-]+\.(?:lock|yml|ini)|Makefile|Dockerfile")
MODULE = re.compile(rf"(?:{TOPS})(?:\.[A-Za-z_]\w*)+")
MADE = {"comparison.md", "model.safetensors", "trials.md"}
"""Names of files that commands write or fetch."""
HISTORY = {"CHANGELOG.md"}
"""Pages that may name what is gone."""


def all_pages(function: Any) -> Any:
    """Runs a test for each page."""
    return pytest.mark.parametrize("page", PAGES, ids=name_of)(function)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub and GitLab make them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", without_blocks(text), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-"))
    return found


@all_pages
def test_links_lead_somewhere(page: Path) -> None:
    text = without_blocks(page.read_text("utf-8"))
    wrong = []
    for target in [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'(?:src|href)="([^"]+)"', text)]:
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        aim = page if not path else (page.parent / path).resolve()
        if (
            not aim.exists()
            or not aim.is_relative_to(ROOT)
            or (anchor and anchor not in anchors(aim.read_text("utf-8")))
        ):
            wrong.append(target)
    assert wrong == []


def exists(path: str) -> bool:
    """Whether a path, which may have a * or {a,b} in it, is one of the project's files or folders."""
    path = path.rstrip("/.,")
    if "<" in path or "NAME" in path:  # the reader's own
        return True
    if (choice := re.search(r"\{([^}]*)\}", path)) is not None:
        return all(exists(path.replace(choice[0], one.strip())) for one in choice[1].split(","))
    if "*" in path:
        pattern = re.compile(re.escape(path).replace(r"\*", "[^/]*"))
        return any(pattern.fullmatch(one) for one in files())
    return path in files() or path in folders()


@all_pages
def test_files_that_are_named_are_there(page: Path) -> None:
    if page.name in HISTORY:
        return
    names = {Path(one).name for one in files()}
    wrong = []
    for span in spans(page.read_text("utf-8")):
        for part in span.split():
            word = part.strip("`'\"(),;").split("::")[0]
            word = re.sub(r"(\.py):[\w.]+$", r"\1", word)
            if PATH.fullmatch(word):
                wrong += [word] if not exists(word) else []
            elif FILE.fullmatch(word) and word not in MADE and "*" not in word:
                wrong += [word] if word not in names else []
    assert wrong == []


def module_exists(dotted: str) -> bool:
    """Whether a dotted name is a module, a package, or a definition in one."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        path = "/".join(parts[:cut])
        rest = ".".join(parts[cut:])
        if f"{path}.py" in files():
            return not rest or rest in definitions(ROOT / f"{path}.py")
        if path in folders():
            face = ROOT / path / "__init__.py"
            return not rest or (face.exists() and parts[cut] in re.findall(r"\w+", face.read_text("utf-8")))
    return False


@all_pages
def test_modules_that_are_named_are_there(page: Path) -> None:
    if page.name in HISTORY:
        return
    wrong = []
    for span in spans(page.read_text("utf-8")):
        for word in re.findall(rf"(?<![\w./-]){MODULE.pattern}(?![\w/-])", span):
            if not FILE.fullmatch(word) and word not in MADE and not word.endswith((".csv", ".html", ".json")):
                wrong += [word] if not module_exists(word) else []
    assert wrong == []


RUN_ALONE: set[str] = set()
"""Groups of commands that do something without one of theirs."""


def commands() -> dict[str, set[str]]:
    """Every command of the command line, as it is typed after `reelfeel`, with its options."""
    found: dict[str, set[str]] = {}

    def walk(command: Any, name: str) -> None:
        found[name] = {
            option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]
        }
        if getattr(command, "invoke_without_command", False) and name:
            RUN_ALONE.add(name)
        for sub, inner in getattr(command, "commands", {}).items():
            walk(inner, f"{name} {sub}".strip())

    walk(get_command(cli.app), "")
    return found


COMMANDS = commands()


def lines_of(text: str) -> Iterator[str]:
    """Everything after a `reelfeel` that is typed somewhere on the page."""
    for span in spans(text):
        for line in re.split(r"\||&&|;|  #", span):
            if (typed := re.search(r"(?:^|(?<!-U)[ /])reelfeel (.+)", " " + line.strip())) is not None:
                yield typed[1]


def unknown(typed: str) -> list[str]:
    """What the command line does not know of a line."""
    try:
        words = shlex.split(typed, comments=True)
    except ValueError:
        words = typed.split()
    name = ""
    for word in words:
        longer = f"{name} {word.rstrip('.,')}".strip()
        if longer not in COMMANDS:
            break
        name = longer
    has_more = any(other.startswith(f"{name} ".lstrip()) for other in COMMANDS if other != name)
    first = words[len(name.split()) :][:1]
    if has_more and first and re.fullmatch(r"[a-z][a-z-]*", first[0]):
        return [f"reelfeel {name} {first[0]}"]
    options = [re.split(r"[=.,\]]", word)[0] for word in words if re.match(r"\[?--?[a-zA-Z]", word)]
    return [
        f"reelfeel {name} {option}" for option in options if option.lstrip("[") not in COMMANDS[name] | {"--help", "-h"}
    ]


@all_pages
def test_command_lines_that_are_shown_can_be_typed(page: Path) -> None:
    assert [wrong for typed in lines_of(page.read_text("utf-8")) for wrong in unknown(typed)] == []


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("score reviews.csv", []),
        ("db upgrade", []),
        ("db downgrade", ["reelfeel db downgrade"]),
        ("scare", ["reelfeel  scare"]),
        ('score --text "a b" --loud', ["reelfeel score --loud"]),
    ],
)
def test_what_cannot_be_typed_is_noticed(typed: str, wrong: list[str]) -> None:
    assert unknown(typed) == wrong


@all_pages
def test_make_targets_that_are_named_are_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for span in spans(page.read_text("utf-8")) for target in re.findall(r"\bmake ([a-z][a-z-]*)", span)}
    assert named - targets == set()


def test_the_readme_lists_every_command_and_no_other() -> None:
    table = (ROOT / "README.md").read_text("utf-8").partition("| command | does |")[2].partition("\n\n")[0]
    first = " ".join(row.split(" | ")[0] for row in table.splitlines())
    typed = re.findall(r"`reelfeel ([a-z][a-z -]*[a-z])", first)
    leaves = {name for name in COMMANDS if name and not any(other.startswith(f"{name} ") for other in COMMANDS)}
    assert sorted(typed) == sorted(leaves | RUN_ALONE)


def test_every_page_is_in_an_index() -> None:
    """docs/README.md, or the README.md of the page's own folder, links to it."""
    lost = []
    for page in PAGES:
        if page.name == "README.md" or page.parent == ROOT:
            continue
        indexes = [page.parent / "README.md", ROOT / "docs" / "README.md"]
        linked = "".join(one.read_text("utf-8") for one in indexes if one.exists())
        if not re.search(rf"[(/]{re.escape(page.name)}[)#]", linked):
            lost.append(name_of(page))
    assert lost == []


CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


def test_the_architecture_names_the_layers_of_the_contract() -> None:
    layers = next(contract["layers"] for contract in CONTRACTS if contract["name"] == "rooms")
    page = (ROOT / "docs" / "contributing" / "architecture.md").read_text("utf-8")
    assert ", ".join(f"`{layer}`" for layer in layers) in page
    listed = re.findall(r"^\| `(\w+)/` \|", page, re.MULTILINE)
    assert {room for layer in layers for room in layer.split(" | ")} <= set(listed)


@all_pages
def test_import_contracts_that_are_named_are_there(page: Path) -> None:
    named = set(re.findall(r'import contract "([^"]+)"', page.read_text("utf-8")))
    assert named - {contract["name"] for contract in CONTRACTS} == set()
