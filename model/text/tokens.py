"""The one text path: raw review -> clean text -> tokens, and raw review -> sentences.

Training, evaluation and serving all call `tokenize`, so that a served review meets the very tokens that the weights
were trained on. Tokens follow the Penn Treebank (Marcus et al., 1993) as far as GloVe's vocabulary needs it: lower
case, contractions split (`do n't`, `it 's`), every punctuation mark its own token.
"""

import re
from collections.abc import Iterator
from typing import TypeVar

from model.text.cleaning import clean, placed, substituted
from model.text.markup import TAG

T = TypeVar("T")

# Numbers keep "/", so that "8/10" is one token: in a review it is a verdict. Every other sign is a token by itself.
_TOKEN = re.compile(r"n't|'(?:s|m|d|re|ve|ll)(?!\w)|[^\W\d_]+|\d+(?:[.,/]\d+)*|\.\.\.|--|[^\w\s]|_")
# A sentence ends after . ! ? (with closing quotes) before white space, at an HTML break, or at a line break.
_END = re.compile(
    r"[.!?\u2026]{1,6}[\"')\]\u201d\u2019]{0,3}(?=\s|<)|<br\s{0,4}/?\s{0,4}>|\n|[\u3002\uff01\uff1f]", re.IGNORECASE
)


def tokenize(text: str) -> list[str]:
    """Lower-case Penn-Treebank-like tokens of a raw review (cleaning included).

    >>> tokenize("I don't think it's bad!<br />8/10")
    ['i', 'do', "n't", 'think', 'it', "'s", 'bad', '!', '8/10']
    """
    return split(clean(text).lower())


def split(text: str) -> list[str]:
    """The tokens of clean, lower-case text."""
    # The blank in front of n't is what splits "don't" as the Treebank does, at the speed of str.replace.
    return _TOKEN.findall(text.replace("n't", " n't"))


def cap(tokens: list[T], limit: int) -> list[T]:
    """At most `limit` tokens: the first quarter and the last three quarters of it.

    A long review's verdict often stands at its end (Sun et al. 2019, "How to Fine-Tune BERT", section 5.3.1).
    """
    if len(tokens) <= limit:
        return tokens
    head = limit // 4
    return tokens[:head] + tokens[len(tokens) - (limit - head) :]


def sentences(text: str) -> list[tuple[int, int]]:
    """Half-open character ranges (start, end) of the sentences of `text`, in order, without outer white space.

    Offsets count characters of the text as given (not of the cleaned text). A range without any letter or digit is
    joined to the one before it.
    """
    ranges: list[tuple[int, int]] = []
    for start, end in _pieces(text):
        piece = text[start:end]
        if not piece.strip():
            continue
        left = start + len(piece) - len(piece.lstrip())
        right = start + len(piece.rstrip())
        if any(sign.isalnum() for sign in TAG.sub(" ", piece)) or not ranges:
            ranges.append((left, right))
        else:
            ranges[-1] = (ranges[-1][0], right)
    return ranges


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Ranges between sentence ends; a full stop belongs to its sentence, a line break to none. A quoted line is one."""
    start = 0
    for match in _END.finditer(text):
        is_break = match.group()[0] in "<\n"
        if not is_break and text[start : start + 4].lstrip().startswith(">"):
            continue
        yield start, match.start() if is_break else match.end()
        start = match.end()
    yield start, len(text)


def token_spans(text: str) -> list[tuple[str, int, int]]:
    """The tokens of `tokenize`, each with its half-open character range in `text` as given.

    For explanations: slower than `tokenize`, which it repeats step by step while it keeps the place of each sign. What
    one sign of the text becomes several tokens of ("\\u2026" and the like), they share its range.
    """
    cleaned, places = placed(text)
    lowered, places = substituted(_NOT, lambda found: f" {found.group()}", cleaned.lower(), places)
    return [(match.group(), places[match.start()][0], places[match.end() - 1][1]) for match in _TOKEN.finditer(lowered)]


_NOT = re.compile("n't")
