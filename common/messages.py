"""The messages of structured errors: code -> English template, for what `db` and `worker` refuse or leave out.

A row is a whole sentence, or a pair of them (one, many) of which the value `count` decides. No row names a command or
an option: the bot and the command line add their own hints (bot/errors/hints.py, cli/hints.py). How a placeholder is
written stands in common/rendering.py.
"""

from __future__ import annotations

from typing import Final

from common.i18n import mark, mark_plural

GAVE_UP_INGEST: Final = "gave_up_ingest"
GAVE_UP_FINISH: Final = "gave_up_finish"
GAVE_UP_DIED: Final = "gave_up_died"
GAVE_UP_STUCK: Final = "gave_up_stuck"
GAVE_UP_NO_ROOM: Final = "gave_up_no_room"
GAVE_UP_REVIEW: Final = "gave_up_review"

MESSAGES: Final[dict[str, str | tuple[str, str]]] = {
    # db/errors.py
    "quota.jobs": mark_plural(
        "You have {count} job running and the limit is {limit}: wait until one is finished, or cancel one.",
        "You have {count} jobs running and the limit is {limit}: wait until one is finished, or cancel one.",
    ),
    "quota.jobs_wait": mark_plural(
        "You have {count} job running and the limit is {limit}: wait until one is finished (about {wait}), "
        "or cancel one.",
        "You have {count} jobs running and the limit is {limit}: wait until one is finished (about {wait}), "
        "or cancel one.",
    ),
    "quota.server": mark_plural(
        "This server has {count} job running and the limit is {limit}: try again when one is finished.",
        "This server has {count} jobs running and the limit is {limit}: try again when one is finished.",
    ),
    "quota.server_wait": mark_plural(
        "This server has {count} job running and the limit is {limit}: try again when one is finished (about {wait}).",
        "This server has {count} jobs running and the limit is {limit}: try again when one is finished (about {wait}).",
    ),
    "quota.day_wait": mark_plural(
        "You sent in {count} review within 24 hours and the limit is {limit}: send this file again in about {wait}.",
        "You sent in {count} reviews within 24 hours and the limit is {limit}: send this file again in about {wait}.",
    ),
    "quota.queue": mark_plural(
        "The queue is full: {count} review waits and the limit is {limit}. Send this file again in an hour; "
        "single reviews are still scored at once.",
        "The queue is full: {count} reviews wait and the limit is {limit}. Send this file again in an hour; "
        "single reviews are still scored at once.",
    ),
    "quota.queue_wait": mark_plural(
        "The queue is full: {count} review waits and the limit is {limit}. Send this file again in about {wait}; "
        "single reviews are still scored at once.",
        "The queue is full: {count} reviews wait and the limit is {limit}. Send this file again in about {wait}; "
        "single reviews are still scored at once.",
    ),
    "quota.user_space": mark(
        "Your stored files and texts take up {used} of {space}, so there is no room for this file ({size}): older "
        "ones are deleted when their time is over."
    ),
    "quota.server_space": mark(
        "The files and texts of this server take up {used} of {space}, so there is no room for this file ({size}): "
        "older ones are deleted when their time is over."
    ),
    "quota.host_space": mark(
        "All stored files and texts take up {used} of {space}, so there is no room for this file ({size}): older ones "
        "are deleted when their time is over; single reviews are still scored at once."
    ),
    "not_found.job": mark("There is no job {job}, or it is not shared with you here."),
    "not_found.result": mark("There is no result {result}, or it is not shared with you here."),
    "not_found.upload": mark("There is no file of job {job}, or it is not shared with you here."),
    "not_found.file": mark("There is no such file, or it is not shared with you here."),
    "not_yours.file": mark("Only the person who sent this file can do that."),
    "not_yours.review": mark("Only the person who sent this review can do that."),
    "job_not_finished": mark("Job {job} is not finished yet: check again in a moment."),
    "job_finished.done": mark("Job {job} is already finished: there is nothing left to change."),
    "job_finished.cancelled": mark("Job {job} is already cancelled: there is nothing left to change."),
    "job_finished.failed": mark("Job {job} has already failed: there is nothing left to change."),
    "nothing_to_retry.done": mark("Job {job} is finished: only a cancelled or failed job can be resumed."),
    "nothing_to_retry.running": mark("Job {job} has not ended yet: only a cancelled or failed job can be resumed."),
    "no_longer_kept.file": mark(
        "The file of job {job} is no longer kept, so the job cannot be resumed: send the file again."
    ),
    "no_longer_kept.text": mark(
        "The text of job {job} is no longer kept, so the job cannot be resumed: send the text again."
    ),
    "no_column_wanted": mark(
        "Job {job} already has its text column: cancel it and send the file again to use another."
    ),
    "no_such_column": mark("The file has no column {column} to choose: take one of {columns}."),
    "bad_cursor": mark("This page link is not valid for this search: search again."),
    "text_search_off": mark(
        "Texts are stored encrypted here, so reviews cannot be searched by their words: search by film, "
        "verdict, date, probability or job."
    ),
    "jobs_running": mark_plural(
        "Job {jobs} is still running: cancel first, then delete.",
        "Jobs {jobs} are still running: cancel first, then delete.",
    ),
    # db/queue: how a job ended that was given up; {cause} is for whoever runs this and not shown
    GAVE_UP_INGEST: mark(
        "The file could not be read in 3 attempts: check that it opens elsewhere, then send it again."
    ),
    GAVE_UP_FINISH: mark("The result file could not be written in 3 attempts: its verdicts are kept."),
    GAVE_UP_DIED: mark(
        "The program that reads files broke down over this one in 3 attempts: save it as CSV and send that."
    ),
    GAVE_UP_STUCK: mark(
        "Reading the file stood still for a minute in 3 attempts: save it as CSV and send that, or try again later."
    ),
    GAVE_UP_NO_ROOM: mark("The disk had no room to read the file in 3 attempts: try again later."),
    GAVE_UP_REVIEW: mark("This review could not be scored: send it again, or try a shorter or simpler text."),
    # db/privacy/export.py: what had no room in the zip
    "left_out.rows": mark("{file} is cut off because the zip was full."),
    "left_out.reviews": mark_plural(
        "{file} holds the first {stored} of {count} review.",
        "{file} holds the first {stored} of {count} reviews.",
    ),
    "left_out.file": mark("The file {file} of job {job} ({size}) did not fit."),
    # worker/files/errors.py; the first three are met on the command line only and need no translation
    "larger_than_accepted": "The file has more than {space}, and no larger one is accepted: pack it as .gz or .zst, "
    "send it in parts, or raise REELFEEL_MAX_UPLOAD_MIB.",
    "cannot_open": "{file} cannot be opened ({reason}); check the path and its permissions.",
    "unsupported_format": "{name} cannot be written; ask for {kinds}.",
    "unsupported_type": mark("{name} is not a kind of file that can be read; send {kinds}, also packed as {packings}."),
    "empty_file": mark("The file holds no reviews; send one with at least one row below the header."),
    "no_text_column": mark(
        "No column looks like review texts among {columns}; name the right one, or call it 'review' in the file."
    ),
    "no_reviews.films": mark(
        "The file holds names of films and no review texts, so there is nothing to score; "
        "send the file with the reviews."
    ),
    "no_reviews.numbers": mark(
        "The file holds numbers and no review texts, so there is nothing to score; send the file with the reviews."
    ),
    "no_reviews.links": mark(
        "The file holds links or ids and no review texts, so there is nothing to score; send the file with the reviews."
    ),
    "no_reviews.labels": mark(
        "The column holds only labels such as true, false or positive and no review texts; "
        "name the column with the texts, or send the file that has one."
    ),
    "no_reviews.pointer": mark(
        "The file only points to another file (Git LFS or git-annex); fetch that one, for example with git lfs pull, "
        "and send it."
    ),
    "no_reviews.page": mark(
        "The file is a web page or an error message of a web server and no table of reviews; "
        "download the data again and send that."
    ),
    "no_reviews.xml": mark("The file is XML, which is not read; export it as CSV, JSON or .xlsx and send that."),
    "other_format.spreadsheet": mark(
        "The file is an old Excel workbook or one of another program ({suffix}), which is not read; "
        "save it as .xlsx or .csv and send that."
    ),
    "other_format.document": mark(
        "The file is a document ({suffix}), which is not read; put the reviews into a table, or into a plain text "
        "with one review on each line, and send that."
    ),
    "other_format.archive": mark("The file is an archive ({suffix}), which is not read; pack it as .zip or .gz."),
    "other_format.picture": mark(
        "The file is a picture or a video ({suffix}), which is not read; send the reviews as text."
    ),
    "other_format.database": mark(
        "The file is a database or a data set ({suffix}), which is not read; export it as CSV or Parquet and send that."
    ),
    "bad_option.delimiter": mark(
        "{name} cannot separate cells; give one to four signs, or tab, comma, semicolon, pipe or space."
    ),
    "bad_option.encoding": mark("{name} is no known encoding; give one such as utf-8, cp1251 or shift_jis."),
    "bad_option.sheet": mark("The file has no sheet or packed file {name}; it has {names}."),
    # worker/files/inspection.py and the card of a job: what is said of how a file was read
    "read_note.json_path": mark("The reviews are taken from {name} inside the JSON."),
    "read_note.sheets_left": mark("Other sheets hold reviews too and are not read: {names}."),
    "read_note.sheets_hidden": mark("Hidden sheets are not read: {names}."),
    "read_note.sheets_joined": mark_plural(
        "{count} sheet is read: {names}.", "{count} sheets of one layout are read as one table: {names}."
    ),
    "read_note.members_joined": mark_plural(
        "{count} file of the archive is read: {names}.",
        "{count} files of the archive have one layout and are read as one table: {names}.",
    ),
    "read_note.members_left": mark("Other files of the archive are not read: {names}."),
    "read_note.day_first": mark("Nothing in {column} tells the day from the month: the day is taken to come first."),
    "read_note.month_first": mark(
        "Nothing in {column} tells the day from the month: the month is taken to come first."
    ),
    "read_note.serial_dates": mark("The numbers in {column} are read as days, as spreadsheets count them."),
    "read_note.source": mark("The layout is that of an export of {name}."),
    "read_note.damaged": mark("Some bytes are no text; a review with such a byte is not scored."),
    "read_note.lines": mark("Each line is read as one review, though blank lines part the text into paragraphs."),
    "read_note.lines_skipped": mark_plural(
        "{count} line around the header holds no review.", "{count} lines around the header hold no reviews."
    ),
    "read_note.rejected_more": mark_plural(
        "{count} more row is rejected and not listed.", "{count} more rows are rejected and not listed."
    ),
    "skipped_row.above": mark("A line above the header."),
    "skipped_row.comment": mark("A comment above the header."),
    "skipped_row.blank": mark("A blank line above the header."),
    "skipped_row.header": mark("A further header row."),
    "skipped_row.repeated": mark("The header once more."),
    "ambiguous_column": mark("Several columns could hold the reviews: {columns}; choose one."),
    "unknown_column": mark("The file has no column {column}; it has {columns}."),
    "too_many_rows": mark_plural(
        "The file has more than {count} row; split it into files of at most {count} row.",
        "The file has more than {count} rows; split it into files of at most {count} rows.",
    ),
    "too_many_columns": mark_plural(
        "The file has more than {count} column; keep the review, film and date columns.",
        "The file has more than {count} columns; keep the review, film and date columns.",
    ),
    "too_large": mark("The file is larger than {size} (unpacked); split it into smaller files."),
    "too_costly.memory": mark(
        "The file takes more memory to read than a file may ({size}): split it, or save it as CSV."
    ),
    "too_costly.scratch": mark(
        "The file takes more room on disk to read than a file of its size may ({size}): split it, or save it as CSV."
    ),
    "too_costly.time": mark(
        "The file takes more time to read than a file of its size may ({wait} of a processor): "
        "split it, or save it as CSV."
    ),
    "bomb": mark_plural(
        "The file grows to more than {count} times its size when unpacked, which looks unsafe; send it uncompressed.",
        "The file grows to more than {count} times its size when unpacked, which looks unsafe; send it uncompressed.",
    ),
    "bad_encoding": mark(
        "The text is in none of UTF-8, UTF-16 with a byte order mark and Windows-1252; save the file as UTF-8."
    ),
    "encrypted": mark("The file is protected by a password; send it without one."),
    "nested_archive": mark("The archive holds another archive; send the review file itself, or packed once."),
    "archive_members.none": mark("The zip holds no review file, and exactly one is needed: {kinds}."),
    "archive_members.several": mark_plural(
        "The zip holds {count} file of reviews: {names}; choose one of them.",
        "The zip holds {count} files of reviews: {names}; choose one of them.",
    ),
    "broken_member": mark(
        "{name} in the zip cannot be read, so nothing of the zip is scored: pack it anew, without that file or with "
        "a whole one."
    ),
    "broken_file.damaged": mark(
        "The file cannot be read: it is damaged or cut short; export or pack it again and send the new one."
    ),
    "broken_file.not_as_named": mark(
        "The file cannot be read: it is damaged or not what its name says; "
        "export or pack it again and send the new one."
    ),
    "broken_file.line_too_long": mark_plural(
        "The file cannot be read: a line is longer than {count} character; "
        "export or pack it again and send the new one.",
        "The file cannot be read: a line is longer than {count} characters; "
        "export or pack it again and send the new one.",
    ),
    "broken_file.no_json_array": mark(
        "The file cannot be read: it is not a JSON array; export or pack it again and send the new one."
    ),
    "broken_file.json_array_breaks_off": mark(
        "The file cannot be read: the JSON array breaks off after row {row}; "
        "export or pack it again and send the new one."
    ),
    "broken_file.row_too_deep": mark(
        "The file cannot be read: row {row} is nested too deeply; export or pack it again and send the new one."
    ),
    "broken_file.row_too_many_values": mark_plural(
        "The file cannot be read: row {row} holds more than {count} value; "
        "keep the review, film and date of each row and send the new file.",
        "The file cannot be read: row {row} holds more than {count} values; "
        "keep the review, film and date of each row and send the new file.",
    ),
    "broken_file.names_too_long": mark_plural(
        "The file cannot be read: the names of its columns have more than {count} character together; "
        "check that its first line is the header.",
        "The file cannot be read: the names of its columns have more than {count} characters together; "
        "check that its first line is the header.",
    ),
    "broken_file.workbook_too_deep": mark(
        "The file cannot be read: the workbook is nested too deeply; export or pack it again and send the new one."
    ),
    "broken_file.row_no_json": mark(
        "The file cannot be read: row {row} is not valid JSON; export or pack it again and send the new one."
    ),
    "broken_file.no_json_rows": mark(
        "The file cannot be read: it is neither one JSON object a line nor one array of objects; "
        "export or pack it again and send the new one."
    ),
    "broken_file.workbook_part_too_large": mark(
        "The file cannot be read: the workbook holds an oversized part beside its sheets; "
        "export or pack it again and send the new one."
    ),
    "broken_file.workbook_packing": mark(
        "The file cannot be read: the workbook is packed in an unusual way; "
        "export or pack it again and send the new one."
    ),
    "broken_file.workbook_piece_never_ends": mark(
        "The file cannot be read: a cell or a row of the workbook never ends; "
        "export or pack it again and send the new one."
    ),
    "broken_file.workbook_cell_never_ends": mark(
        "The file cannot be read: a cell of the workbook never ends; export or pack it again and send the new one."
    ),
    "broken_file.workbook_row_never_ends": mark(
        "The file cannot be read: a row of the workbook never ends; export or pack it again and send the new one."
    ),
    "broken_file.workbook_document_type": mark(
        "The file cannot be read: the workbook holds a part that is not opened for safety (a document type); "
        "export or pack it again and send the new one."
    ),
    "broken_file.sheet_too_long": mark(
        "The file cannot be read: a sheet has more rows than Excel allows; "
        "export or pack it again and send the new one."
    ),
    "broken_file.cell_without_position": mark(
        "The file cannot be read: a cell of the workbook has no position; export or pack it again and send the new one."
    ),
    "broken_file.zip_too_many_files": mark(
        "The file cannot be read: the zip holds too many files; export or pack it again and send the new one."
    ),
    "broken_file.zip_cut_short": mark(
        "The file cannot be read: the zip is damaged or cut short; export or pack it again and send the new one."
    ),
    "broken_file.zip_packing": mark(
        "The file cannot be read: the zip is packed in an unusual way; export or pack it again and send the new one."
    ),
    "broken_file.zip_damaged": mark(
        "The file cannot be read: the zip is damaged or packed in an unusual way; "
        "export or pack it again and send the new one."
    ),
    "broken_file.packing_damaged": mark(
        "The file cannot be read: the {suffix} is damaged or cut short; export or pack it again and send the new one."
    ),
    "broken_file.not_packed": mark(
        "The file cannot be read: it is named {suffix} but is not packed so; "
        "export or pack it again and send the new one."
    ),
    "broken_file.misnamed": mark(
        "The file cannot be read: its name ends in {suffix} but its content is something else; "
        "export or pack it again and send the new one."
    ),
    "broken_file.list_too_long": mark_plural(
        "The file cannot be read: a row holds lists of more than {count} item; "
        "export or pack it again and send the new one.",
        "The file cannot be read: a row holds lists of more than {count} items; "
        "export or pack it again and send the new one.",
    ),
    "broken_file.parquet_damaged": mark(
        "The file cannot be read: it is damaged or no Parquet file; export or pack it again and send the new one."
    ),
    "broken_file.parquet_cut_short": mark(
        "The file cannot be read: it is cut short or no Parquet file; export or pack it again and send the new one."
    ),
    "broken_file.parquet_footer": mark(
        "The file cannot be read: its footer is far too large; write it with fewer row groups."
    ),
    "broken_file.parquet_columns_too_deep": mark(
        "The file cannot be read: its columns are nested too deeply; export or pack it again and send the new one."
    ),
    "broken_file.parquet_pages": mark(
        "The file cannot be read: its pages are too large to unpack; write it with pages of the usual size (1 MiB)."
    ),
}
