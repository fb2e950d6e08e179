"""`REDIS_URL`, read once and spelled for its two readers: redis-py and Celery's kombu.

Each of them understands other spellings, ignores what it does not know, and takes another default: without options
kombu checks no certificate. So what they get is made of the same parts, with everything said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from common.errors import Misconfigured
from common.url_secrets import advice, is_raw, raw_ampersand

NETWORK: Final = ("redis", "rediss")
SOCKETS: Final = ("unix", "redis+socket")
CHECKS: Final = {"required": "required", "optional": "optional", "none": "none"} | {
    f"CERT_{name.upper()}": name for name in ("required", "optional", "none")
}
"""Values of `ssl_cert_reqs`: redis-py's words and Python's, which kombu takes too."""
FILES: Final = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
SAFE: Final = {"true": "true", "1": "true", "yes": "true", "false": "false", "0": "false", "no": "false"}
OPTIONS: Final = ("db", "virtual_host", "username", "password")
"""Options of every address; those of certificates stand beside them for rediss:// alone."""


class WrongBrokerUrl(Misconfigured):
    """REDIS_URL cannot be read, or not by both of its readers alike."""


@dataclass(frozen=True, slots=True)
class BrokerUrl:
    """A broker's address. `path`: of a socket, then host and port say nothing; `tls`: options of certificates."""

    host: str = "127.0.0.1"
    port: int = 6379
    path: str = ""
    db: int = 0
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    tls: tuple[tuple[str, str], ...] | None = None

    @classmethod
    def read(cls, url: str) -> BrokerUrl:
        """The address in a `REDIS_URL`. Raises WrongBrokerUrl with a sentence that repeats nothing secret."""
        scheme, there, _ = url.strip().partition("://")
        if not there or scheme not in (*NETWORK, *SOCKETS):
            raise WrongBrokerUrl(
                "REDIS_URL is not a Redis address: write it as redis://host:6379/0, rediss://... or unix:///path."
            )
        if is_raw(url):
            raise WrongBrokerUrl(advice("REDIS_URL"))
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError:
            raise WrongBrokerUrl("REDIS_URL holds a port that is none, or brackets that are not closed.") from None
        if parts.fragment or url.endswith("#"):
            raise WrongBrokerUrl("REDIS_URL holds a raw #: write it as %23, or take it and what is behind it away.")
        options = _options(parts.query, tls=scheme == "rediss")
        socket = scheme in SOCKETS
        path = unquote(parts.path)
        if socket and (parts.hostname or len(path) < 2):
            raise WrongBrokerUrl("REDIS_URL names no socket: write it as unix:///path, with three slashes.")
        number = options.get("db") or options.get("virtual_host") or ("" if socket else path.strip("/"))
        if number and not number.isdecimal():
            raise WrongBrokerUrl("REDIS_URL names a database that is no number: write it as redis://host:6379/0.")
        return cls(
            host=unquote(parts.hostname or "127.0.0.1"),
            port=port or 6379,
            path=path if socket else "",
            db=int(number or 0),
            username=unquote(parts.username or "") or options.get("username", ""),
            password=unquote(parts.password or "") or options.get("password", ""),
            tls=_certificates(options) if scheme == "rediss" else None,
        )

    def for_client(self) -> str:
        """As redis-py reads it."""
        if self.path:
            return f"unix://{self._login}{quote(self.path)}?db={self.db}"
        return self._network

    def for_celery(self) -> str:
        """As Celery (kombu) reads it."""
        if self.path:
            return f"redis+socket://{self._login}{quote(self.path)}?virtual_host={self.db}"
        return self._network

    @property
    def where(self) -> str:
        """Where the broker is, fit for a log or a user: without user name, password and options."""
        if self.path:
            return f"unix://{self.path}"
        return f"{self._scheme}://{self._address}/{self.db}"

    @property
    def _scheme(self) -> str:
        return "redis" if self.tls is None else "rediss"

    @property
    def _address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def _login(self) -> str:
        password = f":{quote(self.password, safe='')}" if self.password else ""
        return f"{quote(self.username, safe='')}{password}@" if self.username or password else ""

    @property
    def _network(self) -> str:
        options = f"?{urlencode(self.tls)}" if self.tls else ""
        return f"{self._scheme}://{self._login}{self._address}/{self.db}{options}"


def _options(query: str, *, tls: bool) -> dict[str, str]:
    known = (*OPTIONS, "ssl_cert_reqs", "ssl_check_hostname", *FILES) if tls else OPTIONS
    # A blank in a password is no +: redis-py and kombu read one as the other, and so does everybody else.
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = [name for name in options if name not in known]
    if unknown and "password" in options:
        raise WrongBrokerUrl(raw_ampersand("REDIS_URL"))
    if unknown:
        raise WrongBrokerUrl(
            f"REDIS_URL holds the option {unknown[0]}, which is not known here: take it away "
            f"(known: {', '.join(known[:1] + known[2:])})."
        )
    return options


def _certificates(options: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """How the server's certificate is checked: against the authorities of this machine, unless told otherwise."""
    check = CHECKS.get(options.get("ssl_cert_reqs", "required"))
    names = SAFE.get(options.get("ssl_check_hostname", "false" if check == "none" else "true").lower())
    if check is None or names is None:
        raise WrongBrokerUrl(
            "REDIS_URL: ssl_cert_reqs is required, optional or none, and ssl_check_hostname is true or false."
        )
    if check == "none":
        names = "false"
    files = tuple((name, options[name]) for name in FILES if options.get(name))
    for name, file in files:
        if not Path(file).is_file():
            raise WrongBrokerUrl(f"REDIS_URL: the file that {name} names is not there.")
    return (("ssl_cert_reqs", check), ("ssl_check_hostname", names), *files)
