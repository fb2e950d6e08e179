"""`reelfeel data download` in a process of its own, with a Kaggle on this machine to download from."""

import io
import os
import resource
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[3]
CSV = b"review,sentiment\n" + b"".join(b"Seen %d times and it was fine,positive\n" % row for row in range(6_000))
GLOVE = b"".join(b"word%d %s\n" % (row, b" ".join(b"%.4f" % (row / 7 + d) for d in range(100))) for row in range(20))
NAME = "IMDB Dataset.csv"
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

    def run(self, *arguments: str, largest_file: int | None = None) -> subprocess.CompletedProcess[str]:
        """`reelfeel data download` and what it said."""

        def limit() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "KAGGLE_API_ENVIRONMENT": "TEST",
            # Importing kaggle checks a token with the real Kaggle: no test leaves this machine.
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "NO_PROXY": "localhost",
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.environment,
        }
        return subprocess.run(
            [sys.executable, "-P", "-m", "cli", "data", "download", *arguments, "--to", str(self.to)],
            env=environment,
            cwd=self.home,
            preexec_fn=limit,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    def names(self) -> list[str]:
        """Files in the folder that a user sees."""
        return sorted(path.name for path in self.to.iterdir() if not path.name.startswith("."))


def fails(found: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """One plain sentence on standard error, nothing on standard output, that exit code, and no secret."""
    assert found.returncode == code, found.stderr
    assert found.stdout == ""
    assert found.stderr.startswith("reelfeel: ")
    assert found.stderr.count("\n") == 1, found.stderr
    for word in words:
        assert word in found.stderr
    assert "secret" not in found.stderr
