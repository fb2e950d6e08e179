"""What sealing costs a review and a part of a file: AES-GCM as used, and Fernet beside it, in processor time.

`python -m tests.end_to_end.run_bench_sealing` (half a minute).
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from cryptography.fernet import Fernet

from db.crypto import Sealer, new_key, review_place

REVIEWS, REPEATS = 2_000, 9
PLACE = review_place(1, 1, 1)
TEXT = ("word " * 240)[:1_200]


def cost(work: Callable[[Any], Any], items: Sequence[Any]) -> float:
    """Median processor time of one item, seconds."""
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        for item in items:
            work(item)
        times.append((time.process_time() - began) / len(items))
    return statistics.median(times)


def main() -> None:
    """Prints a table."""
    sealer, fernet = Sealer((new_key(),)), Fernet(Fernet.generate_key())
    texts, part = [TEXT] * REVIEWS, os.urandom(1024 * 1024)
    ours, theirs = sealer.seal(TEXT, PLACE), fernet.encrypt(TEXT.encode()).decode()
    rows = (
        ("seal a review, us", 1e6, lambda text: sealer.seal(text, PLACE),
         lambda text: fernet.encrypt(text.encode()).decode(), texts, texts),
        ("open a review, us", 1e6, lambda text: sealer.open(text, PLACE), lambda text: fernet.decrypt(text).decode(),
         [ours] * REVIEWS, [theirs] * REVIEWS),
        ("seal 1 MiB, ms", 1e3, lambda data: sealer.seal_bytes(data, PLACE), fernet.encrypt, [part] * 20, [part] * 20),
    )  # fmt: skip
    print(f"{'':28}{'AES-GCM':>10}{'Fernet':>10}")
    for name, unit, one, other, mine, others in rows:
        print(f"{name:28}{cost(one, mine) * unit:>10.2f}{cost(other, others) * unit:>10.2f}")
    print(f"{'characters stored of 1,200':28}{len(ours):>10,}{len(theirs):>10,}")


if __name__ == "__main__":
    main()
