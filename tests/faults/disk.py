"""A small file system of its own that can be filled to the last byte: a tmpfs, for which one must be root."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def may_mount() -> bool:
    """Whether this process can make one."""
    return os.geteuid() == 0 and Path("/proc/filesystems").read_text().find("tmpfs") >= 0


class Disk:
    """A folder with room for `mib` MiB. Without the right to mount it is a plain folder, and `real` is False."""

    def __init__(self, folder: Path, mib: int) -> None:
        folder.mkdir(parents=True)
        self.folder, self.real = folder, False
        self._ballast = folder / "ballast"
        if may_mount():
            line = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=777", "tmpfs", str(folder)]
            self.real = subprocess.run(line, capture_output=True).returncode == 0

    def fill(self) -> None:
        """Takes all room that is left."""
        assert self.real
        block = b"\0" * 65536
        with self._ballast.open("ab", buffering=0) as out:
            while block:
                try:
                    out.write(block)
                except OSError:
                    block = block[: len(block) // 2] if len(block) > 1 else b""

    def free(self) -> None:
        """Gives it back."""
        self._ballast.unlink(missing_ok=True)

    def make_read_only(self) -> None:
        """As a system does with one that is broken; nothing may be open for writing there."""
        assert self.real
        subprocess.run(["mount", "-o", "remount,ro", str(self.folder)], check=True, capture_output=True)

    def close(self) -> None:
        if self.real:
            subprocess.run(["umount", "-l", str(self.folder)], capture_output=True)
