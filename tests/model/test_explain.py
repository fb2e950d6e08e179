"""Key words and mixed reviews in explanations; places of tokens in the original text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import Scorer, Word
from model.serving import explain
from model.text.tokens import token_spans, tokenize

GOOD = "A wonderful film. The acting is superb, the story moved me to tears, and I would gladly see it again."
BAD = "What a waste of time. The plot makes no sense, the acting is terrible and I nearly walked out."
# Signs on which cleaning changes the length of the text.
HARD = "a<br />b don't n't 8/10 &amp; &#39; &#8230; \u2026 \u201cq\u201d caf\u00e9 \u0130 \x85 <i>x</i> it's \u2014 `"


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer()


def check_spans(text: str) -> None:
    """The tokens are those of `tokenize`, their ranges rise inside the text."""
    spans = token_spans(text)
    assert [token for token, _, _ in spans] == tokenize(text)
    assert all(0 <= start < end <= len(text) for _, start, end in spans)
    assert [start for _, start, _ in spans] == sorted(start for _, start, _ in spans)


@settings(max_examples=200, deadline=None)
@given(st.text(st.one_of(st.sampled_from(HARD), st.characters(codec=None)), max_size=60))
def test_token_spans_are_the_tokens_of_tokenize(text: str) -> None:
    check_spans(text)


def test_token_spans_point_into_the_original_text() -> None:
    check_spans(HARD)
    text = "<br />It's a <i>caf\u00e9</i>\u2026 don\u2019t &amp; 8/10"
    found = {token: text[start:end] for token, start, end in token_spans(text)}
    assert found["cafe"] == "caf\u00e9"
    assert found["n't"] == "n\u2019t"
    assert found["..."] == "\u2026"
    assert found["&"] == "&amp;"
    assert found["8/10"] == "8/10"
    assert found["'s"] == "'s"


def test_key_words_are_the_opinions(scorer: Scorer) -> None:
    text = f"We went on a Tuesday.<br /><br />{BAD}"
    words = scorer.explain(text).words
    assert 0 < len(words) <= explain.MOST_WORDS
    strength = [abs(word.contribution) for word in words]
    assert strength == sorted(strength, reverse=True)
    assert {"waste", "terrible"} & {text[word.start : word.end] for word in words}
    assert sum(word.contribution for word in words) < 0


def test_a_word_contributes_what_leaving_it_out_changes(scorer: Scorer) -> None:
    for word in scorer.explain(GOOD).words:
        whole, rest = scorer.logits([tokenize(GOOD), tokenize(f"{GOOD[: word.start]} {GOOD[word.end :]}")])
        assert word.contribution == pytest.approx(float(whole - rest), abs=1e-4)


def test_repeated_words_count_once_each_place(scorer: Scorer) -> None:
    words = scorer.explain("Terrible, terrible, terrible!").words
    assert len({(word.start, word.end) for word in words}) == len(words) > 1


@pytest.mark.parametrize("text", ["", "...", "<br />", "\x00"])
def test_nothing_to_read_has_no_key_words_and_is_not_mixed(scorer: Scorer, text: str) -> None:
    explanation = scorer.explain(text)
    assert explanation.words == ()
    assert not explanation.mixed


def test_beyond_the_budget_no_words_are_sought(scorer: Scorer) -> None:
    def never(documents: object) -> object:
        raise AssertionError("scored")

    read = [explain._Token("good", 0, 0, 4)] * (explain._BUDGET + 1)
    assert explain.key_words(read, 1.0, never) == ()  # type: ignore[arg-type]


def test_mixed_is_said_beside_the_label(scorer: Scorer) -> None:
    both = "The music is superb and wonderful. The plot is terrible, boring and a waste of time."
    explanation = scorer.explain(both)
    assert explanation.mixed
    assert explanation.verdict.label in {"positive", "negative", "uncertain"}
    first, second = explanation.sentences
    assert first.probability > 0.5 > second.probability
    alone = scorer.score([both[first.start : first.end]])[0].probability
    assert first.probability == pytest.approx(alone, abs=1e-5)
    assert [scorer.explain(text).mixed for text in (GOOD, BAD)] == [False, False]


def test_mixed_for_many_is_what_explain_says_for_each(scorer: Scorer) -> None:
    texts = [GOOD, "", f"{GOOD} {BAD}", BAD, "The music is superb. The plot is a terrible waste of time."]
    assert scorer.mixed(texts) == [scorer.explain(text).mixed for text in texts]
    assert scorer.mixed([]) == []


def test_words_are_small_values() -> None:
    assert Word(0, 4, 1.5) == Word(0, 4, 1.5)
