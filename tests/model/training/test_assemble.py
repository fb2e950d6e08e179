"""A model folder is assembled, and measured anew."""

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model import Scorer, config
from model.serving import model_folder, topic_model
from model.serving.topic_model import TopicRule
from model.training import assemble, fit_calibration


def test_the_tiny_folder_was_fitted_and_checked(tiny_folder: Path) -> None:
    serving = model_folder.read_serving(tiny_folder)
    metrics = json.loads((tiny_folder / "metrics.json").read_text(encoding="utf-8"))
    assert serving.length_knee != model_folder.Serving.__dataclass_fields__["length_knee"].default
    assert {fit["form"] for fit in metrics["calibration"]["forms"]} == {*fit_calibration.FORMS, "isotonic"}
    checks = metrics["verdict"]
    assert checks["one_sentence"]["pieces"] > 100
    # The made-up sentences say what the review says nine times in ten, and the key words are the opinions.
    assert checks["word_deletion"]["drop"] > checks["word_deletion"]["random_drop"]
    assert checks["sentence_deletion"]["drop"] > checks["sentence_deletion"]["random_drop"]
    text = (tiny_folder / "CARD.md").read_text(encoding="utf-8")
    assert "No star estimate" in text
    for section in ("Short input", "Mixed", "Stars", "Explanations"):
        assert f"## {section}" in text


def test_remeasuring_finds_the_same_rules_and_leaves_the_source_alone(
    tiny_folder: Path, tiny_config: config.Config, tmp_path: Path
) -> None:
    before = model_folder.verify(tiny_folder)
    target = assemble.remeasure(tiny_folder, tmp_path / "again", labelled=tiny_config.data.labelled, threads=1)
    assert model_folder.verify(tiny_folder) == before
    assert model_folder.read_serving(target) == model_folder.read_serving(tiny_folder)
    texts = ["The acting was superb.", "The music was tedious. The plot was awful."]
    assert [v.probability for v in Scorer(target).score(texts)] == [
        v.probability for v in Scorer(tiny_folder).score(texts)
    ]


def test_remeasuring_a_folder_with_bounds_on_its_words(
    tiny_folder: Path, tiny_config: config.Config, tmp_path: Path
) -> None:
    """As what ships has them; the tiny run has too few reviews for any."""
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "copy"))
    np.save(copy / model_folder.OPTIONAL[0], np.ones(len(Scorer(copy)._vocabulary), dtype=np.float16))
    model_folder.write_serving(copy, replace(model_folder.read_serving(copy), review_bounds=[[1.0, 0.5]]))
    model_folder.seal(copy, model_folder.version(copy, "2026.01"))
    target = assemble.remeasure(copy, tmp_path / "again", labelled=tiny_config.data.labelled, threads=1)
    assert model_folder.read_serving(target) == model_folder.read_serving(tiny_folder)


def test_new_weights_take_the_whole_rule_of_the_earlier_topic_model_with_it(
    tiny_folder: Path, tiny_config: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "copy"))
    told = topic_model.fields(TopicRule(80, -0.5, (2.0, 3.0), (5.0, 7.0), 0.7, 1.8))
    model_folder.write_serving(copy, replace(model_folder.read_serving(copy), **told))
    for name in model_folder.OPTIONAL:
        (copy / name).touch()
    given: list[Any] = []
    monkeypatch.setattr(assemble, "_finished", lambda *args: given.append(args[2]) or copy)
    task = assemble.task_of(copy, tiny_config.data.labelled)
    assemble.finished_with(copy, task, {}, "2026.01", {})
    (serving,) = given
    assert topic_model.rule(serving) == TopicRule()
    assert asdict(serving) | topic_model.fields(TopicRule()) == asdict(serving)
    assert not any((copy / name).exists() for name in model_folder.OPTIONAL)
