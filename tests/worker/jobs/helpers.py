"""What a job handed back, as rows."""

from __future__ import annotations

import csv
import io

from db.engine import Database
from db.queries.jobs import list_outputs, read_output
from db.types import Viewer
from tests.fixtures.reviews import OWNER

ME = Viewer(OWNER)


def outputs(db: Database, job_id: int) -> dict[str, list[list[str]]]:
    files = {}
    for output in list_outputs(db, ME, job_id):
        text = b"".join(read_output(db, ME, output.blob_id)).decode("utf-8-sig")
        files[output.kind] = list(csv.reader(io.StringIO(text)))
    return files
