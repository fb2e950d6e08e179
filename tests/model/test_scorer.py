"""The shipped scorer on real and on hostile text."""

import random
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import model
from model import FLAGS, SHIPPED, Scorer, Verdict
from model.serving import model_folder
from model.serving.explain import MOST_RANGES
from model.training import ship

GOOD = "A wonderful film. The acting is superb, the story moved me to tears, and I would gladly see it again."
BAD = "What a waste of time. The plot makes no sense, the acting is terrible and I nearly walked out."


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer()


def test_clear_opinions(scorer: Scorer) -> None:
    good, bad = scorer.score([GOOD, BAD])
    assert (good.label, good.flags) == ("positive", ())
    assert (bad.label, bad.flags) == ("negative", ())
    assert good.probability > 0.9
    assert bad.probability < 0.1
    assert good.model == scorer.version == scorer.card["model"]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "<br />", "\x00", "\ud800"])
def test_nothing_to_read_is_uncertain(scorer: Scorer, text: str) -> None:
    assert scorer.score([text]) == [Verdict("uncertain", 0.5, ("too_short",), scorer.version)]
    assert scorer.explain(text).verdict.label == "uncertain"


def test_the_folder_may_be_a_string(scorer: Scorer) -> None:
    assert Scorer(folder=str(SHIPPED)).score(["A wonderful film."]) == scorer.score(["A wonderful film."])


def test_no_texts_no_verdicts(scorer: Scorer) -> None:
    assert scorer.score([]) == []


def test_order_is_kept_and_neighbours_do_not_matter(scorer: Scorer) -> None:
    rng = random.Random(5)
    texts = [" ".join(rng.choices(f"{GOOD} {BAD}".split(), k=rng.randint(0, 300))) for _ in range(150)]
    together = scorer.score(texts)
    for text, verdict in list(zip(texts, together, strict=True))[::10]:
        alone = scorer.score([text])[0]
        assert alone.flags == verdict.flags
        assert alone.probability == pytest.approx(verdict.probability, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec=None), max_size=300))
def test_any_string_has_a_verdict(text: str) -> None:
    verdict = _shared().score([text])[0]
    assert 0 <= verdict.probability <= 1
    assert verdict.label in {"positive", "negative", "uncertain"}
    assert set(verdict.flags) <= set(FLAGS)
    explanation = _shared().explain(text)
    assert all(0 <= part.start < part.end <= len(text) for part in explanation.sentences)
    # It is scored once, with what is left out of it.
    assert explanation.verdict.probability == pytest.approx(verdict.probability, abs=1e-5)
    assert replace(explanation.verdict, probability=verdict.probability) == verdict


_SCORERS: list[Scorer] = []


def _shared() -> Scorer:
    """One scorer for all examples (hypothesis does not take function fixtures)."""
    if not _SCORERS:
        _SCORERS.append(Scorer())
    return _SCORERS[0]


@pytest.mark.parametrize(
    "piece", ["a", "good ", "bad. ", "!", "\U0001f600", "<br />", "\x00", "\u65e5\u672c", "n't", "a<"]
)
def test_a_megabyte_is_scored_and_explained_in_bounded_time(scorer: Scorer, piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    began = time.process_time()
    scorer.score([text])
    assert len(scorer.explain(text).sentences) <= MOST_RANGES
    assert time.process_time() - began < 15


def test_long_texts_are_read_at_both_ends_and_flagged(scorer: Scorer) -> None:
    neutral = "They walk down the street and then they go into the house. " * 1_000
    good, bad = scorer.score([f"{neutral} {GOOD * 30}", f"{neutral} {BAD * 30}"])
    assert "truncated" in good.flags
    assert good.probability > bad.probability
    exact = scorer.score(["good " * 4_096, "good " * 4_097])
    assert ["truncated" in verdict.flags for verdict in exact] == [False, True]


@pytest.mark.parametrize(
    "text",
    [
        "Ce film est vraiment magnifique, les acteurs sont superbes et l'histoire est tr\u00e8s \u00e9mouvante.",
        "Der Film war wirklich schlecht und viel zu lang, ich war sehr entt\u00e4uscht von der Handlung.",
        "La pel\u00edcula es muy aburrida y los actores son malos, no la recomiendo a nadie.",
        "Questo film \u00e8 bellissimo, gli attori sono bravissimi e la storia \u00e8 commovente.",
        "Bardzo dobry film, polecam wszystkim.",
        "Elokuva oli todella hyv\u00e4",
        "Фильм очень хороший, актёры играют прекрасно.",
        "この映画はとても面白かったです。",
    ],
)
def test_other_languages_are_flagged_and_uncertain(scorer: Scorer, text: str) -> None:
    verdict = scorer.score([text])[0]
    assert "not_english" in verdict.flags
    assert verdict.label == "uncertain"


@pytest.mark.parametrize(
    "text", [GOOD, BAD, "Great movie, loved every minute!", "Boring. Skip it.", "Not good at all :("]
)
def test_english_is_not_flagged_as_foreign(scorer: Scorer, text: str) -> None:
    assert "not_english" not in scorer.score([text])[0].flags


def test_gibberish_and_short_texts_are_flagged(scorer: Scorer) -> None:
    gibberish, short = scorer.score(["xqzt vvbnm lkjhg qwrtp zzxcv mnbvq plokm", "Superb!"])
    assert "unknown_words" in gibberish.flags
    assert gibberish.label == "uncertain"
    assert short.flags == ("too_short",)


def test_explanation_points_at_the_sentences(scorer: Scorer) -> None:
    text = "The music is superb and wonderful.<br /><br />But the plot is terrible, boring and a waste of time."
    explanation = scorer.explain(text)
    assert explanation.verdict == scorer.score([text])[0]
    first, second = explanation.sentences
    assert text[first.start : first.end] == "The music is superb and wonderful."
    assert text[second.start : second.end].startswith("But the plot")
    assert first.contribution > 0 > second.contribution


def test_contribution_is_the_change_when_the_sentence_is_left_out(scorer: Scorer) -> None:
    from model.text.tokens import tokenize

    text = f"{GOOD} {BAD}"
    explanation = scorer.explain(text)
    for part in explanation.sentences:
        rest = text[: part.start] + text[part.end :]
        whole, without = scorer.logits([tokenize(text), tokenize(rest)])
        assert part.contribution == pytest.approx(float(whole - without), abs=1e-4)


def test_many_sentences_are_merged_and_cover_the_text(scorer: Scorer) -> None:
    text = " ".join(f"Sentence {number} is fine." for number in range(500))
    parts = scorer.explain(text).sentences
    assert len(parts) == MOST_RANGES
    assert parts[0].start == 0
    assert parts[-1].end == len(text)


def test_serving_imports_no_tensorflow() -> None:
    code = (
        "import sys, time; t = time.perf_counter(); import model; light = time.perf_counter() - t\n"
        "assert light < 1 and 'numpy' not in sys.modules, light\n"
        "import model.evaluation.evaluate\n"
        "model.Scorer().explain('A good film. Un film tres bon et vraiment magnifique mais long.')\n"
        "heavy = {'tensorflow', 'keras', 'sklearn', 'scipy', 'onnx'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=SHIPPED.parent.parent, timeout=60)


def test_unknown_names_are_no_attributes() -> None:
    with pytest.raises(AttributeError):
        _ = model.nothing  # type: ignore[attr-defined]


def test_shipped_folder_is_small_and_whole() -> None:
    files = [path for path in SHIPPED.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= ship.LARGEST
    assert {path.name for path in files} == {
        *model_folder.WEIGHTS,
        *model_folder.OPTIONAL,
        *model_folder.RECORDS,
        model_folder.MANIFEST,
    }
    assert model_folder.version(SHIPPED, "2026.11").split("-")[2] == model_folder.verify(SHIPPED).split("-")[2]
