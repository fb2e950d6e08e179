"""The card and the figures agree."""

import json

from model import SHIPPED
from model.evaluation import card
from model.serving import model_folder


def test_the_shipped_card_says_what_its_metrics_file_says() -> None:
    metrics = json.loads((SHIPPED / "metrics.json").read_text(encoding="utf-8"))
    shown = model_folder.read_card(SHIPPED)
    assert shown["metrics"] == metrics
    assert shown["model"] == model_folder.verify(SHIPPED)
    text = (SHIPPED / "CARD.md").read_text(encoding="utf-8")
    assert text == card.render(shown)
    assert f"{100 * metrics['validation']['metrics']['accuracy']:.2f} %" in text
