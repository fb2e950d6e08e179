"""The mixed rule keeps its two stated rates."""

import numpy as np

from model.serving import mixed
from model.training import fit_mixed


def test_the_mixed_rule_keeps_its_two_stated_rates() -> None:
    rng = np.random.default_rng(4)
    labels = (np.arange(400) % 2).astype(np.int8)
    owners = np.repeat(np.arange(400), 8)
    sign = np.where(labels[owners] == 1, 1.0, -1.0)
    logits = sign * rng.normal(1.2, 1.2, len(owners))
    everyone = np.ones(400, dtype=np.bool_)
    rule = fit_mixed.fit(logits, owners, labels, everyone)
    clear = np.abs(logits) >= rule.logit
    assert ((logits > 0) == (sign > 0))[clear].mean() >= mixed.STATED
    called = [rule.holds(logits[owners == number]) for number in range(400)]
    assert 0 < np.mean(called) <= mixed.ONE_SIDED
