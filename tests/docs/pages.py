"""The pages of documentation, and the code that they speak of, for the tests beside this file."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"


def pages() -> list[Path]:
    """Every page that people read: those at the top, and everything under docs/."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def name_of(page: Path) -> str:
    """The path of a page as it is written in other pages."""
    return page.relative_to(ROOT).as_posix()


def without_blocks(text: str) -> str:
    """A page without its drawings and blocks of code between fences."""
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def spans(text: str) -> Iterator[str]:
    """What stands between backticks, and the lines of indented code."""
    text = without_blocks(text)
    yield from re.findall(r"`([^`\n]+)`", text)
    yield from re.findall(r"^ {4,}(\S.*)$", text, re.MULTILINE)


@functools.cache
def files() -> frozenset[str]:
    """Every file of the project: what git tracks, and what is new and not ignored."""
    if not (ROOT / ".git").exists():
        every = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        return frozenset(path.as_posix() for path in every if not path.parts[0].startswith(".venv"))
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return frozenset(path for path in listed if (ROOT / path).exists())


@functools.cache
def folders() -> frozenset[str]:
    """Every folder that holds a file of the project."""
    return frozenset(parent.as_posix() for path in files() for parent in Path(path).parents)


@functools.cache
def definitions(path: Path) -> frozenset[str]:
    """Names that a Python file defines at its top and in its classes (`Scorer.score`), imports left out."""
    return frozenset(_names(ast.parse(path.read_text("utf-8")).body))


def _names(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield prefix + node.name
        if isinstance(node, ast.ClassDef):
            yield from _names(node.body, f"{prefix}{node.name}.")
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        yield from (prefix + target.id for target in targets if isinstance(target, ast.Name))
        if isinstance(node, ast.If):
            yield from _names([*node.body, *node.orelse], prefix)
