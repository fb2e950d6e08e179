"""Who we are for Kaggle, and what its refusals say."""

import subprocess
import sys

import pytest

from tests.model.data.download_shell import IMDB, ROOT, Shell, fails
from tests.model.data.kaggle_server import Kaggle


def test_without_credentials(shell: Shell, kaggle: Kaggle) -> None:
    shell.environment = {}
    fails(shell.run("imdb"), 78, "no Kaggle credentials", "KAGGLE_API_TOKEN", "kaggle.json", "settings/api")
    assert not kaggle.seen
    assert not shell.to.exists()


@pytest.mark.parametrize("kind", ["kaggle.json", "KAGGLE_CONFIG_DIR", "access_token", "KAGGLE_API_TOKEN"])
def test_every_documented_place_of_credentials_works(shell: Shell, kaggle: Kaggle, kind: str) -> None:
    folder = shell.home / ("elsewhere" if kind == "KAGGLE_CONFIG_DIR" else ".kaggle")
    folder.mkdir()
    shell.environment = {"KAGGLE_CONFIG_DIR": str(folder)} if kind == "KAGGLE_CONFIG_DIR" else {}
    if kind == "KAGGLE_API_TOKEN":
        shell.environment = {kind: "good-token"}
    elif kind == "access_token":
        (folder / kind).write_text("good-token\n")
    else:
        (folder / "kaggle.json").write_text('{"username": "somebody", "key": "secret-key"}')
    found = shell.run("glove")
    assert found.returncode == 0, found.stderr
    expected = "Bearer good-token" if "token" in kind.lower() else "Basic "
    downloads = [header for name, header in kaggle.seen if name == "DownloadDataset"]
    assert downloads
    assert all(header.startswith(expected) for header in downloads)


def test_an_expired_token(shell: Shell, kaggle: Kaggle) -> None:
    shell.environment = {"KAGGLE_API_TOKEN": "secret-old-token"}
    fails(shell.run("imdb"), 78, "does not know the token in KAGGLE_API_TOKEN")


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, 78, ["does not accept the credentials"]),
        (403, 78, [f"https://www.kaggle.com/datasets/{IMDB}", "accept its terms"]),
        (404, 69, [f"has no {IMDB}"]),
        (429, 75, ["fewer requests", "try again in 17 s"]),
        (500, 69, ["(500)", "later"]),
    ],
)
def test_what_kaggle_refuses(shell: Shell, kaggle: Kaggle, status: int, code: int, words: list[str]) -> None:
    kaggle.behaviour.status, kaggle.behaviour.headers = status, {"Retry-After": "17"}
    fails(shell.run("imdb"), code, *words)
    assert shell.names() == []


def test_without_a_network(shell: Shell, kaggle: Kaggle) -> None:
    kaggle.stop()
    fails(shell.run("imdb"), 69, "cannot be reached", "network")


def test_a_silent_network_is_given_up(shell: Shell, kaggle: Kaggle) -> None:
    kaggle.behaviour.silent = True
    code = (
        "from model.data import kaggle as k; k.READ_S = 0.5\n"
        "try: k.Kaggle().sizes('a/b')\n"
        "except k.UnreachableError as error: print(error)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={"HOME": str(shell.home), "KAGGLE_API_ENVIRONMENT": "TEST", "PYTHONPATH": str(ROOT), **shell.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "cannot be reached" in found.stdout
