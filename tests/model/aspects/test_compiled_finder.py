"""Compiled clauses, mentions and aspects are those of the plain code, to the bit."""

import os
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.aspects import compiled_finder, finder, opinion, vocabulary
from model.aspects.compiled_finder import CompiledFinder
from model.aspects.finder import MOST_CLAUSES, MOST_WORDS, Finder
from model.aspects.vocabulary import Vocabulary
from model.evaluation import aspect_checks
from model.text.cleaning import aligned

PLAIN, COMPILED = finder.shipped(), compiled_finder.shipped()

SMALL = """the a of in by it he she's they is was are acting cast plot story script music jokes pacing ending movie film
    great awful dull boring gripping funny wonderful terrible and but or while yet if as even though with let saved from
    not never n't don't can't 8/10 a/b1 flew checked my watch on edge of seat steals every scene Meryl Streep The Tom"""
SIGNS = """, . ; : -- - ... ! ? !?! ." .') .")]} ( ) [ / _ ' \u2019 \u00e9 \u0130 \u4e2d <br/> &amp; * # **"""
PIECES = st.sampled_from([*SMALL.split(), *SIGNS.split(), " ", "\n", "\t", " - ", "  "])
RAW = st.lists(st.tuples(PIECES, st.sampled_from(["", " ", " ", " "])), max_size=60).map(
    lambda parts: "".join(sign + after for sign, after in parts)
)


def assert_same(texts: list[str], plain: Finder = PLAIN, compiled: CompiledFinder = COMPILED) -> int:
    """Both ways find the same pieces and, with logits of all kinds, the same aspects; how many pieces there are."""
    expected, found = plain.read(texts), compiled.read(texts)
    # Texts beyond ASCII come last.
    order = sorted(found.pieces), sorted(expected.pieces)
    assert order[0] == order[1]
    rng = random.Random(len(texts))
    logit_of = {piece: rng.choice([-4.0, -1.3, -0.6, -0.1, 0.0, 0.2, 0.9, 1.3, 3.0]) for piece in order[0]}
    both = [one.aspects(np.asarray([logit_of[piece] for piece in one.pieces])) for one in (expected, found)]
    assert both[0] == both[1]
    return len(order[0])


@given(raws=st.lists(RAW, max_size=4))
@settings(max_examples=250, deadline=None)
def test_made_up_texts(raws: list[str]) -> None:
    assert_same(raws)


def test_labelled_sentences_alone_and_together() -> None:
    texts = [one.text for one in aspect_checks.read()]
    assert assert_same(texts) > 700
    joined = [" ".join(texts[first : first + 12]) for first in range(0, len(texts), 12)]
    assert assert_same(joined) > 600
    assert assert_same([", ".join(texts[first : first + 3]).lower() for first in range(0, 300, 3)]) > 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "The acting is great. " * 150 + "The music is bad. " * 900,
        "great acting and bad plot with " * 900,
        "word. " * (MOST_WORDS // 4 - 1) + "the acting is great but the script is a mess. " * 1_000,
        "a wonderful film with a terrible ending in the story by an awful cast " * 40,
        "Aa Bb " * 3_000,
        "n't" * 9_000,
        "the acting, " * 3_000,
        "(" * 20_000,
        "wonderful acting awful plot " * 60,
    ],
    ids=range(11),
)
def test_long_and_hostile_texts(text: str) -> None:
    assert assert_same([text, "The cast is great.", text]) <= 2 * MOST_CLAUSES + 1


def test_long_sentences_of_anything() -> None:
    """Pieces that grow by hundreds of words, in which what was found out before is not asked again."""
    dice = random.Random(5)
    words = [*SMALL.split(), *["acting", "plot", "good", "bad", "was", "it"] * 4]
    texts = [
        " ".join(dice.choice(some) + dice.choice([",", "", " and"]) for _ in range(400))
        for some in (dice.sample(words, dice.randrange(2, 9)) for _ in range(150))
    ]
    assert assert_same(texts) > 3_000


WITH_CHECKS = """
import numpy as np
from model.aspects import compiled_finder, finder
from model.evaluation import aspect_checks
texts = [one.text for one in aspect_checks.read()] + ["great acting and bad plot with " * 900]
found = [one.shipped().read(texts) for one in (compiled_finder, finder)]
assert sorted(found[0].pieces) == sorted(found[1].pieces)
found[0].aspects(np.linspace(-3, 3, len(found[0].pieces)))
print(len(found[0].pieces))
"""


def test_nothing_lies_outside_of_its_array() -> None:
    """Compiled code checks no place: one outside is somebody else's memory, and the results may be right even so."""
    command = [sys.executable, "-c", WITH_CHECKS]
    as_python = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(command, env=as_python, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 700


def test_drafts_are_the_same_to_the_bit() -> None:
    for one in aspect_checks.read()[:200]:
        if not one.text.isascii() or aligned(one.text) != (one.text, None):
            continue
        plain = PLAIN.drafts(one.text)
        drafts = COMPILED.drafts([(0, one.text)])
        assert drafts.floats.tolist() == [[draft.sentence, draft.words, draft.strength] for draft in plain]
        columns = [[draft.hint, draft.number, draft.person, draft.refers] for draft in plain]
        assert drafts.numbers[:, 3:7].tolist() == columns


def test_of_phrases_the_longest_and_the_first_in_line_wins() -> None:
    phrases = Vocabulary(
        {
            "none": {"words": ["school play"]},
            "acting": {"words": ["play, acting"], "praise": ["give * an oscar, give him * prize"]},
            "music": {"cues": ["melody, strings, play"], "says": ["give him a *"]},
            "film": {"words": ["give him, so so so so"]},
        }
    )
    judged = opinion.shipped()
    texts = [
        "A school play is great.",
        "The play is great.",
        "Give him a prize, it is great.",
        "Give him an oscar for great strings.",
        "Give him a great melody so so so so so.",
    ]
    assert assert_same(texts, Finder(phrases, judged), CompiledFinder(phrases, judged)) >= len(texts)
    assert vocabulary.shipped().longest >= 4


@pytest.mark.parametrize("name", ["index", "drafts", "aspects"])
def test_what_does_not_compile_is_known_when_the_finder_is_made(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise RuntimeError("no code for this processor")

    monkeypatch.setattr(compiled_finder.kernel, name, refused)
    with pytest.raises(RuntimeError, match="this processor"):
        CompiledFinder(vocabulary.shipped(), opinion.shipped())
