"""The key file of `reelfeel up`: what texts of the data folder's own database are sealed with, for its owner alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from db.crypto import new_key

MODE: Final = 0o600


def make_key_file(path: Path) -> bool:
    """Writes a fresh key there; False when there is a file already, which is left as it is.

    It appears whole or not at all, and is on the disk before anything can be sealed with it. Raises OSError.
    """
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), "w") as out:
        out.write(f"{new_key()}\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(new, path)
    except FileExistsError:
        return False
    finally:
        new.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True
