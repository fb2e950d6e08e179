"""Nonces: short enough, and never those of something else."""

from __future__ import annotations

import itertools
from dataclasses import replace

from bot.delivery.nonces import LONGEST, of_job, of_message, start_of_job
from tests.bot.samples import job

NEWEST = 2**63 - 1


def test_they_fit_and_differ_by_what_they_are_for() -> None:
    jobs = [
        replace(job(), id=number, source_id=source, version=version)
        for number, source, version in itertools.product((1, 2, 10**9), (7, 8, NEWEST), (1, 2))
    ]
    made = [of_job(one, shown) for one in jobs for shown in ("again", "end", "owner")]
    made += {of_job(one, "card") for one in jobs}
    made += [of_message(source, answer) for source in (7, NEWEST) for answer in ("error", "error10", "same3")]
    assert len(set(made)) == len(made)
    assert max(map(len, made)) <= LONGEST


def test_a_job_number_that_is_given_twice_is_another_job() -> None:
    first, second = replace(job(), id=5, source_id=100), replace(job(), id=5, source_id=101)
    assert of_job(first, "card") != of_job(second, "card")
    assert of_job(replace(first, version=9), "card") == of_job(first, "card")
    assert of_job(first, "card").startswith(start_of_job(100, 5))
