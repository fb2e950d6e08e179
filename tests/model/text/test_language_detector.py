"""The language detector with its tables on disk: the library's own answers, in a quarter of its memory."""

import subprocess
import sys

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from model.text.language_detector import detector

TEXTS = ["A fine film.", "Ein schöner Film, den ich gern sah.", "これは良い映画です", "Очень хорошо", "GREAT", "x", ""]
MOST_MIB = 40
_GROWTH = """
import psutil, numpy, zipfile, lzma, tempfile
from py3langid.langid import MODEL_FILE, LanguageIdentifier
process = psutil.Process()
before = process.memory_info().rss
{load}
print((process.memory_info().rss - before) / 2**20)
"""


@pytest.fixture(scope="module")
def own() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@pytest.mark.parametrize("text", TEXTS)
def test_it_says_what_the_library_says(own: LanguageIdentifier, text: str) -> None:
    assert detector().rank(text) == own.rank(text)


def test_the_tables_stay_on_disk() -> None:
    ours = _growth("from model.text.language_detector import detector; it = detector(); it.rank('Un très bon film')")
    theirs = _growth("it = LanguageIdentifier.from_model_file(MODEL_FILE); it.rank('Un très bon film')")
    assert ours < MOST_MIB < theirs


def _growth(load: str) -> float:
    done = subprocess.run([sys.executable, "-c", _GROWTH.format(load=load)], capture_output=True, text=True, check=True)
    return float(done.stdout)
