"""The one text path: raw review -> clean text -> tokens, and raw review -> sentences.

Training, evaluation and serving all call `tokenize`, so that a served review meets the very tokens that the weights
were trained on. Tokens follow the Penn Treebank (Marcus et al., 1993) as far as GloVe's vocabulary needs it: lower
case, contractions split (`do n't`, `it 's`), every punctuation mark its own token.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")

_BREAK = re.compile(r"<br\s{0,4}/?\s{0,4}>", re.IGNORECASE)
# The length bound and the excluded "<" keep this linear on hostile text such as a megabyte of "<a".
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,200}>")
# html.unescape alone would hand a megabyte of digits to int(); the bounds here cannot.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\ufeff]")
_TYPOGRAPHIC = re.compile(
    "[\u2018\u2019\u201b\u2032\u00b4`\u201c\u201d\u201e\u00ab\u00bb\u2013\u2014\u2015\u2026\u00a0]"
)
_ACCENTED = re.compile("[\u00c0-\u024f]")
_PLAIN = {
    **dict.fromkeys("\u2018\u2019\u201b\u2032\u00b4`", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2013\u2014\u2015", " -- "),
    "\u2026": "...",
    "\u00a0": " ",
}
# Numbers keep "/", so that "8/10" is one token: in a review it is a verdict. Every other sign is a token by itself.
_TOKEN = re.compile(r"n't|'(?:s|m|d|re|ve|ll)(?!\w)|[^\W\d_]+|\d+(?:[.,/]\d+)*|\.\.\.|--|[^\w\s]|_")
# A sentence ends after . ! ? (with closing quotes) before white space, at an HTML break, or at a line break.
_END = re.compile(
    r"[.!?\u2026]{1,6}[\"')\]\u201d\u2019]{0,3}(?=\s|<)|<br\s{0,4}/?\s{0,4}>|\n|[\u3002\uff01\uff1f]", re.IGNORECASE
)


def _cp1252_table() -> dict[str, str]:
    """Windows-1252 meaning of each C1 control character; the five unassigned bytes become a space."""
    return {
        chr(byte): bytes([byte]).decode("cp1252", errors="replace").replace("\ufffd", " ") for byte in range(0x80, 0xA0)
    }


def _base_letters() -> dict[str, str]:
    """Accented Latin letter -> its ASCII letter ("é" -> "e"), since GloVe has "cliche" and not "cliché".

    A table and not `unicodedata.normalize` at run time: the latter is quadratic on long runs of combining marks.
    """
    letters = {chr(code): unicodedata.normalize("NFKD", chr(code))[0] for code in range(0xC0, 0x250)}
    return {letter: base if base.isascii() else letter for letter, base in letters.items()}


_CP1252 = _cp1252_table()
_BASE = _base_letters()


def _replaced(pattern: re.Pattern[str], table: Callable[[str], str], text: str) -> str:
    return pattern.sub(lambda match: table(match.group()), text)


def clean(text: str) -> str:
    """Plain text of a raw review, in its own case.

    `<br />` becomes a line break, other HTML tags a space, entities their character, stray cp1252 control characters
    what Windows meant by them, other control characters and lone surrogates a space, typographic quotes and dashes
    and accented Latin letters their ASCII form. Any string is accepted; the time is linear in its length.
    """
    if "<" in text:
        text = _TAG.sub(" ", _BREAK.sub("\n", text))
    if "&" in text:
        text = _replaced(_ENTITY, html.unescape, text)
    text = _replaced(_CONTROL, lambda sign: _CP1252.get(sign, " "), text)
    if not text.isascii() or "`" in text:
        text = _replaced(_TYPOGRAPHIC, _PLAIN.__getitem__, text)
        text = _replaced(_ACCENTED, _BASE.__getitem__, text)
    return text


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
        if any(sign.isalnum() for sign in _TAG.sub(" ", piece)) or not ranges:
            ranges.append((left, right))
        else:
            ranges[-1] = (ranges[-1][0], right)
    return ranges


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Ranges between sentence ends; a full stop belongs to its sentence, a line break to none."""
    start = 0
    for match in _END.finditer(text):
        is_break = match.group()[0] in "<\n"
        yield start, match.start() if is_break else match.end()
        start = match.end()
    yield start, len(text)


def token_spans(text: str) -> list[tuple[str, int, int]]:
    """The tokens of `tokenize`, each with its half-open character range in `text` as given.

    For explanations: slower than `tokenize`, which it repeats step by step while it keeps the place of each sign. What
    one sign of the text becomes several tokens of ("\\u2026" and the like), they share its range.
    """
    signs = text, [(place, place + 1) for place in range(len(text))]
    if "<" in text:
        signs = _placed(_TAG, lambda _: " ", *_placed(_BREAK, lambda _: "\n", *signs))
    if "&" in signs[0]:
        signs = _placed(_ENTITY, html.unescape, *signs)
    signs = _placed(_CONTROL, lambda sign: _CP1252.get(sign, " "), *signs)
    if not signs[0].isascii() or "`" in signs[0]:
        signs = _placed(_TYPOGRAPHIC, _PLAIN.__getitem__, *signs)
        signs = _placed(_ACCENTED, _BASE.__getitem__, *signs)
    lowered, places = _placed(_NOT, lambda sign: f" {sign}", signs[0].lower(), signs[1])
    return [(match.group(), places[match.start()][0], places[match.end() - 1][1]) for match in _TOKEN.finditer(lowered)]


_NOT = re.compile("n't")
_Places = list[tuple[int, int]]


def _placed(pattern: re.Pattern[str], table: Callable[[str], str], text: str, places: _Places) -> tuple[str, _Places]:
    """As `_replaced`, with the range in the original text of every sign before and after."""
    pieces: list[str] = []
    kept: _Places = []
    at = 0
    for match in pattern.finditer(text):
        new = table(match.group())
        pieces += (text[at : match.start()], new)
        kept += places[at : match.start()]
        kept += [(places[match.start()][0], places[match.end() - 1][1])] * len(new)
        at = match.end()
    return "".join([*pieces, text[at:]]), kept + places[at:]
