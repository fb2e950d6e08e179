"""Downloads with the real kaggle client, in a process of its own, from a server on this machine."""

import fcntl
import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fixtures import commands
from tests.fixtures.commands import Done
from tests.model.data import kaggle_server
from tests.model.data.kaggle_server import Behaviour, Kaggle

ROOT = Path(__file__).parents[3]
CSV = b"review,sentiment\n" + b"".join(b"Seen %d times and it was fine,positive\n" % row for row in range(6_000))
GLOVE = b"".join(b"word%d %s\n" % (row, b" ".join(b"%.4f" % (row / 7 + d) for d in range(100))) for row in range(20))
NAME = "IMDB Dataset.csv"
BLOCK = 1 << 16
"""What is written at a time."""
IMDB, GLOVE_NAME = "lakshmi25npathi/imdb-dataset-of-50k-movie-reviews", "glove.6B.100d.txt"


def zipped(content: bytes, name: str = NAME, method: int = zipfile.ZIP_STORED) -> bytes:
    """An archive with one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(name, content)
    return out.getvalue()


@dataclass
class Shell:
    """Where commands run: a home, a folder for the files, an environment that knows nothing else."""

    home: Path
    to: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, largest_file: int | None = None) -> Done:
        """`reelfeel data download` and what it said."""
        given = self._given(arguments)
        return commands.done(*given, env=self._environment(), cwd=self.home, largest_file=largest_file, timeout_s=100)

    def start(self, *arguments: str) -> Done:
        """The same by an interpreter that has loaded nothing."""
        found = subprocess.run(
            [sys.executable, "-P", "-m", "cli", *self._given(arguments)],
            env=self._environment(),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        return Done(found.returncode, found.stdout, found.stderr)

    def _given(self, arguments: tuple[str, ...]) -> list[str]:
        return ["data", "download", *arguments, "--to", str(self.to)]

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "KAGGLE_API_ENVIRONMENT": "TEST",
            # Importing kaggle checks a token with the real Kaggle: no test leaves this machine.
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "NO_PROXY": "localhost",
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.environment,
        }

    def names(self) -> list[str]:
        """Files in the folder that a user sees."""
        return sorted(path.name for path in self.to.iterdir() if not path.name.startswith("."))


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


def fails(found: Done, code: int, *words: str) -> None:
    """One plain sentence on standard error, nothing on standard output, that exit code, and no secret."""
    assert found.returncode == code, found.stderr
    assert found.stdout == ""
    assert found.stderr.startswith("reelfeel: ")
    assert found.stderr.count("\n") == 1, found.stderr
    for word in words:
        assert word in found.stderr
    assert "secret" not in found.stderr


def test_both_files_arrive_with_checksums_and_a_second_run_does_nothing(shell: Shell, kaggle: Kaggle) -> None:
    found = shell.start()
    assert found.returncode == 0, found.stderr
    assert found.stdout.splitlines() == [str(shell.to / NAME), str(shell.to / GLOVE_NAME)]
    assert shell.names() == [NAME, f"{NAME}.sha256", GLOVE_NAME, f"{GLOVE_NAME}.sha256"]
    assert (shell.to / NAME).read_bytes() == CSV
    assert (shell.to / GLOVE_NAME).read_bytes() == GLOVE
    assert (shell.to / f"{NAME}.sha256").read_text() == f"{hashlib.sha256(CSV).hexdigest()}  {NAME}\n"
    subprocess.run(["sha256sum", "-c", "--quiet", f"{NAME}.sha256"], cwd=shell.to, check=True)
    assert all(header.startswith("Basic ") for _, header in kaggle.seen)
    asked = len(kaggle.seen)
    again = shell.run()
    assert again.returncode == 0
    assert [line.endswith(" was there already") for line in again.stdout.splitlines()] == [True, True]
    assert len(kaggle.seen) == asked


def test_cut_connections_are_resumed_in_one_run(shell: Shell, kaggle: Kaggle) -> None:
    kaggle.behaviour.cut_after, kaggle.behaviour.cuts = BLOCK, 3
    assert shell.run("imdb").returncode == 0
    assert (shell.to / NAME).read_bytes() == CSV
    assert [wanted for wanted in kaggle.ranges if wanted] == [
        f"bytes={start}-" for start in (BLOCK, 2 * BLOCK, 3 * BLOCK)
    ]


def _stopped(shell: Shell, kaggle: Kaggle) -> None:
    """A first run that ended with one block in the part file."""
    kaggle.behaviour.cut_after, kaggle.behaviour.cuts, kaggle.behaviour.then_status = BLOCK, 1, 503
    fails(shell.run("imdb"), 69, "(503)")
    assert (shell.to / f"{NAME}.part").stat().st_size == BLOCK
    kaggle.behaviour.status, kaggle.behaviour.then_status = 200, None
    kaggle.ranges.clear()


def test_a_later_run_goes_on_where_the_first_one_stopped(shell: Shell, kaggle: Kaggle) -> None:
    _stopped(shell, kaggle)
    assert shell.run("imdb").returncode == 0
    assert (shell.to / NAME).read_bytes() == CSV
    assert f"bytes={BLOCK}-" in kaggle.ranges
    assert shell.names() == [NAME, f"{NAME}.sha256"]


def test_a_part_of_another_version_is_thrown_away(shell: Shell, kaggle: Kaggle) -> None:
    _stopped(shell, kaggle)
    changed = CSV.replace(b"fine", b"dull")
    kaggle.behaviour.files[NAME], kaggle.behaviour.validator = zipped(changed), '"version-2"'
    assert shell.run("imdb").returncode == 0
    assert (shell.to / NAME).read_bytes() == changed


def test_a_server_without_ranges_sends_all_of_it_again(shell: Shell, kaggle: Kaggle) -> None:
    kaggle.behaviour.ranges = False
    _stopped(shell, kaggle)
    assert shell.run("imdb").returncode == 0
    assert (shell.to / NAME).read_bytes() == CSV


def test_a_complete_part_is_not_fetched_again(shell: Shell, kaggle: Kaggle) -> None:
    _stopped(shell, kaggle)
    (shell.to / f"{NAME}.part").write_bytes(kaggle.behaviour.files[NAME])
    assert shell.run("imdb").returncode == 0
    assert (shell.to / NAME).read_bytes() == CSV
    assert [wanted for wanted in kaggle.ranges if wanted] == [f"bytes={len(kaggle.behaviour.files[NAME])}-"]


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


def test_a_file_that_is_no_longer_in_the_data_set(shell: Shell, kaggle: Kaggle) -> None:
    kaggle.behaviour.listed = {"README.md": 10}
    fails(shell.run("imdb"), 69, "no file 'IMDB Dataset.csv'")


def test_without_a_network(shell: Shell, kaggle: Kaggle) -> None:
    kaggle.refuse()
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


def _encrypted() -> bytes:
    content = bytearray(zipped(CSV))
    content[6] |= 1  # the flag in the local header and in the central directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _flipped() -> bytes:
    content = bytearray(zipped(CSV))
    content[100_000] ^= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (_flipped(), "archive that Kaggle sent is damaged"),
        (zipped(CSV)[:-30], "archive that Kaggle sent is damaged"),
        (_encrypted(), "archive that Kaggle sent is damaged"),
        (zipped(CSV, "other.csv"), "has 0 files 'IMDB Dataset.csv'"),
        (b"<html>Sign in</html>", "is not 'IMDB Dataset.csv' by its first line"),
        (zipped(b"id,text\n1,x\n"), "is not 'IMDB Dataset.csv' by its first line"),
    ],
    ids=["bit", "cut", "encrypted", "other", "page", "header"],
)
def test_damaged_archives_are_deleted_and_the_next_run_is_clean(
    shell: Shell, kaggle: Kaggle, sent: bytes, words: str
) -> None:
    kaggle.behaviour.files[NAME] = sent
    fails(shell.run("imdb"), 65, words, "deleted")
    assert shell.names() == []
    kaggle.behaviour.files[NAME] = zipped(CSV)
    assert shell.run("imdb").returncode == 0
    assert (shell.to / NAME).read_bytes() == CSV


def test_a_checksum_of_kaggle_that_does_not_fit(shell: Shell, kaggle: Kaggle) -> None:
    kaggle.behaviour.hashed = b"something else"
    fails(shell.run("imdb"), 65, "differs from its checksum")
    assert shell.names() == []


def _saying(size: int) -> bytes:
    """An archive whose directory says that its file has that many bytes."""
    content = bytearray(zipped(CSV, method=zipfile.ZIP_DEFLATED))
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = size.to_bytes(4, "little")
    return bytes(content)


def test_an_archive_that_unpacks_to_too_much(shell: Shell, kaggle: Kaggle) -> None:
    kaggle.behaviour.files[NAME] = _saying(2_000_000_000)
    fails(shell.run("imdb"), 65, "would unpack to 2,000 MB")
    kaggle.behaviour.files[NAME] = _saying(100)  # and goes on: nothing behind the 100 bytes is read
    fails(shell.run("imdb"), 65, "damaged")
    assert shell.names() == []


def test_names_in_an_archive_are_never_paths(shell: Shell, kaggle: Kaggle) -> None:
    kaggle.behaviour.files[NAME] = zipped(CSV, f"../../outside/{NAME}")
    assert shell.run("imdb").returncode == 0
    assert shell.names() == [NAME, f"{NAME}.sha256"]
    assert not (shell.to.parent.parent / "outside").exists()


def test_a_disk_that_is_too_small_is_said_before_anything_is_fetched(shell: Shell, kaggle: Kaggle) -> None:
    kaggle.behaviour.listed[NAME] = 10**15
    fails(shell.run("imdb"), 1, "MB free", "1,000,000,0", "--to")
    assert shell.names() == []


def test_a_disk_that_fills_up_on_the_way(shell: Shell, kaggle: Kaggle) -> None:
    fails(shell.run("imdb", largest_file=100_000), 1, "is full", "goes on where it stopped")
    assert (shell.to / f"{NAME}.part").stat().st_size == 100_000
    assert shell.run("imdb").returncode == 0
    assert (shell.to / NAME).read_bytes() == CSV


def test_a_folder_that_cannot_be_written(shell: Shell, kaggle: Kaggle) -> None:
    shell.to.write_text("a file")
    fails(shell.run("imdb"), 1, "cannot be written")


def test_files_of_other_origin_are_left_alone(shell: Shell, kaggle: Kaggle) -> None:
    shell.to.mkdir()
    (shell.to / NAME).write_bytes(CSV)
    fails(shell.run("imdb"), 65, "move it away")
    assert shell.run("glove").returncode == 0
    with (shell.to / GLOVE_NAME).open("ab") as file:
        file.write(b"x")
    fails(shell.run("glove"), 65, "differs from its checksum")
    assert (shell.to / NAME).read_bytes() == CSV


def test_one_download_of_a_file_at_a_time(shell: Shell, kaggle: Kaggle) -> None:
    shell.to.mkdir()
    with (shell.to / f".{NAME}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fails(shell.run("imdb"), 1, "Another process")
    assert shell.run("imdb").returncode == 0


def test_an_unknown_name_is_wrong_usage(shell: Shell) -> None:
    found = shell.run("word2vec")
    assert found.returncode == 2
    assert "imdb, glove" in found.stderr
