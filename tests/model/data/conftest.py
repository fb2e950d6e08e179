"""Where downloads run, and the Kaggle that they are from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model.data import kaggle_server
from tests.model.data.download_shell import CSV, GLOVE, GLOVE_NAME, NAME, Shell, zipped
from tests.model.data.kaggle_server import Behaviour, Kaggle


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """With an API key in the environment."""
    (tmp_path / "home").mkdir()
    return Shell(tmp_path / "home", tmp_path / "data", {"KAGGLE_USERNAME": "somebody", "KAGGLE_KEY": "secret-key"})


@pytest.fixture
def kaggle() -> Iterator[Kaggle]:
    """A Kaggle that has both files."""
    server = kaggle_server.start()
    server.behaviour = Behaviour(
        files={NAME: zipped(CSV), GLOVE_NAME: GLOVE}, listed={NAME: len(CSV), GLOVE_NAME: len(GLOVE)}
    )
    yield server
    server.stop()
