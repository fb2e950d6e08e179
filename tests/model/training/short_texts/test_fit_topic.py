"""The topic model is fitted into a copy of a model folder, which is measured and sealed anew."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from model import ModelFolderError, Scorer, config
from model.data.errors import DataError
from model.serving import model_folder, topic_model
from model.text.tokens import tokenize
from model.training.short_texts import fit_topic
from tests.model.made_up import topics


@pytest.fixture(scope="module")
def fitted(
    tiny_folder: Path, tiny_config: config.Config, tmp_path_factory: pytest.TempPathFactory, _few_buckets: None
) -> Path:
    texts = tmp_path_factory.mktemp("topics")
    topics(texts, 120)
    output = tmp_path_factory.mktemp("run")
    return fit_topic.run(tiny_folder, texts, output, labelled=tiny_config.data.labelled) / "model"


@pytest.fixture(scope="module", autouse=True)
def _few_buckets() -> Iterator[None]:
    """So that a fit takes a moment: time goes with the buckets."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fit_topic, "BITS", 11)
        patched.setattr(fit_topic.fit_flags, "docstrings", lambda: ["Returns the number of rows that it has changed."])
        yield


def test_other_topics_are_told_from_reviews(fitted: Path, tiny_folder: Path) -> None:
    """By the rule itself: of texts with so many words that no review has, the flag is `unknown_words`."""
    scorer = Scorer(fitted, compiled=False)
    rule = topic_model.rule(model_folder.read_serving(fitted))
    said = {
        "did you bring my lampz to work today": True,
        "how many coatz are there in the world ?": True,
        "The waiter brought cold dishz and no bread.": True,
        "The acting was superb and the music was charming.": False,
        "The plot was awful.": False,
    }
    documents = [tokenize(text) for text in said]
    sums = scorer._sums([scorer._vocabulary.ids(tokens) for tokens in documents], documents)
    logits = scorer.logits(documents).tolist()
    found = [
        rule.logit(row[4], row[5], len(tokens), logit)
        for row, tokens, logit in zip(sums.tolist(), documents, logits, strict=True)
    ]
    assert [value > 0 for value in found] == list(said.values())
    figures = json.loads((fitted / "metrics.json").read_text("utf-8"))["topic"]
    assert figures["chat"]["texts"] > 5
    assert figures["critic"]["flagged"] < 0.2
    praise = "The acting was superb and moving."
    assert scorer.score([praise])[0].probability == Scorer(tiny_folder).score([praise])[0].probability


def test_the_folder_is_sealed_under_another_version_and_its_card_says_it(fitted: Path, tiny_folder: Path) -> None:
    assert model_folder.verify(fitted) != model_folder.verify(tiny_folder)
    serving = model_folder.read_serving(fitted)
    assert serving.topic_tokens == fit_topic.TOKENS
    assert serving.topic_doubt >= 0
    assert "## Is it a review at all?" in (fitted / "CARD.md").read_text("utf-8")
    assert not (tiny_folder / topic_model.WORDS).exists()


def test_compiled_code_says_the_same(fitted: Path) -> None:
    texts = ["did you bring my cupa to work today", "The plot was awful.", "", "how many coatb are there ?"] * 20
    plain, compiled = Scorer(fitted, compiled=False), Scorer(fitted)
    assert compiled.score(texts) == plain.score(texts)
    assert compiled.is_warm


def test_what_was_there_is_replaced(
    fitted: Path, tiny_config: config.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics(tmp_path, 40)
    monkeypatch.setattr(fit_topic.assemble, "measured_again", lambda *_, **__: None)
    again = fit_topic.run(fitted, tmp_path, tmp_path / "run", labelled=tiny_config.data.labelled) / "model"
    assert {file.name for file in again.iterdir()} == {file.name for file in fitted.iterdir()}
    assert model_folder.read_serving(again) != model_folder.read_serving(fitted)
    with pytest.raises(DataError, match="has no other_texts"):
        fit_topic.run(fitted, tmp_path / "run", tmp_path / "third", labelled=tiny_config.data.labelled)
    assert not (tmp_path / "third").exists()


def test_too_few_words_are_not_judged() -> None:
    assert [fit_topic._is_judged(tokenize(text)) for text in ("Boring!!!", "So good.", "It is good")] == [0, 0, 1]


def test_a_bound_leaves_the_stated_share_beyond_it() -> None:
    logits = np.arange(100.0)
    assert (logits > fit_topic._bound(logits, 0.05, 100)).sum() == 5
    # Ten in a hundred of which these are some: all but those are within it anyway.
    assert (logits > fit_topic._bound(logits, 0.05, 1_000)).sum() == 50
    assert fit_topic._bound(logits[:3], 0.05, 100) == -np.inf


def test_it_does_not_empty_the_folder_that_it_reads(fitted: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError, match="is the one that is read"):
        fit_topic.run(fitted, tmp_path, fitted.parent)
    assert model_folder.verify(fitted)
