"""The cards of `/privacy`: every count is told, and each is its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.cards.privacy import ask_card, export_card, forgotten_card, kept_card
from db.privacy.types import DataExport, Erased, LeftOut, StoredData

DAY = datetime(2026, 3, 1, tzinfo=UTC)
STORED = StoredData(
    jobs=2, reviews=31, texts=23, files=5, file_bytes=3 * 2**20, corrections=7, notices=11, settings=True,
    audit_lines=13, first=DAY, last=DAY.replace(month=4), oldest_text=DAY, running=(),
)  # fmt: skip


def fields(stored: StoredData) -> dict[str, str]:
    embed = kept_card(stored, retention_days=90).embed
    assert embed is not None
    return {str(field.name): str(field.value) for field in embed.fields}


def test_everything_that_is_kept_is_told() -> None:
    told = fields(STORED)
    assert told["Jobs"] == "2"
    assert told["Reviews"] == "31\n23 with their text"
    assert told["Files"] == "5 (3.0 MiB)"
    assert told["Corrections"] == "7"
    assert told["Notices"] == "11"
    assert told["Settings"] == "your own"
    assert told["Server settings you changed"] == "13 lines"
    first, last = int(DAY.timestamp()), int(DAY.replace(month=4).timestamp())
    assert told["Period"] == f"<t:{first}:D> to <t:{last}:D>"
    assert f"<t:{first + 90 * 86_400}:D>" in told["Texts and files are deleted"]


@pytest.mark.parametrize("alone", [{"jobs": 1}, {"corrections": 1}, {"settings": True}, {"audit_lines": 1}])
def test_one_thing_alone_is_not_nothing(alone: dict[str, Any]) -> None:
    nothing = StoredData(0, 0, 0, 0, 0, 0, 0, False, 0, None, None, None, ())
    embed = kept_card(nothing, retention_days=90).embed
    assert embed is not None
    assert "Nothing" in str(embed.description)
    assert fields(replace(nothing, **alone))


def test_without_a_text_or_file_nothing_waits_to_be_deleted() -> None:
    assert "nothing is waiting" in fields(replace(STORED, texts=0, files=0))["Texts and files are deleted"]
    assert "from" in fields(replace(STORED, texts=0))["Texts and files are deleted"]


def test_the_question_and_the_answer_count() -> None:
    asked = ask_card(STORED, 7)
    assert asked.embed is not None
    assert asked.view is not None
    assert "23 texts, 5 files, 7 corrections" in str(asked.embed.description)
    assert [getattr(item, "custom_id", None) for item in asked.view.children] == ["privacy:forget:7"]
    gone = forgotten_card(Erased(jobs=2, texts=23, files=5, corrections=7, notices=11, settings=1, messages=17)).embed
    assert gone is not None
    for part in ("23 texts", "5 files", "7 corrections", "11 notices", "your settings", "17 of my messages"):
        assert part in str(gone.description), part
    nothing = forgotten_card(Erased()).embed
    assert nothing is not None
    assert "no settings" in str(nothing.description)
    assert "follow" not in str(nothing.description)


@pytest.mark.parametrize(("left_out", "rest"), [(0, None), (5, None), (6, "and 1 more"), (8, "and 3 more")])
def test_what_did_not_fit_is_named_and_the_rest_counted(left_out: int, rest: str | None) -> None:
    sentences: tuple[LeftOut, ...] = tuple(("left_out.rows", {"file": f"{n}.jsonl"}) for n in range(left_out))
    content = export_card(b"zip", DataExport(31, 5, sentences)).content
    assert "31 reviews, 5 files" in content
    assert sum(f"{n}.jsonl" in content.replace("\\", "") for n in range(9)) == min(left_out, 5)
    assert ("more, named in about.json" in content) is (rest is not None)
    assert rest is None or rest in content
