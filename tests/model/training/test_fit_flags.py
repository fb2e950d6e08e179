"""The flags' bounds are fitted on data."""

import ast

import numpy as np

from model.serving.flags import WordTable
from model.text.tokens import tokenize
from model.text.vocabulary import Vocabulary
from model.training import fit_flags

WORDS = ["the", "of", "and", "it", "is", "a", "was", "this", "good", "film", "plot", "acting", "boring"]


def test_word_scores_tell_reviews_from_docstrings() -> None:
    rng = np.random.default_rng(6)
    text = " ".join(fit_flags.docstrings(200))
    vocabulary = Vocabulary(sorted({*WORDS, *tokenize(text)}))
    vectors = rng.normal(0, 1, (len(vocabulary), 16)).astype(np.float32)
    film = vocabulary.ids(["film", "plot", "acting", "boring"])
    vectors[film] += 3 * np.eye(16, dtype=np.float32)[0]
    scores = fit_flags.word_scores(
        [f"This film is good. The acting was boring {number}." for number in range(200)], vectors, vocabulary
    )
    assert scores[film].min() > np.median(scores)
    table = WordTable(vocabulary.words, scores)
    kept = fit_flags.review(["The plot of this film was good"] * 300, table, vocabulary)
    assert [least for least, _ in kept] == [5.0]


def test_nothing_that_can_have_a_docstring_is_left_out_or_comes_in_another_order() -> None:
    source = """
class First:
    def method(self):
        if self:
            def inner(): ...
        else:
            for _ in []:
                class Deep: ...
            else:
                def beside(): ...
    async def later(self):
        async with self:
            def within(): ...
try:
    def tried(): ...
except OSError:
    def caught(): ...
else:
    def well(): ...
finally:
    def always(): ...
match 1:
    case 1:
        while True:
            def matched(): ...
x = [lambda: 1 for _ in ()]
def last(): ...
"""
    tree = ast.parse(source)
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    every = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    assert [node for node in fit_flags._with_a_body(tree) if isinstance(node, kinds)] == every
    assert len(every) == source.count("def ") + source.count("class ") + 1
