"""Where a config's data is: what was downloaded first, and what is missing is said with the way to get it."""

from pathlib import Path

import pytest
import typer

import cli
from model import SHIPPED, config
from model.config import DataConfig
from model.data import places
from model.data.download import SOURCES
from model.data.errors import DataError

CONFIGS = SHIPPED.parent / "configs"
TRAINED = [path for path in sorted(CONFIGS.glob("*.toml")) if "\nunlabelled = " in path.read_text("utf-8")]
REVIEWS, VECTORS = (places.DOWNLOADED / SOURCES[name].file for name in ("imdb", "glove"))


@pytest.fixture(autouse=True)
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing in it, which is the current one."""
    monkeypatch.chdir(tmp_path)
    places.DOWNLOADED.mkdir()
    return tmp_path


def quick() -> DataConfig:
    return config.read(CONFIGS / "quick.toml").data


def test_what_was_downloaded_comes_before_what_the_config_names(clone: Path) -> None:
    named = {name: clone / f"{name}.parquet" for name in ("labelled", "glove")}
    wanted = quick().model_copy(update=named)
    for path in (*named.values(), VECTORS):
        path.touch()
    found = places.located(wanted)
    assert (found.labelled, found.glove) == (named["labelled"], VECTORS)
    REVIEWS.touch()
    found = places.located(wanted)
    assert (found.labelled, found.glove, found.unlabelled) == (REVIEWS, VECTORS, None)
    assert places.located(found) == found
    # A config that does not ask for it reads what it names.
    assert places.located(wanted.model_copy(update={"downloaded": False})).labelled == named["labelled"]


def test_in_a_fresh_clone_the_quick_config_says_what_to_run() -> None:
    with pytest.raises(DataError) as caught:
        places.located(quick())
    assert str(caught.value).splitlines() == [
        "data/IMDB Dataset.csv and ../shared/data/imdb_train.parquet do not exist: run `reelfeel data download imdb`, "
        "or name a file of your own as data.labelled of a config. "
        "data/glove.6B.100d.txt and ../shared/data/glove_6B_100d_imdb.parquet do not exist: run "
        "`reelfeel data download glove`, or name a file of your own as data.glove of a config."
    ]


@pytest.mark.parametrize("path", TRAINED, ids=lambda path: path.stem)
def test_every_config_says_of_all_that_it_lacks_how_to_get_it(path: Path) -> None:
    wanted = config.read(path).data
    with pytest.raises(DataError) as caught:
        places.located(wanted)
    uses = [use for use in ("labelled", "unlabelled", "glove") if getattr(wanted, use)]
    for use in uses:
        assert f"{getattr(wanted, use)}" in str(caught.value)
        assert f"data.{use} of " in str(caught.value)
    assert str(caught.value).count("`reelfeel data download ") == 2
    assert len(uses) == 3
    assert "ai.stanford.edu" in str(caught.value)


def test_the_command_puts_files_where_training_looks_for_them() -> None:
    command = typer.main.get_command(cli.app).commands["data"].commands["download"]  # type: ignore[attr-defined]
    (default,) = [option.default for option in command.params if option.name == "to"]
    assert Path(str(default)) == places.DOWNLOADED
