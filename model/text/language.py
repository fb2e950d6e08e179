"""Is it English? The rarity of its words first; a language detector only where that leaves a doubt."""

import re

from model.text.cleaning import clean
from model.text.language_detector import detector

_LAST_LATIN = "\u024f"
_READ = 2_000
_LEAST_WORDS = 2
_WORD = re.compile(r"[^\W\d_]{2,}")


def _mostly_other_letters(text: str) -> bool:
    if text.isascii():  # as most are once they are clean
        return False
    letters = [sign for sign in text if sign.isalpha()]
    return sum(sign > _LAST_LATIN for sign in letters) > 0.5 * len(letters)


def english(text: str) -> float:
    """The detector's probability of English (0..1) for the start of a text (Lui & Baldwin 2012, "langid.py").

    Its five-letter statistics are flat on a few words: a bound on this must be fitted for them.
    """
    return float(dict(detector().rank(text[:_READ]))["en"])


def is_foreign(text: str, oddness: float, odd: float, sure: float) -> bool:
    """Whether a raw text is most likely not English.

    Mostly non-Latin letters settle it. Otherwise its words must be rare ones (`oddness`, as in
    `model.serving.flags.WordTable.oddness`, at least `odd`) and the detector's probability of English at most `sure`; a
    single word is never called foreign.
    """
    if not text.isascii() and _mostly_other_letters(clean(text[:_READ])):
        return True
    if oddness < odd or len(_WORD.findall(text[:_READ])) < _LEAST_WORDS:
        return False
    return english(text) <= sure
