"""A finished model learns labelled sentences, and what ships lies between the weights before and after."""

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from model import ModelFolderError, Scorer, config
from model.data.readers import Reviews
from model.evaluation import evaluate
from model.numeric import sigmoid
from model.serving import model_folder
from model.training import assemble
from model.training.short_texts import fit_sentences
from tests.model.made_up import sentences_frame

TOML = """
name = "few"
earlier = "{folder}"
sentences = "{sentences}"
labelled = "{labelled}"
reviews = 8
spans = 8
singles = 8
share = 0.5
[training]
epochs = 3
batch = 16
threads = 1
"""


@pytest.fixture(scope="module")
def given(tiny_folder: Path, tiny_config: config.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A config."""
    folder = tmp_path_factory.mktemp("sentences")
    sentences_frame(200, 1).to_parquet(folder / "sentences.parquet")
    text = TOML.format(folder=tiny_folder, sentences=folder / "sentences.parquet", labelled=tiny_config.data.labelled)
    (folder / "few.toml").write_text(text, "utf-8")
    return folder / "few.toml"


@pytest.fixture(scope="module")
def fitted(given: Path) -> Path:
    return fit_sentences.run(given, output=given.parent / "run") / "model"


@pytest.fixture(scope="module")
def calibrated(given: Path) -> Path:
    """The folder of a run that leaves the weights alone."""
    text = given.read_text("utf-8").replace("share = 0.5", "share = 0.0")
    (given.parent / "short.toml").write_text(text, "utf-8")
    return fit_sentences.run(given.parent / "short.toml", output=given.parent / "short") / "model"


def test_the_folder_is_whole_and_its_card_says_what_it_learned_from(fitted: Path, tiny_folder: Path) -> None:
    assert model_folder.verify(fitted) != model_folder.verify(tiny_folder)
    card, text = model_folder.read_card(fitted), (fitted / "CARD.md").read_text("utf-8")
    assert card["config"] == "few"
    assert card["training"]["then on sentences from"] == model_folder.verify(tiny_folder)
    assert card["data"]["files"]["sentences"]["file"] == "sentences.parquet"
    figures = card["metrics"]["sentences"]
    assert (figures["sentences"], figures["neutral"]) == (32, 8)
    assert figures["accuracy"] > 0.9
    assert "## Sentences with labels of their own" in text
    assert "Stanford Sentiment Treebank" in text


def test_words_stay_and_the_rest_lies_between(fitted: Path, tiny_folder: Path) -> None:
    for name in ("embedding.npy", "wide.npy"):
        assert (fitted / name).read_bytes() == (tiny_folder / name).read_bytes()
    with np.load(tiny_folder / "keras_weights.npz") as before, np.load(fitted / "keras_weights.npz") as after:
        assert any((before[name] != after[name]).any() for name in before.files)
    halfway = fit_sentences.between([np.asarray([0.0, 2.0])], [np.asarray([1.0, -2.0])], 0.25)
    assert halfway[0].tolist() == [0.25, 1.0]


def test_short_texts_have_rules_of_their_own(fitted: Path) -> None:
    serving = model_folder.read_serving(fitted)
    assert serving.short_slope != 0
    assert serving.short_tokens > 5
    scorer = Scorer(fitted)
    assert scorer.band_of(serving.short_tokens + 1) == scorer.band
    assert scorer.band_of(serving.short_tokens) == max(scorer.band, serving.short_band)
    scorer.band = 0.44
    assert scorer.band_of(1) == 0.44


def test_without_a_share_short_texts_alone_read_otherwise(calibrated: Path, tiny_folder: Path) -> None:
    before, after = (model_folder.read_serving(folder) for folder in (tiny_folder, calibrated))
    changed = {name for name, value in asdict(after).items() if value != asdict(before)[name]}
    assert {"short_slope", "short_tokens"} <= changed <= {"short_slope", "short_band", "short_tokens"}
    for name in model_folder.weights(tiny_folder):
        if name not in ("serving.json", model_folder.GRAPH):
            assert (calibrated / name).read_bytes() == (tiny_folder / name).read_bytes()
    old, new = Scorer(tiny_folder, compiled=False), Scorer(calibrated, compiled=False)
    short, long = "a wonderful film", "a wonderful film . " * int(before.length_knee)
    assert [new.score([text])[0].probability == old.score([text])[0].probability for text in (short, long)] == [
        False,
        True,
    ]
    # Pieces of reviews stay, and with them whatever is fitted on them: mixed, aspects, topic.
    documents = [short.split(), long.split()[:8]]
    assert new.piece_logits(documents).tolist() == old.piece_logits(documents).tolist()
    assert new.mixed([f"{short}. a terrible film."]) == old.mixed([f"{short}. a terrible film."])
    assert new.score([short])[0].probability == float(sigmoid(new.logits([short.split()]))[0])


def test_figures_count_as_unclear_what_verdicts_call_unclear(calibrated: Path) -> None:
    scorer = Scorer(calibrated, compiled=False)
    scorer._serving = replace(scorer._serving, short_band=0.45)
    texts = ["a wonderful film", "a film", "a terrible film", "a wonderful film . " * 30, "one two three four"]
    reviews = Reviews(texts, np.asarray([1, 1, 0, 1, 0], dtype=np.int8), [""] * 5, ["a", "b", "c", "d", "e"])
    widths = [scorer.band_of(len(text.split())) for text in texts]
    assert scorer.bands(texts).tolist() == widths
    near = [abs(one.probability - 0.5) < width for one, width in zip(scorer.score(texts), widths, strict=True)]
    assert 0 < sum(near) == evaluate.measured(reviews, scorer)["metrics"].uncertain


def test_a_card_says_that_only_the_calibration_was_fitted(calibrated: Path, tiny_folder: Path) -> None:
    card, old = model_folder.read_card(calibrated), model_folder.read_card(tiny_folder)
    assert (card["model"], card["config"]) == (model_folder.verify(calibrated), old["config"])
    assert card["code_sha256"] == old["code_sha256"]
    assert "short texts calibrated on sentences on" in card["training"]
    assert "share of the way" not in card["training"]
    assert (card["metrics"]["sentences"]["sentences"], card["metrics"]["sentences"]["neutral"]) == (32, 8)
    text = (calibrated / "CARD.md").read_text("utf-8")
    assert "No weight and no rule was fitted on them." in text
    assert "chosen there" not in text


def test_measuring_anew_finds_the_same_rules(fitted: Path, tmp_path: Path) -> None:
    recorded = json.loads((fitted / "config.json").read_text("utf-8"))
    again = assemble.remeasure(fitted, tmp_path / "again", labelled=Path(recorded["sentences"]["labelled"]), threads=1)
    assert model_folder.read_serving(again) == model_folder.read_serving(fitted)
    assert config.Config.model_validate(recorded).sentences is not None


def test_it_does_not_empty_the_folder_that_it_reads(given: Path, tiny_folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "model"))
    text = given.read_text("utf-8").replace(f'earlier = "{tiny_folder}"', f'earlier = "{copy}"')
    (tmp_path / "own.toml").write_text(text.replace("share = 0.5", "share = 0.0"), "utf-8")
    with pytest.raises(ModelFolderError, match="is the one that is read"):
        fit_sentences.run(tmp_path / "own.toml", output=tmp_path)
    assert model_folder.verify(copy)


def test_a_run_refuses_what_only_this_step_reads(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(
        "name = 'x'\n[data]\nlabelled = 'a'\n[sentences]\nname = 'y'\nearlier = 'b'\nsentences = 'c'\n", "utf-8"
    )
    with pytest.raises(config.ConfigError, match="fit-sentences"):
        config.read(tmp_path / "x.toml")
