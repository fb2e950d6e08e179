"""Workbooks made part by part, odd ones too."""

from __future__ import annotations

import io
import zipfile

from tests.worker.files.helpers import (
    xlsx_bytes,
)

BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "' + "lol" * 100 + '">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 50}">' for i in range(6))
    + "]>"
)  # fmt: skip


NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


STRINGS = "xl/sharedStrings.xml"


SHEET = "xl/worksheets/sheet1.xml"


STRINGS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def workbook(parts: dict[str, str]) -> bytes:
    """A workbook as Excel writes it, with shared strings, and with these parts in place of its own."""
    rich = "<si><r><t>a good </t></r><r><t>film_x000D_</t></r><rPh><t>no</t></rPh></si>"
    all_parts = {
        SHEET: sheet("<row><c t='s'><v>0</v></c></row><row><c t='s'><v>1</v></c></row>"),
        STRINGS: strings(f"<si><t>review</t></si>{rich}"),
    } | parts
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes([["x"]]))) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in {*old.namelist(), *all_parts}:
            new.writestr(name, all_parts[name] if name in all_parts else typed(old.read(name)))
    return out.getvalue()


def typed(part: bytes) -> bytes:
    """The content types with one for the shared strings."""
    override = f'<Override PartName="/{STRINGS}" ContentType="{STRINGS_TYPE}"/></Types>'
    return part.replace(b"</Types>", override.encode())


def sheet(rows: str, before: str = "") -> str:
    return f"{before}<worksheet {NS}><sheetData>{rows}</sheetData></worksheet>"


def strings(items: str, before: str = "") -> str:
    return f"{before}<sst {NS}>{items}</sst>"


def inline(text: str, ref: str = "A1") -> str:
    return f"<row><c r='{ref}' t='inlineStr'><is><t>{text}</t></is></c></row>"
