"""The parts of a workbook: its sheets, its texts, which styles are dates (ECMA-376 part 1, 18.2 and 18.8).

For workbooks of every program: names of parts with backslashes or in other letters, the Strict form with its own
namespaces, style sheets that openpyxl refuses. Only the values matter here.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from worker.files.errors import BrokenFile, FileError
from worker.files.readers.xlsx_package import Package
from worker.files.readers.xlsx_sheet import Styles
from worker.files.readers.xlsx_xml import BoundedXml

_BOOK: Final = "xl/workbook.xml"
_MAX_SHEETS: Final = 100
"""Sheets looked at for reviews."""
_MAX_STYLES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Sheet:
    """name: on its tab; part: in the package; hidden: its owner does not see it."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Book:
    """What the parts say. texts: the part with the shared strings, None when there is none."""

    sheets: list[Sheet]
    texts: str | None
    styles: Styles


def read_book(package: Package) -> Book:
    """Sheets in the order of their tabs. Raises BrokenFile and what the package raises."""
    main = package.part(_BOOK) or _main_part(package)
    if main is None:
        raise BrokenFile("not_as_named")
    folder = posixpath.dirname(package.plain(main))
    targets = _relations(package, folder, posixpath.basename(package.plain(main)))
    sheets: dict[str, Sheet] = {}  # a trap can name one sheet a million times
    tabs, mac = _tabs(package, main)
    for name, relation, hidden in tabs:
        kind, target = targets.get(relation, ("", ""))
        part = package.part(target) if kind == "worksheet" else None
        if part is not None and part not in sheets and len(sheets) < _MAX_SHEETS:
            sheets[part] = Sheet(name, part, hidden)
    if tabs and not sheets:  # relations that no program could follow: the usual names
        for number in range(1, _MAX_SHEETS + 1):
            part = package.part(f"xl/worksheets/sheet{number}.xml")
            if part is not None:
                sheets[part] = Sheet(f"Sheet{number}", part, hidden=False)
    texts = next((package.part(target) for kind, target in targets.values() if kind == "sharedStrings"), None)
    texts = texts or package.part("xl/sharedStrings.xml")
    style_part = next((package.part(target) for kind, target in targets.values() if kind == "styles"), None)
    dates, durations = _date_styles(package, style_part or package.part("xl/styles.xml"))
    epoch = CALENDAR_MAC_1904 if mac else CALENDAR_WINDOWS_1900
    return Book(list(sheets.values()), texts, Styles(dates, durations, epoch))


def _parse(
    package: Package, part: str, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None]
) -> None:
    parser = BoundedXml(start, end)
    parser.feed(package.read(part))
    parser.feed(b"", last=True)


def _ignored(_: str) -> None:
    """The end of an element that says nothing by ending."""


def _local(attributes: dict[str, str], name: str) -> str | None:
    """An attribute whatever its prefix: `r:id`, `d3p1:id`."""
    if name in attributes:
        return attributes[name]
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), None)


def _relations(package: Package, folder: str, name: str) -> dict[str, tuple[str, str]]:
    """id -> (kind, part) of everything that a part refers to."""
    found: dict[str, tuple[str, str]] = {}
    part = package.part(posixpath.join(folder, "_rels", f"{name}.rels"))
    if part is None:
        return found

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and "Id" in attributes and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes["Id"]] = (kind, posixpath.normpath(path))

    _parse(package, part, start, _ignored)
    return found


def _main_part(package: Package) -> str | None:
    for kind, target in _relations(package, "", "").values():
        if kind == "officeDocument":
            return package.part(target)
    return None


def _tabs(package: Package, main: str) -> tuple[list[tuple[str, str, bool]], bool]:
    """((name, id of its relation, hidden) of each sheet, whether days count from 1904)."""
    tabs: list[tuple[str, str, bool]] = []
    mac = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal mac
        if tag == "sheet":
            relation = _local(attributes, "id") or ""
            tabs.append((attributes.get("name", ""), relation, attributes.get("state", "visible") != "visible"))
        elif tag == "workbookPr":
            mac = _local(attributes, "date1904") in ("1", "true")

    _parse(package, main, start, _ignored)
    return tabs, mac


def _date_styles(package: Package, part: str | None) -> tuple[frozenset[int], frozenset[int]]:
    """Numbers of the cell styles that show a date, and of those that show a duration; none in a broken style sheet."""
    codes: dict[int, str] = dict(BUILTIN_FORMATS)
    formats: list[int] = []
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if tag == "cellXfs":
            inside = True
        elif tag == "numFmt":
            with suppress(ValueError):
                codes[int(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
        elif tag == "xf" and inside and len(formats) < _MAX_STYLES:
            number = attributes.get("numFmtId", "0")
            formats.append(int(number) if number.isdigit() else 0)

    def end(tag: str) -> None:
        nonlocal inside
        if tag == "cellXfs":
            inside = False

    if part is not None:
        try:
            _parse(package, part, start, end)
        except FileError:
            raise
        except Exception:
            # Texts and numbers are whole without it; dates stay numbers
            formats.clear()
    shown = [codes.get(number, "") or "" for number in formats]
    dates = frozenset(i for i, code in enumerate(shown) if is_date_format(code))
    return dates, frozenset(i for i, code in enumerate(shown) if is_timedelta_format(code))
