"""The one list of file formats, and that nothing else keeps a list of its own."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from common import file_formats
from common.file_formats import (
    FORMATS,
    INSTEAD,
    PACKINGS,
    REPORT_FORMATS,
    REPORT_TABLES,
    compressible_suffixes,
    is_review_file,
    kind_asked,
    kind_of_name,
    one_of,
    packed_suffixes,
    read_suffixes,
    written_names,
)
from reporting.tables import TABLES
from worker.files.readers.decompress import BY_CONTENT
from worker.files.readers.open import READERS
from worker.files.writers.write import WRITERS

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "cli", "cli.py", "common", "db", "reporting", "worker")
"""`model` reads the files that its trainers name, and has readers of its own."""
TABLES_OF_CODE = {
    "common/file_formats.py",  # the list
    "common/zip_files.py",  # names of read-me files
    "worker/files/readers/open.py",  # READERS
    "worker/files/readers/decompress.py",  # BY_CONTENT, and archives that are no packing
    "worker/files/writers/write.py",  # WRITERS
    "cli/themes.py",  # FORMATS, WRITERS
    "reporting/result_table.py",  # WRITERS
    "reporting/tables.py",  # TABLES
}
WORDS = {one.name for one in FORMATS} | {s.removeprefix(".") for s in (*read_suffixes(), *packed_suffixes())}
SPELLED = re.compile(rf"\.?\b({'|'.join(sorted(WORDS, key=len, reverse=True))})\b")


def test_names_and_suffixes_are_each_told_once() -> None:
    names = [one.name for one in FORMATS]
    suffixes = [suffix for one in FORMATS for suffix in one.suffixes] + list(packed_suffixes())
    assert len(set(names)) == len(names)
    assert len(set(suffixes)) == len(suffixes)
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in suffixes)
    assert all(one.reads or one.writes for one in FORMATS)
    assert INSTEAD in written_names()
    assert max(len(f"{name}.{packing}") for name in names for packing in PACKINGS) <= 16  # jobs.file_format


def test_there_is_a_reader_and_a_writer_for_each_row() -> None:
    assert set(READERS) == {one.name for one in FORMATS if one.reads}
    assert set(WRITERS) == {one.name for one in FORMATS if one.writes}
    assert set(BY_CONTENT) <= set(READERS)
    assert set(TABLES) == set(REPORT_TABLES) < set(REPORT_FORMATS)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", "csv"),
        ("A.CSV", "csv"),
        ("a.ndjson", "jsonl"),
        ("a.tar.json", "json"),
        ("a.doc", None),
        ("a.xls", None),
        ("csv", None),
    ],
)
def test_a_suffix_promises_a_format(name: str, kind: str | None) -> None:
    assert kind_of_name(name) == kind


@pytest.mark.parametrize(("asked", "kind"), [("jsonl", "jsonl"), ("ndjson", "jsonl"), ("txt", None), ("doc", None)])
def test_a_format_is_asked_for_by_its_name_or_a_suffix(asked: str, kind: str | None) -> None:
    assert kind_asked(asked) == kind


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("a.TSV", True),
        ("a.parquet", True),
        ("a.xlsx.gz", True),
        ("a.png.gz", False),
        ("a.xls", True),
        ("a.xls.gz", True),
        ("a.gz", False),
        ("anything.zip", True),
        ("a.png", False),
        ("csv", False),
    ],
)
def test_what_is_a_review_file_by_its_name(name: str, readable: bool) -> None:
    assert is_review_file(name) is readable


def test_a_choice_in_english() -> None:
    assert [one_of(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a or b", "a, b or c"]


def test_what_is_packed_in_itself_is_not_packed_again() -> None:
    assert set(read_suffixes()) - set(compressible_suffixes()) == {".parquet", ".xlsx"}


# No second list


def python_files() -> list[Path]:
    places = [ROOT / room for room in ROOMS]
    return [path for place in places for path in ([place] if place.is_file() else sorted(place.rglob("*.py")))]


def docstrings(tree: ast.AST) -> set[int]:
    """The string expressions of a module: what is read by people, not by the program."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def written_out(source: str) -> list[int]:
    """Lines with two formats or more: a tuple, list, set, dict or Literal of them, or three in one sentence."""
    if len({word for word in WORDS if word in source}) < 2:  # most files: a search costs less than to parse them
        return []
    tree = ast.parse(source)
    read_by_people = docstrings(tree)
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in read_by_people:
            if len(set(SPELLED.findall(node.value))) > 2:
                lines.append(node.lineno)
        elif len(spelled(elements(node))) > 1:
            assert isinstance(node, ast.expr)
            lines.append(node.lineno)
    return lines


def elements(node: ast.AST) -> Iterator[ast.expr | None]:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        yield from node.elts
    elif isinstance(node, ast.Dict):
        yield from node.keys


def spelled(nodes: Iterator[ast.expr | None]) -> set[str]:
    values = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {value.removeprefix(".") for value in values} & WORDS


@pytest.mark.parametrize(
    "source",
    [
        'A = (".csv", ".tsv")',
        'A = frozenset({"csv", "html", "parquet"})',
        'A = Literal["csv", "xlsx"]',
        'A = {".csv": 1, ".json": 2}',
        'tell("Ask for csv, tsv or jsonl.")',
    ],
)
def test_a_list_is_recognised(source: str) -> None:
    assert written_out(source) == [1]


def test_no_list_of_formats_is_written_out_a_second_time() -> None:
    files = python_files()
    assert len(files) > 150
    lists = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in files
        if str(path.relative_to(ROOT)) not in TABLES_OF_CODE
        for line in written_out(path.read_text(encoding="utf-8"))
    }
    assert lists == set()


# What people read


def table_rows(page: str) -> list[set[str]]:
    """What stands in backticks in the first cell of each row of a page's tables."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    return [set(re.findall(r"`([^`]+)`", line.split("|")[1])) for line in lines if line.startswith("|")]


def quoted(page: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", (ROOT / page).read_text(encoding="utf-8")))


def test_the_page_on_files_has_a_row_for_each_format() -> None:
    rows = table_rows("docs/files.md")
    for one in FORMATS:
        assert set(one.suffixes) in rows, one.name
    assert set(written_names()) <= quoted("docs/files.md")


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("docs/commands/batch.md", (*read_suffixes(), *packed_suffixes())),
        ("docs/commands/settings.md", written_names()),
        ("docs/reports.md", tuple(f".{name}" for name in REPORT_FORMATS)),
    ],
)
def test_pages_that_name_formats_name_all(page: str, names: Collection[str]) -> None:
    assert set(names) <= quoted(page)


# A new row is seen everywhere

NEW_ROW = """
from common import file_formats
file_formats.FORMATS = (*file_formats.FORMATS, file_formats.FileFormat("toy", (".toy", ".toys"), "toy file"))
from common.settings import Settings
from bot.cogs.settings import FORMATS
from bot.command_names import AS_IT_IS
from bot.cards.info import help_embed
from bot.services.intake import check_file
from worker.files import errors
import cli
settings = Settings(_env_file=None)
check_file("a.toys", 1, settings)
assert "toy" in FORMATS and "toy" in AS_IT_IS
assert "`.toys`" in str(help_embed("files", settings, bot_name="x").description)
assert str(errors.UnsupportedType("a.doc")).endswith(
    "send .csv, .tsv, .txt, .jsonl, .json, .parquet, .xlsx or .toy, also packed as .gz, .zst or .zip."
), str(errors.UnsupportedType("a.doc"))
assert "parquet, xlsx or toy" in str(errors.UnsupportedFormat("doc"))
from typer.main import get_command
command = get_command(cli.app).commands["score"]
assert any("xlsx or toy" in (option.help or "") for option in command.params)
"""


def test_a_new_row_reaches_menus_help_and_sentences() -> None:
    done = subprocess.run([sys.executable, "-c", NEW_ROW], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_functions_follow_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = file_formats.FileFormat("toy", (".toy",), "toy file", writes=False)
    monkeypatch.setattr(file_formats, "FORMATS", (*FORMATS, toy))
    assert kind_of_name("a.toy") == "toy"
    assert is_review_file("a.toy.zst")
    assert ".toy" in read_suffixes()
    assert "toy" not in written_names()
    assert kind_asked("toy") is None
