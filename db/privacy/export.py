"""Export of everything stored about one user: a zip of JSON Lines, which no spreadsheet reads as a formula."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import IO, Any, Final

from common.rendering import english
from db.blobs import read_blob
from db.engine import Database
from db.preferences import user_settings
from db.privacy.erase import stored_data
from db.privacy.export_rows import (
    OwnFile,
    own_audit_lines,
    own_buttons,
    own_corrections,
    own_digests,
    own_files,
    own_jobs,
    own_messages,
    own_notices,
    own_reviews,
)
from db.privacy.types import DataExport, LeftOut
from db.types import Viewer

SPARE: Final = 128 * 1024
"""Bytes that stay free below a limit, for what the packer holds back, the last entries and the zip's directory."""
STAYS: Final = (
    "After /privacy delete these stay, without your id: label, probability, stars, day and model of each review, the "
    "counts of each job, and the numbers and reasons of rows that could not be scored. A line of a server's audit log "
    "that says you changed its settings stays for 400 days."
)


def write_data_export(db: Database, viewer: Viewer, out: IO[bytes], *, max_bytes: int | None = None) -> DataExport:
    """Writes the zip to `out`, at most `max_bytes` long; memory stays flat.

    What the files say comes first, the files themselves last: they are the user's own and the first to be left out.
    """
    left_out: list[LeftOut] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        space = _Space(out, max_bytes)
        summary = asdict(stored_data(db, viewer))
        _lines(packed, "settings.jsonl", [asdict(user_settings(db, viewer))], space)
        for name, rows in (
            ("jobs.jsonl", own_jobs(db, viewer)),
            ("corrections.jsonl", own_corrections(db, viewer)),
            ("notices.jsonl", own_notices(db, viewer)),
            ("audit.jsonl", own_audit_lines(db, viewer)),
            ("buttons.jsonl", own_buttons(db, viewer)),
            ("messages.jsonl", own_messages(db, viewer)),
            ("digests.jsonl", own_digests(db, viewer)),
        ):
            _, whole = _lines(packed, name, rows, space)
            if not whole:
                left_out.append(("left_out.rows", {"file": name}))
        reviews, whole = _lines(packed, "reviews.jsonl", own_reviews(db, viewer), space)
        if not whole:
            counts = {"stored": reviews, "count": summary["reviews"]}
            left_out.append(("left_out.reviews", {"file": "reviews.jsonl", **counts}))
        files = 0
        for file in own_files(db, viewer):
            if space.has(file.size):
                _file(db, packed, file, viewer.user_id)
                files += 1
            else:
                left_out.append(("left_out.file", {"file": file.name, "job": file.job_id, "size": file.size}))
        sentences = [english(*message) for message in left_out]
        about = {"user_id": viewer.user_id, "kept": summary, "left_out": sentences, "stays_after_deletion": STAYS}
        packed.writestr("about.json", json.dumps(about, indent=2, default=_plain))
    return DataExport(reviews, files, tuple(left_out))


@dataclass(slots=True)
class _Space:
    out: IO[bytes]
    most: int | None

    def has(self, size: int = 0) -> bool:
        return self.most is None or self.out.tell() + size <= self.most - SPARE


def _lines(packed: zipfile.ZipFile, name: str, rows: Iterable[Mapping[str, Any]], space: _Space) -> tuple[int, bool]:
    """Writes one JSON object a line; how many, and whether that was all."""
    written = 0
    with packed.open(name, "w", force_zip64=True) as entry:
        for row in rows:
            if not space.has():
                return written, False
            entry.write(json.dumps(row, ensure_ascii=False, default=_plain).encode() + b"\n")
            written += 1
    return written, True


def _file(db: Database, packed: zipfile.ZipFile, file: OwnFile, owner: int) -> None:
    with packed.open(f"files/{file.job_id}/{_safe(file.name)}", "w", force_zip64=True) as entry:
        for part in read_blob(db, file.blob_id, owner=owner):
            entry.write(part)


def _safe(name: str) -> str:
    """A file name that stays in its folder wherever the zip is unpacked."""
    return "".join("_" if sign in '/\\:*?"<>|' or ord(sign) < 32 else sign for sign in name).lstrip(".") or "file"


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
