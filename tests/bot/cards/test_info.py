"""The cards of `/about` and `/help`: what the model's card says, this host's limits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cards.info import TOPICS, about_embed, help_embed, read_facts
from common.settings import Settings

CARD = {
    "model": "test-1",
    "use": "Telling good from bad.",
    "architecture": "an LSTM",
    "limits": ["English only."],
    "metrics": {
        "validation": {
            "metrics": {"reviews": 5000, "accuracy": 0.9153, "f1": 0.9149, "ece": 0.0123, "confident_accuracy": 0.951}
        }
    },
}


def write_card(folder: Path, text: str) -> Path:
    folder.joinpath("card.json").write_text(text, encoding="utf-8")
    return folder


def test_about_shows_what_the_card_says(tmp_path: Path) -> None:
    facts = read_facts(write_card(tmp_path, json.dumps(CARD)))
    embed = about_embed(facts, version="0.1.0")
    shown = json.dumps(embed.to_dict(), ensure_ascii=False)
    for part in ("91.5%", "1.2%", "95.1%", "5,000", "English only.", "test-1", "0.1.0", "never train"):
        assert part in shown, part
    assert "Unclear" not in shown, "the card does not say how many"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model": 1, "metrics": {"validation": []}}', "\udcff"])
def test_a_broken_card_says_so(tmp_path: Path, text: str) -> None:
    tmp_path.joinpath("card.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert read_facts(tmp_path) is None
    assert read_facts(tmp_path / "nowhere") is None
    assert "whoever runs this bot" in str(about_embed(None, version="0.1.0").description)


def test_the_shipped_card_is_read() -> None:
    facts = read_facts(None)
    assert facts is not None
    assert facts.accuracy is not None
    assert facts.accuracy > 0.85
    assert facts.ece is not None
    assert facts.limits
    assert len(about_embed(facts, version="0.1.0")) <= 6000


@pytest.mark.parametrize("topic", TOPICS)
def test_help_fits_and_names_this_hosts_limits(topic: str) -> None:
    settings = Settings(
        max_message_chars=12_345, max_upload_mib=77, max_rows=888_888, retention_days=55, max_active_jobs=9
    )
    embed = help_embed(topic, settings, bot_name="reel*feel*")  # type: ignore[arg-type]
    text = str(embed.description)
    assert "{" not in text, "every limit is filled in"
    assert len(embed) <= 6000
    wanted = {"score": ["12,345"], "files": ["77 MiB", "888,888", "at a time: 9", "`.parquet`"], "privacy": ["55 days"]}
    assert all(part in text for part in wanted.get(topic, []))
    assert all(f"`{other}`" in str(embed.fields[0].value) for other in TOPICS if other != topic)
