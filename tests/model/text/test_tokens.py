"""Cleaning, tokens, sentences, places of tokens in the original text; hostile text costs no more than its length."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.text.cleaning import clean
from model.text.tokens import cap, sentences, token_spans, tokenize


@pytest.mark.parametrize(
    ("raw", "tokens"),
    [
        ("I don't think it's bad!", ["i", "do", "n't", "think", "it", "'s", "bad", "!"]),
        ("Can't stop. WON'T stop", ["ca", "n't", "stop", ".", "wo", "n't", "stop"]),
        ("we're they've she'll I'd I'm", ["we", "'re", "they", "'ve", "she", "'ll", "i", "'d", "i", "'m"]),
        ("Great!!! 8/10", ["great", "!", "!", "!", "8/10"]),
        ("one<br /><br />two<BR>three", ["one", "two", "three"]),
        ("<i>Jaws</i> &amp; others", ["jaws", "&", "others"]),
        ("wait\x85 it\x92s \x93good\x94 \x96 yes", ["wait", "...", "it", "'s", '"', "good", '"', "--", "yes"]),
        ("it\u2019s \u201cfine\u201d", ["it", "'s", '"', "fine", '"']),
        ("a clich\u00e9 fianc\u00e9e", ["a", "cliche", "fiancee"]),
        ("well-made, 1,000 (3.5)", ["well", "-", "made", ",", "1,000", "(", "3.5", ")"]),
        ("5 < 6 and 7 > 2", ["5", "<", "6", "and", "7", ">", "2"]),
        ("a\x00b\ud800c", ["a", "b", "c"]),
        (" \n\t ", []),
        ("", []),
    ],
)
def test_tokens(raw: str, tokens: list[str]) -> None:
    assert tokenize(raw) == tokens


def test_huge_character_references_are_left_alone() -> None:
    digits = "9" * 10_000
    assert clean(f"&#{digits};") == f"&#{digits};"
    assert clean("&eacute;t&#233; &nosuchthing;") == "ete &nosuchthing;"


@given(st.text(st.characters(codec=None)))
def test_any_text_gives_tokens_without_white_space(text: str) -> None:
    tokens = tokenize(text)
    assert all(token and not any(sign.isspace() for sign in token) for token in tokens)
    assert tokens == tokenize(text)


# A ">" that begins a line quotes it, and these texts are cut into lines: here it stands in breaks alone.
_SIGNS = st.sampled_from([*"aB 1.!?\n\"')\u2026\u3002\u00e9", "<br />", "<br>", "< "])


@given(st.lists(_SIGNS, max_size=200).map("".join))
def test_sentence_ranges_are_ordered_disjoint_and_hold_every_letter(text: str) -> None:
    ranges = sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in ranges)
    assert all(first[1] <= second[0] for first, second in pairwise(ranges))
    inside = "".join(tokenize("\n".join(text[start:end] for start, end in ranges)))
    assert sum(map(str.isalnum, inside)) == sum(map(str.isalnum, "".join(tokenize(text))))


def test_sentences_keep_offsets_of_the_original() -> None:
    text = 'I liked it. "Really?" she asked.<br /><br />Caf\u00e9 scenes drag... No end!\nFine'
    assert [text[start:end] for start, end in sentences(text)] == [
        "I liked it.",
        '"Really?"',
        "she asked.",
        "Caf\u00e9 scenes drag...",
        "No end!",
        "Fine",
    ]


HOSTILE = ["a", "<", "<a", "<br", "&", "&#9", ".", "!", "\x80", "n't", "'", "1", "1,", "\n", "\ud800", "\u0301", "_"]


@pytest.mark.slow  # seconds of a processor
@pytest.mark.parametrize("sign", HOSTILE)
def test_a_long_text_of_one_sign_takes_no_time(sign: str) -> None:
    text = sign * (300_000 // len(sign))
    began = time.process_time()
    tokenize(text)
    sentences(text)
    assert time.process_time() - began < 3


def test_cap_keeps_a_quarter_of_head_and_three_of_tail() -> None:
    assert cap(list(range(100)), 8) == [0, 1, 94, 95, 96, 97, 98, 99]
    assert cap([1, 2], 8) == [1, 2]


# Signs on which cleaning changes the length of the text.
HARD = "a<br />b don't n't 8/10 &amp; &#39; &#8230; \u2026 \u201cq\u201d caf\u00e9 \u0130 \x85 <i>x</i> it's \u2014 `"


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
