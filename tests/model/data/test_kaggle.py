"""Kaggle's refusals as errors that a user can act on; the real client, and its credentials, are in test_download.py.

That file alone starts a Kaggle of its own: the client knows one port, which two files would fight for.
"""

from types import SimpleNamespace
from typing import Any

import pytest
import requests

from model.data import kaggle


def answer(status: int, **headers: str) -> Any:
    return SimpleNamespace(
        status_code=status, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize(
    ("status", "what", "headers", "kind", "words"),
    [
        (401, "a/b", {}, kaggle.CredentialsError, "does not accept the credentials (401)"),
        (403, "a/b", {}, kaggle.RefusedError, "https://www.kaggle.com/datasets/a/b"),
        (403, "the log-in", {}, kaggle.UnavailableError, "Kaggle fails on the log-in (403)"),
        (404, "a/b", {}, kaggle.NotFoundError, "Kaggle has no a/b (404)"),
        (404, "the log-in", {}, kaggle.UnavailableError, "Kaggle fails on the log-in (404)"),
        (429, "a/b", {"Retry_After": "17"}, kaggle.BusyError, "try again in 17 s"),
        (429, "a/b", {"Retry_After": "Wed, 21 Oct"}, kaggle.BusyError, "try again later"),
        (429, "a/b", {}, kaggle.BusyError, "try again later"),
        (500, "a/b", {}, kaggle.UnavailableError, "Kaggle fails on a/b (500): try again later"),
    ],
)
def test_what_kaggle_answers(
    status: int, what: str, headers: dict[str, str], kind: type[kaggle.DownloadError], words: str
) -> None:
    error = kaggle.of_status(answer(status, **headers), what)
    assert type(error) is kind
    assert words in str(error)


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (requests.HTTPError(response=answer(404)), kaggle.NotFoundError, "has no a/b"),
        (requests.ConnectionError(), kaggle.UnreachableError, "cannot be reached"),
        (requests.Timeout(), kaggle.UnreachableError, "cannot be reached"),
        (requests.TooManyRedirects(), kaggle.UnavailableError, "answer for a/b cannot be read (TooManyRedirects)"),
        (ValueError("no JSON"), kaggle.UnavailableError, "answer for a/b cannot be read (ValueError)"),
    ],
)
def test_what_a_request_raises(raised: Exception, kind: type[kaggle.DownloadError], words: str) -> None:
    with pytest.raises(kaggle.DownloadError) as told, kaggle.translated("a/b"):
        raise raised
    assert type(told.value) is kind
    assert words in str(told.value)
    assert told.value.__cause__ is raised


def test_other_errors_pass() -> None:
    with pytest.raises(KeyError), kaggle.translated("a/b"):
        raise KeyError


def test_the_client_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with kaggle._silent():
        print("Hint: log in")
    print("ours")
    assert capsys.readouterr().out == "ours\n"
