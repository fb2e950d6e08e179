"""A small Kaggle on localhost:7777, which is where the real client looks when KAGGLE_API_ENVIRONMENT=TEST.

It speaks what the client uses: ListDatasetFiles, DownloadDataset (a redirect to storage), IntrospectToken, and storage
with ranges, entity tags and Google's checksum header.
"""

import base64
import errno
import hashlib
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORT = 7777
TURN = 7776
"""Whoever has this port bound may have the other: one server at a time, also while it refuses."""


@dataclass
class Behaviour:
    """What the server has and how it misbehaves."""

    files: dict[str, bytes] = field(default_factory=dict)
    """What storage serves for each file name."""
    listed: dict[str, int] = field(default_factory=dict)
    """Files and their unpacked sizes, as Kaggle lists them."""
    status: int = 200
    """Answer to every API request."""
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    """Bytes of a body after which the connection is cut."""
    cuts: int = 0
    """How many bodies are still to be cut."""
    then_status: int | None = None
    """Answer to API requests once all cuts are made."""
    ranges: bool = True
    validator: str = '"version-1"'
    hashed: bytes | None = None
    """Bytes whose MD5 storage claims to send, when they are not those it sends."""
    silent: bool = False
    """Takes requests and never answers."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: "Kaggle"
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Sends a whole answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def answer_json(self, status: int, content: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        """Sends an API answer."""
        self.answer(status, json.dumps(content).encode(), {"Content-Type": "application/json", **(headers or {})})

    def do_POST(self) -> None:
        """The API."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        name, behaviour = self.path.rsplit("/", 1)[-1], self.server.behaviour
        self.server.seen.append((name, self.headers.get("Authorization", "")))
        if behaviour.silent:
            self.server.closing.wait()
            return
        if name == "IntrospectToken":
            known = asked.get("token") == "good-token"
            self.answer_json(200, {"active": known, "username": "somebody" if known else ""})
        elif behaviour.status != 200:
            self.answer_json(
                behaviour.status, {"code": behaviour.status, "message": "Permission denied"}, behaviour.headers
            )
        elif name == "ListDatasetFiles":
            listed = [
                {"name": file, "totalBytes": size, "creationDate": "2019-03-09T06:32:21Z"}
                for file, size in behaviour.listed.items()
            ]
            self.answer_json(200, {"datasetFiles": listed})
        elif name == "DownloadDataset":
            file = asked["fileName"].replace(" ", "%20")
            self.answer(302, b"", {"Location": f"http://localhost:{PORT}/storage/{file}?signature=secret"})
        else:
            self.answer_json(404, {"code": 404, "message": f"no {name}"})

    def do_GET(self) -> None:
        """Storage."""
        behaviour = self.server.behaviour
        body = behaviour.files[self.path.split("?")[0].removeprefix("/storage/").replace("%20", " ")]
        start, status = 0, 200
        wanted = self.headers.get("Range")
        self.server.ranges.append(wanted)
        if wanted and behaviour.ranges and self.headers.get("If-Range") == behaviour.validator:
            start, status = int(wanted.removeprefix("bytes=").removesuffix("-")), 206
            if start >= len(body):
                self.answer(416, b"")
                return
        md5 = hashlib.md5(body if behaviour.hashed is None else behaviour.hashed).digest()
        headers = {"ETag": behaviour.validator, "x-goog-hash": f"crc32c=AAAAAA==,md5={base64.b64encode(md5).decode()}"}
        if status == 206:
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        # The client looks at its answer first and leaves the body unread: only what identity-coded requests get counts.
        if behaviour.cuts and behaviour.cut_after and self.headers.get("Accept-Encoding") == "identity":
            behaviour.cuts -= 1
            if not behaviour.cuts and behaviour.then_status:
                behaviour.status = behaviour.then_status
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body) - start), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[start : start + behaviour.cut_after])
            self.wfile.flush()
            self.close_connection = True
            return
        self.answer(status, body[start:], headers)

    def handle_one_request(self) -> None:
        """A client that hangs up is no error here."""
        try:
            super().handle_one_request()
        except (ConnectionError, BrokenPipeError):
            self.close_connection = True


class Kaggle(ThreadingHTTPServer):
    """The server, in threads of this process."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.behaviour = Behaviour()
        self.seen: list[tuple[str, str]] = []
        """API requests: name and Authorization header."""
        self.ranges: list[str | None] = []
        """Range headers of the storage requests."""
        self.closing = threading.Event()
        self.turn = socket.socket()
        try:
            self.turn.bind(("127.0.0.1", TURN))
            super().__init__(("127.0.0.1", PORT), Handler)
        except OSError:
            self.turn.close()
            raise
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def refuse(self) -> None:
        """Takes no more connections; no other server takes the port meanwhile."""
        self.closing.set()
        self.shutdown()
        self.server_close()

    def stop(self) -> None:
        """Frees the port."""
        self.refuse()
        self.turn.close()


def start() -> Kaggle:
    """The server; another test run on this machine may hold the port for a while, and the client knows no other."""
    until = time.monotonic() + 90
    while True:
        try:
            return Kaggle()
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise
            threading.Event().wait(0.2)
