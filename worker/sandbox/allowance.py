"""What one process that reads a file may take of the machine.

Limits of the system (setrlimit(2)), so that they hold in whatever library the file is at work.
"""

from __future__ import annotations

import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from worker.files.limits import MAX_RATIO, MAX_RESIDENT, RATIO_FROM, Limits

MIB: Final = 1 << 20
_DATA_BYTES: Final = MAX_RESIDENT - 88 * MIB
"""Memory of its own (RLIMIT_DATA); the rest is code of libraries."""
_ADDRESS_BYTES: Final = 1024 * MIB
"""Address space beyond what Python takes at its start (RLIMIT_AS): libraries are mapped too, most is never touched."""
_CPU_S: Final = 30.0
_CPU_S_PER_MIB: Final = 1.0
"""Processor time: four times what the slowest kind (a workbook) takes for a mebibyte unpacked."""
_WAIT_S: Final = 60.0
_WAIT_PER_CPU_S: Final = 4.0
"""What a worker waits for it: even where others want the processor too it gets a quarter of one."""
_SLACK: Final = 64 * MIB


@dataclass(frozen=True, slots=True)
class Allowance:
    """cpu_s: seconds of processor time; scratch_bytes: on disk in all; file_bytes: in one file on disk."""

    cpu_s: int
    scratch_bytes: int
    file_bytes: int

    @classmethod
    def of(cls, sent_bytes: int, limits: Limits) -> Allowance:
        """For a file of so many bytes as sent."""
        # No bomb unpacks to more. Parquet is packed inside, but is read a hundred times as fast.
        plain = min(limits.max_unpacked_bytes, RATIO_FROM + MAX_RATIO * sent_bytes)
        most = limits.max_unpacked_bytes + _SLACK
        # On disk: unpacked; column by column, or its texts apart; and written
        return cls(int(_CPU_S + _CPU_S_PER_MIB * max(plain, sent_bytes) / MIB), sent_bytes + 3 * most, most)

    @property
    def wait_s(self) -> float:
        """How long a worker waits for it, all in all, while it has nothing else to do."""
        return _WAIT_S + _WAIT_PER_CPU_S * self.cpu_s

    def as_json(self) -> dict[str, int]:
        """As `from_json` takes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Allowance:
        return cls(**value)

    def apply(self) -> None:
        """Binds this process and all it starts, for good."""
        _lower(resource.RLIMIT_CORE, 0)
        _lower(resource.RLIMIT_CPU, self.cpu_s, hard=self.cpu_s + 5)
        _lower(resource.RLIMIT_FSIZE, self.file_bytes)
        if sys.platform == "linux":  # elsewhere they are not known, or not kept
            _lower(resource.RLIMIT_DATA, _DATA_BYTES)
            _lower(resource.RLIMIT_AS, _address_space() + _ADDRESS_BYTES)


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _lower(what: int, soft: int, *, hard: int | None = None) -> None:
    """Never above what the process was given itself."""
    had = resource.getrlimit(what)[1]
    hard = soft if hard is None else hard
    if had != resource.RLIM_INFINITY:
        soft, hard = min(soft, had), min(hard, had)
    resource.setrlimit(what, (soft, hard))
