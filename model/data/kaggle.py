"""Files of Kaggle data sets, through the `kaggle` package: who we are, what a data set holds, where a file lies.

The package does three things that a command must be shielded from: it tries to log in when it is imported, it prints
help to standard output when it cannot, and it ends the process then. It also waits for ever on a silent network, and
talks to production whatever `KAGGLE_API_ENVIRONMENT` says (its SDK, which does the talking, obeys that variable).
"""

import contextlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CONNECT_S, READ_S = 15.0, 60.0
"""Longest wait, in seconds, for a connection and for the next bytes."""
_PAGE = 200
_WHERE = (
    "create a token at https://www.kaggle.com/settings/api and save it as ~/.kaggle/access_token, or set "
    "KAGGLE_API_TOKEN, or use an API key: KAGGLE_USERNAME and KAGGLE_KEY, or ~/.kaggle/kaggle.json"
)


class DownloadError(Exception):
    """A download cannot be done; the message is one a user can act on."""


class CredentialsError(DownloadError):
    """There are no Kaggle credentials, or Kaggle does not accept them."""


class RefusedError(DownloadError):
    """Kaggle knows the user but does not give the data: its terms are not accepted."""


class NotFoundError(DownloadError):
    """Kaggle has no such data set or file."""


class BusyError(DownloadError):
    """Kaggle wants fewer requests (429)."""


class UnavailableError(DownloadError):
    """Kaggle fails."""


class UnreachableError(UnavailableError):
    """There is no connection to Kaggle, or it broke."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a file's bytes are right now: an address that soon expires, with the headers to send there."""

    url: str
    headers: Mapping[str, str]


def page(dataset: str) -> str:
    """The data set's page for people."""
    return f"https://www.kaggle.com/datasets/{dataset}"


class Kaggle:
    """A logged-in Kaggle client. Every method raises a `DownloadError`."""

    def __init__(self) -> None:
        with translated("the log-in"), _silent():
            self._api = _api()
            try:
                self._api.authenticate()
            except SystemExit as error:
                raise CredentialsError(_without_credentials()) from error

    def sizes(self, dataset: str) -> dict[str, int]:
        """Size in bytes, unpacked, of each file of the data set ("owner/name")."""
        found: dict[str, int] = {}
        token = None
        with translated(dataset), _silent():
            while True:
                answer = self._api.dataset_list_files(dataset, page_token=token, page_size=_PAGE)
                if answer.error_message:
                    raise UnavailableError(f"Kaggle cannot list {page(dataset)}: {answer.error_message}")
                found.update({file.name: file.total_bytes for file in answer.dataset_files})
                token = answer.next_page_token
                if not token:
                    return found

    def locate(self, dataset: str, file: str) -> Location:
        """Where one file of a data set can be fetched; Kaggle may serve it as a ZIP archive."""
        from kagglesdk.datasets.types.dataset_api_service import ApiDownloadDatasetRequest

        request = ApiDownloadDatasetRequest()
        request.owner_slug, request.dataset_slug = dataset.split("/")
        request.file_name = file
        # The client follows Kaggle's redirect to the storage; its answer is left unread, because the client can only
        # ask for the whole file.
        with (
            translated(dataset),
            _silent(),
            self._api.build_kaggle_client() as client,
            client.datasets.dataset_api_client.download_dataset(request) as answer,
        ):
            return Location(answer.url, dict(answer.request.headers))


@contextlib.contextmanager
def translated(what: str) -> Iterator[None]:
    """Turns what requests and the client raise into a `DownloadError` about `what` (a data set, or the log-in)."""
    import requests

    try:
        yield
    except requests.HTTPError as error:
        raise of_status(error.response, what) from error
    except (requests.ConnectionError, requests.Timeout) as error:
        raise UnreachableError(
            "Kaggle cannot be reached: check the network (and HTTPS_PROXY) and try again."
        ) from error
    except (requests.RequestException, ValueError) as error:
        raise UnavailableError(f"Kaggle's answer for {what} cannot be read ({type(error).__name__}).") from error


def of_status(response: Any, what: str) -> DownloadError:
    """The error for an HTTP answer (a `requests.Response`) of 400 or above."""
    code = response.status_code
    if code == 401:
        return CredentialsError(f"Kaggle does not accept the credentials (401): {_WHERE}.")
    if code == 403 and "/" in what:
        return RefusedError(
            f"Kaggle refuses {what} (403): log in, open {page(what)}, accept its terms (a new account may have to "
            "confirm its phone number first), and try again."
        )
    if code == 404 and "/" in what:
        return NotFoundError(f"Kaggle has no {what} (404): see {page(what)}.")
    if code == 429:
        wait = response.headers.get("Retry-After", "")
        return BusyError(
            f"Kaggle wants fewer requests (429): try again {f'in {wait} s' if wait.isdigit() else 'later'}."
        )
    return UnavailableError(f"Kaggle fails on {what} ({code}): try again later.")


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """The client prints hints to standard output; ours are the only words a user should read."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def _without_credentials() -> str:
    from kagglesdk import get_access_token_from_env

    _, source = get_access_token_from_env()
    if source:
        return f"Kaggle does not know the token in {source}, which may have expired: {_WHERE}."
    return f"There are no Kaggle credentials: {_WHERE}."


def _api() -> Any:
    """The package's `KaggleApi`, with an SDK client that obeys `KAGGLE_API_ENVIRONMENT` and does not wait for ever."""
    try:
        from kaggle.api.kaggle_api_extended import KaggleApi
        from kagglesdk import KaggleClient
        from requests import PreparedRequest, Response
        from requests.adapters import HTTPAdapter
    except (ImportError, SystemExit) as error:
        raise DownloadError(f"Downloading needs the kaggle package: run `make install-dev` ({error}).") from error
    except OSError as error:
        raise CredentialsError(
            f"The kaggle package cannot create its folder {error.filename}: name another one with KAGGLE_CONFIG_DIR."
        ) from error

    class Patient(HTTPAdapter):
        """Gives up on a silent network."""

        def send(
            self,
            request: PreparedRequest,
            stream: bool = False,
            timeout: Any = None,
            verify: bool | str = True,
            cert: Any = None,
            proxies: Any = None,
        ) -> Response:
            return super().send(request, stream, timeout or (CONNECT_S, READ_S), verify, cert, proxies)

    class Api(KaggleApi):  # type: ignore[misc]
        """`KaggleApi` as it is, but for how it reaches Kaggle."""

        def build_kaggle_client(self) -> Any:
            values = self.config_values
            client = KaggleClient(
                username=values.get(self.CONFIG_NAME_USER),
                password=values.get(self.CONFIG_NAME_KEY),
                api_token=values.get(self.CONFIG_NAME_TOKEN),
            )
            http = client.http_client()
            http._init_session()
            for scheme in ("https://", "http://"):
                http._session.mount(scheme, Patient())
            return client

    return Api()
