"""Real, tiny training runs end to end, and runs that start from what earlier ones left."""

import json
import random
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import cli
import model
from model import Scorer, config
from model.data import corpus as data
from model.data.download import SOURCES
from model.evaluation import evaluate
from model.serving import model_folder as folder
from model.text import vocabulary
from model.training import fit, train
from model.training.teachers import counterfactuals, pretrained_encoder, transformer, warm_start
from model.training.teachers.documents import digests, documents
from tests.model.data import kaggle_server
from tests.model.data.kaggle_server import Behaviour
from tests.model.data.test_download import Shell
from tests.model.made_up import BAD, GOOD, frame

GOOD_REVIEW = "The acting was superb. The music was wonderful and the plot was charming."

BAD_REVIEW = "The acting was dreadful. The music was tedious and the plot was awful."


def test_the_tiny_run_learned_its_task(tiny_folder: Path) -> None:
    good, bad = Scorer(tiny_folder).score([GOOD_REVIEW, BAD_REVIEW])
    assert good.label == "positive"
    assert bad.label == "negative"
    metrics = json.loads((tiny_folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["validation"]["metrics"]["accuracy"] > 0.9
    # The LSTM must have learned too, not only the n-gram part (guessing reads 0.5; threads make runs differ).
    assert metrics["parts"]["recurrent"] > 0.65


def test_the_run_folder_holds_the_students_history_and_the_teachers_work(
    tiny_run: Path, tiny_config: config.Config
) -> None:
    history = json.loads((tiny_run / "network" / fit.HISTORY).read_text(encoding="utf-8"))
    assert tiny_config.distil is not None
    assert len(history) == tiny_config.distil.epochs
    assert history[-1]["loss"] < history[0]["loss"]
    # For spreadsheets and plots: read without a word about its form.
    table = pd.read_csv(tiny_run / "network" / fit.TABLE)
    assert table.to_dict(orient="records") == history
    for direction in ("forward", "backward"):
        assert (tiny_run / "teachers" / direction / "language_model.npz").is_file()
    teachers = json.loads((tiny_run / "model" / "card.json").read_text(encoding="utf-8"))["training"]["teachers"]
    assert teachers["out-of-fold accuracy"]["blend"] > 0.7


def test_a_second_run_goes_on_from_an_earlier_model(
    second_config: config.Config, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = train.run_config(second_config, output=tmp_path)
    metrics = json.loads((run / "model" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["validation"]["metrics"]["accuracy"] > 0.9
    said = json.loads((run / "model" / "card.json").read_text(encoding="utf-8"))["training"]["teachers"]
    assert said["earlier model"] == folder.verify(tiny_folder)
    assert set(said["out-of-fold accuracy"]) == {"n-grams", "document vectors", "transformer", "blend"}
    assert set(said["dev accuracy"]) == {"blend", "earlier model", "blend and earlier model"}
    assert len(said["encoder sha256"]) == 64
    # Nor does a model that begins with this one hide it.
    words = vocabulary.Vocabulary.read(run / "model" / "vocabulary.txt")
    start = warm_start.read(run / "model", second_config.network, words, 1)
    assert start.encoders == (said["encoder sha256"],)
    assert "pretrained on general text" in (run / "model" / "CARD.md").read_text("utf-8")
    assert "| transformer | " in (run / "model" / "CARD.md").read_text("utf-8")
    assert "pretrained" not in (tiny_folder / "CARD.md").read_text("utf-8")
    # Its first epoch begins where the other ended.
    losses = [
        json.loads((place / "network" / fit.HISTORY).read_text("utf-8"))[0]["loss"]
        for place in (tiny_folder.parent, run)
    ]
    assert losses[1] < losses[0] - 0.05
    # Finished teachers are not asked again.
    before = folder.verify(run / "model")
    monkeypatch.setattr(transformer, "Classifier", None)
    train.run_config(second_config, output=run, resume=True)
    assert folder.verify(run / "model") == before


def test_a_third_run_grows_its_student_and_asks_a_transformer_about_doubtful_reviews(
    third_config: config.Config, tmp_path: Path
) -> None:
    assert third_config.distil is not None
    run = train.run_config(third_config, output=tmp_path / "third")
    training = json.loads((run / "model" / "card.json").read_text(encoding="utf-8"))["training"]
    said = training["teachers"]
    assert set(said["out-of-fold accuracy"]) == {"n-grams", "document vectors", "blend"}
    wanted = {"blend", "earlier model", "blend and earlier model", "transformer", "all three"}
    assert set(said["dev accuracy"]) == wanted
    assert said["labelled by the transformer"] == 50
    assert folder.read_serving(run / "model").units == 10
    metrics = json.loads((run / "model" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["validation"]["metrics"]["accuracy"] > 0.9
    # What ships is the mean of two students, who differ.
    assert list(training["students"]) == ["seed 1", "seed 2", "mean of the weights"]
    assert training["epochs"] == third_config.distil.epochs
    # Keras counts the one and the compiled code the other: a review beside the boundary may fall on either side.
    one_review = 1 / metrics["validation"]["metrics"]["reviews"]
    mean = training["students"]["mean of the weights"]["validation_accuracy"]
    assert mean == pytest.approx(metrics["parts"]["recurrent"], abs=one_review + 1e-6)
    assert "| mean of the weights | " in (run / "model" / "CARD.md").read_text("utf-8")
    each = [np.load(run / "network" / seed / fit.BEST) for seed in ("1", "2")]
    assert not np.array_equal(each[0]["v1"], each[1]["v1"])
    mean = (each[0]["v1"] + each[1]["v1"]) / 2
    np.testing.assert_allclose(np.load(run / "model" / "keras_weights.npz")["forward_kernel"], mean, atol=1e-6)

    # A run from there has the same transformer label other reviews and pieces, single sentences among them.
    assert third_config.teacher is not None
    fourth = _fourth(third_config, run / "teachers", earlier=run / "model", encoder_pieces=10)
    distil = third_config.distil.model_copy(update={"students": 1, "sentences": 1})
    fourth = fourth.model_copy(update={"distil": distil})
    last = train.run_config(fourth, output=tmp_path / "fourth")
    said = json.loads((last / "model" / "card.json").read_text(encoding="utf-8"))["training"]["teachers"]
    assert said["earlier model"] == folder.verify(run / "model")
    assert not (last / "teachers" / pretrained_encoder.FITTED).exists()
    corpus = data.prepare(fourth)
    found = documents(corpus, distil, 1)
    answered: list[int] = []
    for place in (run, last):
        with np.load(place / "teachers" / pretrained_encoder.LABELS) as stored:
            answered += stored["digests"][~np.isnan(stored["logits"])].tolist()
    read = np.isin(digests(found.tokens[: found.taught]), answered)
    assert 60 <= said["labelled by the transformer"] <= read.sum()
    # The student learns from all reviews, and from those pieces alone that it has read.
    examples, _, taught = train._taught(fourth, corpus, last, resume=True)
    assert taught.learned[: found.reviews].tolist() == list(range(found.reviews))
    pieces = taught.learned[found.reviews :]
    assert 30 <= len(pieces) <= said["labelled by the transformer"]
    assert read[pieces].all()
    turned = counterfactuals.chosen(found.tokens[: found.reviews], distil.edits, 1)
    assert len(examples.rows) == found.reviews + len(pieces) + len(turned)


def _fourth(third: config.Config, folder: Path, **changes: object) -> config.Config:
    """As in `2026-11-d-mpnet-longer.toml`: its transformer is that of the run before, and reads more."""
    assert third.teacher is not None
    own: dict[str, object] = {"encoder_run": folder, "encoder_reviews": None, "encoder_label_tokens": 90}
    return third.model_copy(update={"teacher": third.teacher.model_copy(update=own | changes)})


def test_without_teachers_the_student_learns_from_a_network_like_itself(
    tiny_config: config.Config, tmp_path: Path
) -> None:
    assert tiny_config.distil is not None
    distil = tiny_config.distil.model_copy(update={"pieces": 0, "edits": 0.0})
    plain = tiny_config.model_copy(update={"teacher": None, "distil": distil})
    run = train.run_config(plain, output=tmp_path)
    metrics = json.loads((run / "model" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["parts"]["recurrent"] > 0.65
    for name in ("teacher", "network"):
        assert (tmp_path / name / fit.HISTORY).is_file()
    assert "teachers" not in json.loads((run / "model" / "card.json").read_text(encoding="utf-8"))["training"]


@pytest.fixture
def downloaded(tmp_path: Path) -> Path:
    """The root of a fresh clone, after `reelfeel data download` from a Kaggle on this machine."""
    made = frame(400, 1)
    reviews = pd.DataFrame({"review": made["text"], "sentiment": made["label"].map({1: "positive", 0: "negative"})})
    rng = random.Random(3)
    words = [*GOOD, *BAD, "the", "was"]
    glove = "".join(f"{word} {' '.join(f'{rng.gauss(0, 0.4):.5f}' for _ in range(100))}\n" for word in words)
    files = {SOURCES["imdb"].file: reviews.to_csv(index=False).encode(), SOURCES["glove"].file: glove.encode()}
    server = kaggle_server.start()
    try:
        server.behaviour = Behaviour(files=files, listed={name: len(content) for name, content in files.items()})
        fetched = Shell(tmp_path, tmp_path / "data", {"KAGGLE_USERNAME": "somebody", "KAGGLE_KEY": "secret"}).start()
    finally:
        server.stop()
    assert fetched.returncode == 0, fetched.stderr
    return tmp_path


def test_what_was_downloaded_trains_the_quick_config_as_it_stands(
    downloaded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without distillation the first network ships."""
    monkeypatch.chdir(downloaded)
    quick = Path(model.__file__).parent / "configs" / "quick.toml"
    result = CliRunner().invoke(cli.app, ["train", str(quick)])
    assert result.exit_code == 0, result.output
    run = downloaded / "runs" / "quick" / "model"
    assert Scorer(run).score([GOOD_REVIEW])[0].probability > 0.5
    card = folder.read_card(run)
    assert [file["file"] for file in card["data"]["files"].values()] == [source.file for source in SOURCES.values()]
    assert card["data"]["coverage"]["glove"] > 0.1
    assert "both halves mixed" in (run / "CARD.md").read_text("utf-8")


def test_card_metrics_and_evaluation_agree(tiny_folder: Path, tiny_config: config.Config, tmp_path: Path) -> None:
    metrics = json.loads((tiny_folder / "metrics.json").read_text(encoding="utf-8"))
    card = json.loads((tiny_folder / "card.json").read_text(encoding="utf-8"))
    assert card["metrics"] == metrics
    target = tmp_path / "deep" / "e.json"
    labelled = tiny_config.data.labelled
    found = evaluate.run(labelled, folder=tiny_folder, output=target, validation_only=True)
    written = json.loads(target.read_text(encoding="utf-8"))
    assert written["metrics"] == metrics["validation"]["metrics"] == found.metrics.as_dict()
    assert written["model"] == card["model"]
    assert written["file_sha256"] == card["data"]["files"]["labelled"]["sha256"]
    everything = evaluate.run(labelled, folder=tiny_folder)
    assert everything.metrics.reviews > found.metrics.reviews


@pytest.fixture
def finished(tiny_run: Path, tmp_path: Path) -> Path:
    """A copy of the tiny run, to go on with."""
    return Path(shutil.copytree(tiny_run, tmp_path / "finished"))


def test_the_command_goes_on_with_a_finished_run_without_training_and_says_where_the_model_is(
    finished: Path, tiny_config: config.Config, tmp_path: Path
) -> None:
    """In a config file as a user writes one."""
    written = (Path(model.__file__).parent / "configs" / "tiny.toml").read_text("utf-8")
    for name in ("labelled", "unlabelled", "glove"):
        path = getattr(tiny_config.data, name)
        written = re.sub(rf"^{name} = .*$", f'{name} = "{path}"', written, flags=re.MULTILINE)
    (tmp_path / "own.toml").write_text(written, "utf-8")
    before = folder.verify(finished / "model")
    trained = (finished / "network" / fit.HISTORY).read_bytes()
    result = CliRunner().invoke(cli.app, ["train", str(tmp_path / "own.toml"), "-o", str(finished), "--resume"])
    assert result.exit_code == 0, result.output
    assert f"The model is in {finished / 'model'}" in result.output
    assert folder.verify(finished / "model") == before
    assert (finished / "network" / fit.HISTORY).read_bytes() == trained
