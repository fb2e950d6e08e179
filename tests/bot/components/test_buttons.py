"""Which controls a job offers in which state."""

from __future__ import annotations

from typing import Any

import pytest

from bot.components.buttons import job_buttons, page_button
from tests.bot.samples import job


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({"state": "ingesting"}, ["job:cancel:42"]),
        ({"state": "active"}, ["job:cancel:42"]),
        ({"state": "finishing"}, ["job:cancel:42"]),
        ({"state": "needs_column", "columns": ("a", "b")}, ["job:column:42", "job:cancel:42"]),
        ({"state": "needs_column", "columns": ()}, ["job:cancel:42"]),
        ({"state": "cancelled"}, ["job:retry:42"]),
        ({"state": "done"}, ["job:negatives:42", "job:download:42"]),
        ({"state": "failed", "error_code": "no_text_column"}, []),
        ({"state": "cancelled", "kind": "message"}, []),
    ],
)
def test_controls_are_those_of_the_state(changes: dict[str, Any], offered: list[str]) -> None:
    assert [getattr(item, "custom_id", None) for item in job_buttons(job(**changes))] == offered


def test_a_way_that_leads_nowhere_cannot_be_pressed() -> None:
    assert page_button("previous", "0" * 16, 0, enabled=False).disabled
    assert not page_button("next", "0" * 16, 2).disabled
