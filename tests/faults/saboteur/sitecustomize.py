"""Breaks the scorer on marked texts, in every Python process that has this folder on its PYTHONPATH.

Python imports `sitecustomize` at start; ours waits for `model.serving.scorer` and wraps the two methods that read
texts. The worker's own code runs as it is. Marks, each followed by a word that names the occasion:

    MARK-KILL w    the process dies at once, each time: a poison row
    MARK-DIE w     the process dies the first time only
    MARK-SLOW w    sleeps past the soft time limit the first time
    MARK-DEAF w    sleeps past the hard time limit the first time and swallows the soft one
"""

import importlib.abc
import importlib.machinery
import os
import re
import sys
import time

MARKS = re.compile(r"MARK-(KILL|DIE|SLOW|DEAF) (\w+)")
NOTES = os.environ.get("REELFEEL_TEST_SABOTEUR", "")
SLEEP_S = 30.0


def _first_time(name):
    try:
        os.close(os.open(os.path.join(NOTES, name), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def _look(text):
    found = MARKS.search(text)
    if found is None:
        return
    what, word = found.groups()
    first = _first_time(f"{what}-{word}")
    if what == "KILL" or (what == "DIE" and first):
        os._exit(66)
    if what == "SLOW" and first:
        time.sleep(SLEEP_S)
    if what == "DEAF" and first:
        until = time.monotonic() + SLEEP_S
        while time.monotonic() < until:
            try:
                time.sleep(0.05)
            except Exception:  # the soft time limit
                continue


def _wrap(scorer):
    score, explain = scorer.score, scorer.explain

    def watched_score(self, texts):
        for text in texts:
            _look(text)
        return score(self, texts)

    def watched_explain(self, text):
        _look(text)
        return explain(self, text)

    scorer.score, scorer.explain = watched_score, watched_explain


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != "model.serving.scorer":
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            _wrap(module.Scorer)

        spec.loader.exec_module = exec_module
        return spec


if NOTES:
    sys.meta_path.insert(0, _Finder())
