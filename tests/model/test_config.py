"""Every config file that comes with the project validates; a wrong one is named plainly."""

from pathlib import Path

import pytest

import model
from model import SHIPPED, config
from model.experiments import baselines, compare, tune

CONFIGS = sorted((Path(model.__file__).parent / "configs").rglob("*.toml"))
TAUGHT = "name = 'x'\n[data]\nlabelled = 'a'\nunlabelled = 'b'\n[distil]\n[teacher]\n"
KINDS = ("tfidf", "nbsvm", "average", "cnn", "lstm", "bilstm")


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_config_validates(path: Path) -> None:
    if path.stem.startswith("baseline_"):
        baseline = baselines.read(path)
        assert (baseline.name, f"baseline_{baseline.kind}") == (path.stem, path.stem)
    elif path.stem == "compare":
        comparison = compare.read(path)
        assert comparison.name == path.stem
        assert [found.kind for found in compare.read_baselines(path, comparison)] == list(KINDS)
    elif path.stem == "search":
        assert tune.read(path).name == path.stem
    elif path.stem in ("sentences", "short_texts"):
        assert config.read_sentences(path).name == path.stem
    else:
        assert config.read(path).name == path.stem


def test_the_expected_configs_are_there() -> None:
    history = {"a-language-model", "b-minilm", "c-mpnet", "d-mpnet-longer", "e-mpnet-gpu"}
    expected = {
        "default",
        "quick",
        "tiny",
        "no_teacher",
        "compare",
        "search",
        "sentences",
        "short_texts",
        *(f"baseline_{kind}" for kind in KINDS),
        *(f"2026-11-{run}" for run in history),
    }
    assert expected <= {path.stem for path in CONFIGS}


def test_keys_of_the_last_version_are_still_read(tmp_path: Path) -> None:
    """Records of runs, the shipped model's too, have them."""
    default = CONFIGS[[path.stem for path in CONFIGS].index("default")].read_text(encoding="utf-8")
    old = default.replace("encoder_predictions", "encoder_said").replace("students_folder", "students_said")
    assert old != default
    (tmp_path / "new.toml").write_text(default, encoding="utf-8")
    (tmp_path / "old.toml").write_text(old, encoding="utf-8")
    assert config.read(tmp_path / "old.toml") == config.read(tmp_path / "new.toml")
    shipped = config.Config.model_validate_json((SHIPPED / "config.json").read_text(encoding="utf-8"))
    assert shipped.teacher is not None
    assert shipped.teacher.encoder_predictions == Path("runs/gpu")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name = 'x'", "wrong at 'data'"),
        ("name = 'x'\n[data]\nlabelled = 'a'\nlabeled = 'b'", "data.labeled"),
        ("name = 'x'\n[data]\nlabelled = 'a'\n[training]\nepochs = 0", "training.epochs"),
        ("name = 'x'\n[data]\nlabelled = 'a'\n[distil]\nepochs = 1", "needs data.unlabelled"),
        ("name = 'x'\n[data]\nlabelled = 'a'\n[teacher]\nunits = 1", "teacher needs distil"),
        (
            "name = 'x'\n[data]\nlabelled = 'a'\nunlabelled = 'b'\n[distil]\n[pretraining]\nepochs = 1",
            "pretraining excludes distil",
        ),
        ("name = 'x'\n[data]\nlabelled = 'a'\n[training]\nadversarial = -1", "training.adversarial"),
        (
            f"{TAUGHT}dimensions = 7",
            "network.dimensions must be",
        ),
        ("name = 'x'\n[data]\nlabelled = 'a'\nunlabelled = 'b'\n[distil]\nedits = 0.5", "need a teacher"),
        ("name = 'x'\n[data]\nlabelled = 'a'\n[distil]\nedits = 1.5", "distil.edits"),
        (
            f"{TAUGHT}directions = []",
            "needs directions or earlier",
        ),
        (
            f"{TAUGHT}encoder_labels = 9",
            "need each other",
        ),
        (
            f"{TAUGHT}encoder_labels = 9\nencoder_reviews = 9",
            "needs earlier",
        ),
        (
            f"{TAUGHT}earlier = 'e'\nencoder = 'f'\nencoder_labels = 9\nencoder_reviews = 9\nencoder_run = 'g'",
            "exclude each other",
        ),
        (f"{TAUGHT}earlier = 'e'\nencoder = 'f'\nencoder_run = 'g'", "need each other"),
        (f"{TAUGHT}earlier = 'e'\nencoder = 'f'\nencoder_pieces = 9", "encoder_pieces needs encoder_labels"),
        (f"{TAUGHT}earlier = 'e'\nencoder_labels = 9\nencoder_reviews = 9", "encoder_labels needs encoder"),
        (f"{TAUGHT}earlier = 'e'\nencoder_predictions = 'g'", "encoder_predictions needs encoder"),
        (
            TAUGHT.replace("[teacher]", "students_folder = 'g'\n[teacher]\nearlier = 'e'"),
            "students_folder needs teacher.earlier",
        ),
        (
            "name = 'x'\n[data]\nlabelled = 'a'\n[network]\nunits = 20\ngroups = [9, 9]",
            "'network'.* network.groups are 18 units together, network.units is 20",
        ),
        ("name = 'x'\n[data]\nlabelled = 'a'\n[network]\nhidden = -1", "network.hidden"),
        ("name = ", "not valid TOML"),
    ],
)
def test_wrong_configs(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "c.toml").write_text(content, encoding="utf-8")
    with pytest.raises(config.ConfigError, match=words):
        config.read(tmp_path / "c.toml")


def test_missing_config(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="cannot be read"):
        config.read(tmp_path / "none.toml")
