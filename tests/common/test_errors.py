"""Problems: a code with values, in the reader's language, the same on the other side of a process."""

from __future__ import annotations

import pickle

import pytest

from common.errors import Problem
from common.i18n import use_locale
from db.errors import NoSuchColumn, QuotaExceeded
from worker.files.errors import BrokenFile

PROBLEMS = [QuotaExceeded(3, 2, 700.0), NoSuchColumn("stars", ("a", "b")), BrokenFile("zip_cut_short")]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda one: one.code)
def test_a_problem_crosses_processes_with_all_that_it_holds(problem: Problem) -> None:
    there = pickle.loads(pickle.dumps(problem))
    assert type(there) is type(problem)
    assert (there.code, there.values, vars(there)) == (problem.code, problem.values, vars(problem))
    assert str(there) == str(problem)


def test_a_problem_is_english_in_a_log_and_the_readers_language_for_the_reader() -> None:
    problem = QuotaExceeded(3, 2)
    with use_locale("de"):
        assert problem.render() != str(problem)
    assert problem.render() == str(problem)


def test_the_code_of_a_problem_is_its_classs_where_none_is_given() -> None:
    class Full(Problem):
        code = "quota.jobs"

    assert Full(count=1, limit=1).code == "quota.jobs"
    assert Full("quota.server", count=1, limit=1).code == "quota.server"
