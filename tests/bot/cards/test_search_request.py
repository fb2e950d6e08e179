"""What somebody searches for: kept for the buttons of later pages, and said in words."""

from __future__ import annotations

import json
from datetime import date

from bot.cards.search_request import SearchRequest


def test_every_filter_comes_back_from_the_continuation() -> None:
    request = SearchRequest("dull", "negative", "Heat", 0.25, date(2026, 1, 31), 42, "probability")
    assert SearchRequest.from_json(json.loads(json.dumps(request.to_json()))) == request
    assert SearchRequest.from_json(json.loads(json.dumps(SearchRequest().to_json()))) == SearchRequest()


def test_a_probability_of_zero_is_a_filter() -> None:
    assert SearchRequest(min_probability=0.955).words() == "at least 95.5% sure"
    assert SearchRequest().words() == ""
