"""Hashed tables never count too little; the second count is exact."""

from __future__ import annotations

from collections import Counter

import numpy as np

from reporting.themes.counting import Bounds, Exact, Seen

DICE = np.random.default_rng(3)
KEYS = DICE.zipf(1.3, 20_000).astype(np.uint64) % np.uint64(5_000)
GROUPS = DICE.integers(0, 3, len(KEYS))
TRUE = Counter(zip(KEYS.tolist(), GROUPS.tolist(), strict=True))


def bounds(bits: int = 10) -> Bounds:
    made = Bounds(bits)
    for at in range(0, len(KEYS), 1_000):
        made.add(KEYS[at : at + 1_000], GROUPS[at : at + 1_000])
    return made


def test_bounds_are_never_too_low() -> None:
    made = bounds()
    for key, group in TRUE:
        assert made.reach(np.array([key], np.uint64), group, TRUE[key, group])[0]
    both = Counter(KEYS.tolist())
    for least in (5, 20):
        assert made.at_most(least) >= sum(n >= least for n in both.values())


def test_what_can_reach_its_minimum_is_counted_exactly() -> None:
    exact = Exact(bounds(16), {0: 10, 2: 20})
    for at in range(0, len(KEYS), 700):
        exact.add(KEYS[at : at + 700], GROUPS[at : at + 700])
    keys, counts = exact.table(3)
    found = dict(zip(keys.tolist(), counts.tolist(), strict=True))
    wanted = {key for (key, group), n in TRUE.items() if (group == 0 and n >= 10) or (group == 2 and n >= 20)}
    assert wanted <= set(found)
    assert all(found[key] == [TRUE[key, group] for group in range(3)] for key in wanted)
    assert exact.raised == 0


def test_too_many_candidates_raise_the_minimum() -> None:
    exact = Exact(bounds(16), {0: 1, 1: 1, 2: 1}, most=200)
    exact.add(KEYS, GROUPS)
    keys, counts = exact.table(3)
    assert exact.raised > 0
    assert 0 < len(keys) <= 200
    (most, _), *_ = Counter(KEYS.tolist()).most_common(1)
    assert counts[keys.tolist().index(most)].tolist() == [TRUE[most, group] for group in range(3)]


def test_seen_knows_what_came_before() -> None:
    seen = Seen(16)
    assert [seen.add(value) for value in (5, 6, 5, 2**64 - 1, 6)] == [False, False, True, False, True]
