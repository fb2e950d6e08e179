"""How many processors this process may use: of a container, what its limit allows, not what the machine has."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Final

LIMIT: Final = Path("/sys/fs/cgroup/cpu.max")
"""Of control groups of version 2: microseconds of processor time in a period of as many ("max": no limit)."""


def usable_cpus(limit: Path = LIMIT) -> int:
    """At least 1. A limit of half a processor counts as one."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = limit.read_text(encoding="ascii").split()
        return max(1, min(allowed, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError, ZeroDivisionError):
        return max(1, allowed)
