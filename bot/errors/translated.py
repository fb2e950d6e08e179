"""Sentences that `db/` and `worker/` say in English, for logs, SQL and the command line too, in the user's language.

They come as finished sentences (a failed job's stands in SQL, maybe from an older version), so a sentence is recognised
by its template here. What is not recognised stays English; tests/bot/test_translations.py holds every error to one.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from common.i18n import ENGLISH, language, mark, number, tr, trn
from db.types import GAVE_UP

SENTENCES: Final = (
    # db/errors.py
    mark(
        "You have {jobs} running and the limit is {limit}: wait until one is finished ({about}), "
        "or cancel one with /jobs."
    ),
    mark("You have {jobs} running and the limit is {limit}: wait until one is finished, or cancel one with /jobs."),
    mark(
        "This server has {jobs} running and the limit is {limit}: try again when one is finished ({about}), "
        "or send the file to me as a direct message."
    ),
    mark(
        "This server has {jobs} running and the limit is {limit}: try again when one is finished, "
        "or send the file to me as a direct message."
    ),
    mark("You sent in {number} reviews within 24 hours and the limit is {limit}: send this file again in {about}."),
    mark(
        "The queue is full: {number} reviews wait and the limit is {limit}. Send this file again in {about}; "
        "single reviews are still scored at once."
    ),
    mark("There is no {thing} that you can see here: /jobs and /results list what there is."),
    mark("Only the person who sent this {thing} in can do that: ask them."),
    mark("Job {job} is not finished yet: look again in a moment."),
    mark("Job {job} is already {state}: there is nothing left to change."),
    mark("Job {job} is done: only a cancelled or failed job can be retried."),
    mark("Job {job} has not ended yet: only a cancelled or failed job can be retried."),
    mark("The file of job {job} is no longer kept, so it cannot be retried: send it again with /batch."),
    mark("The text of job {job} is no longer kept, so it cannot be retried: send it again."),
    mark("Job {job} already has its text column: cancel it and send the file again to use another."),
    mark("The file has no column '{column}' to choose: take one of {columns}."),
    mark("This page link is not valid for this search: search again."),
    mark(
        "Texts are stored encrypted here, so reviews cannot be searched by their words: "
        "search by film, label, date, probability or job."
    ),
    mark("Job {job} is still running: cancel first with /jobs cancel, then delete."),
    mark("Jobs {jobs} are still running: cancel first with /jobs cancel, then delete."),
    # db/privacy/export.py
    mark("{name} ends where the zip was full."),
    mark("reviews.jsonl holds the first {number} of {rows} reviews."),
    mark("The file {name} of job {job} ({number} bytes) did not fit."),
    # db/types.py, db/queue/completion.py
    mark("The file could not be read in 3 attempts: check that it opens elsewhere, then send it again."),
    mark("The result file could not be written in 3 attempts: its scores are kept, /results finds them."),
    mark("This review could not be scored: send it again."),
    # worker/files/errors.py
    mark("{name} is not a kind of file that can be read; send {kinds}, also packed as .gz, .zst or .zip."),
    mark("The file holds no reviews; send one with at least one row below the header."),
    mark(
        "No column looks like review texts among {columns}; name it with the text_column option, "
        "or call it 'review' in the file."
    ),
    mark("Several columns could hold the reviews: {columns}; choose one with the text_column option."),
    mark("The file has no column {column}; it has {columns}."),
    mark("The file has more than {limit} rows; split it into files of at most {rows} rows."),
    mark("The file has more than {limit} columns; keep the review, film and date columns."),
    mark("The file is larger than {size} (unpacked); split it into smaller files."),
    mark("The file unpacks to more than {ratio} times its size, as no file of reviews does; send it unpacked."),
    mark("The text is in none of UTF-8, UTF-16 with a byte order mark and Windows-1252; save the file as UTF-8."),
    mark("The file is protected by a password; send it without one."),
    mark("The archive holds another archive; send the review file itself, or packed once."),
    mark("The zip holds no review file, and exactly one is needed: {kinds}."),
    mark("The zip holds {number} review files ({names}), and exactly one is needed: {kinds}."),
    mark("The file cannot be read: {where}; export or pack it again and send the new one."),
)
WHERE: Final = (
    mark("it is damaged or cut short"),
    mark("it is damaged or not what its name says"),
    mark("a line is longer than {number} characters"),
    mark("row {number} never ends; look for a quote that is not closed"),
    mark("it is not a JSON array"),
    mark("the JSON array breaks off after row {number}"),
    mark("row {number} is nested too deeply"),
    mark("row {number} is not valid JSON"),
    mark("it is neither one JSON object a line nor one array of objects"),
    mark("the workbook holds an oversized part beside its sheets"),
    mark("the workbook is packed in an unusual way"),
    mark("a cell or a row of the workbook never ends"),
    mark("a cell of the workbook never ends"),
    mark("a row of the workbook never ends"),
    mark("the workbook declares a document type, which could hide an XML bomb"),
    mark("a sheet has more rows than Excel allows"),
    mark("a cell of the workbook has no place"),
    mark("the zip holds too many files"),
    mark("the zip is damaged or cut short"),
    mark("the .{suffix} is damaged or cut short"),
    mark("it is named {suffix} but is not packed so"),
    mark("the zip is packed in an unusual way"),
    mark("the zip is damaged or packed in an unusual way"),
    mark("it is an old or protected Office file"),
    mark("it is named .xlsx but is no Excel workbook"),
    mark("it is named .parquet but is no Parquet file"),
    mark("a row holds lists of more than {number} items"),
    mark("it is damaged or no Parquet file"),
    mark("it is cut short or no Parquet file"),
    mark("its footer is far too large; write it with fewer row groups"),
    mark("its columns are nested too deeply"),
    mark("its pages are too large to unpack; write it with pages of the usual size (1 MiB)"),
)
"""What was met in a file that cannot be read: the clauses of `worker.files.errors.BrokenFile`."""
PHRASES: Final[dict[str, tuple[str, ...]]] = {
    "about": (mark("about {number} min"), mark("about {number} h"), mark("an hour")),
    "jobs": (mark("1 job"), mark("{number} jobs")),
    "thing": (
        mark("job {number}"),
        mark("result {number}"),
        mark("file of job {number}"),
        mark("job"),
        mark("result"),
        mark("review"),
        mark("file"),
    ),
    "state": (mark("done"), mark("cancelled"), mark("failed")),
    "where": WHERE,
}
"""What stands at a placeholder that is not a name or a number of the user's."""
_CUT: Final = re.compile(r"(?P<listed>.*) and (?P<rest>[0-9,]+) more", re.DOTALL)
_GROUPED: Final = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
assert set(GAVE_UP.values()) <= set(SENTENCES)


def retold(sentence: str) -> str:
    """The sentence in the language of the running task, as it is when no template fits."""
    if language() == ENGLISH:
        return sentence
    return _matched(sentence, SENTENCES) or sentence


def _matched(text: str, templates: tuple[str, ...]) -> str | None:
    for template in templates:
        found = _pattern(template).fullmatch(text)
        if found is not None:
            return tr(template, **{name: _value(name, value) for name, value in found.groupdict().items()})
    return None


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    """The template as a pattern: a named group for each placeholder."""
    parts = re.split(r"\{(\w+)\}", template)
    shapes = {"job": "[0-9]+", "number": "[0-9,]+", "limit": "[0-9,]+", "rows": "[0-9,]+", "ratio": "[0-9,]+"}
    pieces = [f"(?P<{part}>{shapes.get(part, '.+')})" if odd % 2 else re.escape(part) for odd, part in enumerate(parts)]
    return re.compile("".join(pieces), re.DOTALL)


def _value(name: str, value: str) -> str:
    if name in PHRASES:
        return _matched(value, PHRASES[name]) or value
    cut = _CUT.fullmatch(value) if name in ("columns", "names") else None
    if cut is not None:
        rest = int(cut["rest"].replace(",", ""))
        return trn("{listed} and {count} more", "{listed} and {count} more", rest, listed=cut["listed"])
    return number(int(value.replace(",", ""))) if _GROUPED.fullmatch(value) else value
