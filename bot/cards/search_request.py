"""What somebody searches their verdicts for: the filters of `/results search`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from bot.cards.base import WORDS_INSIDE, one_line
from common.i18n import listing, pair, percent, quote, tr


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """The filters of a search as the user gave them, None where not given; `since` is already a day."""

    query: str | None = None
    label: str | None = None
    film: str | None = None
    min_probability: float | None = None
    since: date | None = None
    job: int | None = None
    sort: Literal["newest", "probability"] = "newest"

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads again."""
        return asdict(self) | {"since": None if self.since is None else self.since.isoformat()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> SearchRequest:
        """The filters that were kept for a button."""
        since = stored["since"]
        return cls(**{**stored, "since": None if since is None else date.fromisoformat(since)})

    def words(self) -> str:
        """The filters in a sentence, escaped; empty without any."""
        parts = []
        if self.query is not None:
            parts.append(pair(tr("text"), quote(one_line(self.query, 60))))
        if self.label is not None:
            parts.append(pair(tr("verdict"), tr(WORDS_INSIDE.get(self.label, self.label))))
        if self.film is not None:
            parts.append(pair(tr("film"), quote(one_line(self.film, 60))))
        if self.min_probability is not None:
            digits = len(f"{100 * self.min_probability:g}".partition(".")[2])
            parts.append(tr("at least {share} sure", share=percent(self.min_probability, digits)))
        if self.since is not None:
            parts.append(tr("since {day}", day=self.since))
        if self.job is not None:
            parts.append(tr("job {job}", job=self.job))
        return listing(parts)
