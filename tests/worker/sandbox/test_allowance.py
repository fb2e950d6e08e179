"""What a reader may take grows with the bytes sent, and ends."""

from __future__ import annotations

from worker.files.limits import Limits
from worker.sandbox.allowance import MIB, Allowance

LIMITS = Limits(max_rows=1_000_000, max_unpacked_bytes=2048 * MIB, max_review_chars=100_000)


def test_processor_time_is_in_proportion_to_the_bytes() -> None:
    small, large, largest = (Allowance.of(size, LIMITS).cpu_s for size in (1_000, MIB, 100 * MIB))
    assert (small, large, largest) == (62, 262, 2078)


def test_room_on_disk_is_bounded_by_the_hosts_limit() -> None:
    few = Limits(max_rows=10, max_unpacked_bytes=10 * MIB, max_review_chars=100)
    allowance = Allowance.of(MIB, few)
    assert allowance.file_bytes == 74 * MIB
    assert allowance.scratch_bytes == MIB + 3 * 74 * MIB


def test_it_survives_the_way_to_the_child() -> None:
    allowance = Allowance.of(5, LIMITS)
    assert Allowance.from_json(allowance.as_json()) == allowance
