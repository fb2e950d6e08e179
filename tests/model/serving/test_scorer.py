"""The shipped scorer on real and on hostile text."""

import json
import random
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import FLAGS, SHIPPED, Scorer, Verdict
from model.numeric import sigmoid
from model.serving import model_folder
from model.serving.calibration import Blend
from model.serving.explain import MOST_RANGES
from model.serving.scorer import BULK
from model.text.tokens import tokenize
from tests.model.serving import kept_verdicts

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
    assert scorer.score([text]) == [Verdict("uncertain", 0.5, ("too_short", "not_a_review"), scorer.version)]
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
        assert scorer.score([text]) == [verdict]


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
    assert explanation.verdict == verdict


_SCORERS: list[Scorer] = []


def _shared() -> Scorer:
    """One scorer for all examples (hypothesis does not take function fixtures)."""
    if not _SCORERS:
        _SCORERS.append(Scorer())
    return _SCORERS[0]


@pytest.mark.slow  # seconds of a processor
@pytest.mark.parametrize(
    "piece", ["a", "good ", "bad. ", "!", "\U0001f600", "<br />", "\x00", "\u65e5\u672c", "n't", "a<"]
)
def test_a_long_text_is_scored_and_explained_in_bounded_time(scorer: Scorer, piece: str) -> None:
    text = piece * (300_000 // len(piece))
    began = time.process_time()
    scorer.score([text])
    assert len(scorer.explain(text).sentences) <= MOST_RANGES
    assert time.process_time() - began < 5


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


def test_stars_are_said_when_the_folder_has_them_and_the_text_is_fit(tiny_folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "copy"))
    values = json.loads((copy / "serving.json").read_text(encoding="utf-8"))
    values["star_bounds"] = [*[-9.0] * 2, *[0.0] * 14, *[9.0] * 2]
    values["star_tokens"] = 5
    model_folder.write_json(copy / "serving.json", values)
    model_folder.seal(copy, model_folder.version(copy, "2026.01"))
    texts = ["The acting was superb.", "The plot was awful.", "", "Superb acting."]
    good, bad, nothing, short = Scorer(copy).score(texts)
    assert (good.stars, bad.stars, nothing.stars, short.stars) == (9.0, 2.0, None, None)
    assert Scorer(tiny_folder).score(["The acting was superb."])[0].stars is None


def test_a_blend_alone_is_what_older_folders_serve() -> None:
    assert Blend((0.5, 0.25), 1.0).logits(np.asarray([2.0]), np.asarray([4.0])).tolist() == [3.0]


def test_the_band_ends_where_it_is_said_to(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (GOOD, BAD):
        sure = scorer.score([text])[0]
        distance = abs(sure.probability - 0.5)
        # Just inside, just outside, and at the very edge, which is outside.
        for band, label in ((distance + 1e-6, "uncertain"), (distance - 1e-6, sure.label), (distance, sure.label)):
            monkeypatch.setattr(scorer, "band", band)
            assert scorer.score([text])[0].label == label, (band, distance)
        monkeypatch.undo()


def test_who_decides_stars_or_words_does_not_hang_on_the_dial(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = "The plot is awful and boring."
    words, both = scorer.score([plain, f"{plain} \u2605\u2605\u2605\u2605\u2605"])
    assert (both.label, both.probability) == ("negative", words.probability)
    monkeypatch.setattr(scorer, "band", abs(both.probability - 0.5) + 1e-6)
    wide = scorer.score([f"{plain} \u2605\u2605\u2605\u2605\u2605"])[0]
    assert (wide.label, wide.probability, wide.flags) == ("uncertain", both.probability, both.flags)


def test_words_decide_too_where_the_stars_are_too_weak_to_turn_the_text(scorer: Scorer) -> None:
    long = " ".join([BAD] * 30)
    words, both = scorer.score([long, f"{long} \u2605\u2605\u2605\u2605\u2605"])
    assert (words.flags, both.flags) == ((), ("stars_disagree",))
    assert (both.label, both.probability, both.stars) == ("negative", words.probability, words.stars)


def test_the_shipped_band_is_the_folders(scorer: Scorer) -> None:
    assert scorer.band == json.loads((SHIPPED / "serving.json").read_text(encoding="utf-8"))["band"]


def test_the_shipped_model_says_what_it_said() -> None:
    """A formula that fits as it serves hides its own mistakes; numbers that were kept do not."""
    kept = json.loads(kept_verdicts.FILE.read_text(encoding="utf-8"))
    assert kept["model"] == Scorer().version, f"another model ships: {kept_verdicts.__doc__}"
    texts = kept_verdicts.texts()
    assert len(kept["verdicts"]) == len(texts)
    for compiled in (False, True):
        scorer = Scorer(compiled=compiled)
        # Enough of them for compiled code, where it is wanted.
        verdicts = scorer.score([*texts, *[""] * BULK * compiled])[: len(texts)]
        assert scorer.is_warm == compiled
        for verdict, before in zip(verdicts, kept["verdicts"], strict=True):
            assert verdict.probability == pytest.approx(before["probability"], abs=1e-5)
            assert kept_verdicts.plain(verdict) == before | {"probability": round(verdict.probability, 6)}


MIXED = "The acting is great but the script is a mess. <br />The music is wonderful."


def test_aspects_are_the_verdicts_on_their_clauses(scorer: Scorer) -> None:
    found = scorer.aspects(MIXED)
    assert [(one.name, one.polarity) for one in found] == [
        ("acting", "positive"),
        ("dialogue", "negative"),
        ("music", "positive"),
    ]
    calm = "The story is about a farmer, and the acting is what you would expect of him. The camera moves slowly."
    found += (more := scorer.aspects(calm))
    own = [MIXED[one.start : one.end] for one in found[: -len(more)]] + [calm[one.start : one.end] for one in more]
    documents = [tokenize(clause) for clause in own]
    whole = Scorer(exit=False)
    # What the large LSTM says; a verdict on a clause sent alone is surer.
    likely = sigmoid(whole.piece_logits(documents))
    assert [one.probability for text in (MIXED, calm) for one in whole.aspects(text)] == likely.tolist()
    told = np.asarray([one.probability for one in found])
    assert 0 < abs(told - likely).max() < 0.1  # the small one reads those that are no matter of doubt
    assert ((told > 0.5) == (likely > 0.5)).all()


def test_a_text_has_the_same_aspects_alone_and_among_others(scorer: Scorer) -> None:
    texts = [MIXED, GOOD, "", BAD, MIXED * 3, "\ud800", "I checked my watch."] * 12
    together = Scorer(compiled=False).aspects_of(texts)
    assert scorer.aspects_of(texts) == together  # compiled
    assert together[:7] == [scorer.aspects(text) for text in texts[:7]]
    assert scorer.aspects_of(texts, scorer.score(texts)) == together
    assert scorer.aspects_of([]) == []
    unready = Scorer()
    assert unready.aspects_of(texts, may_wait=False) == together
    assert "_compiled_finder" not in unready.__dict__
    unready.warm_aspects()
    assert unready.aspects_of(texts, may_wait=False) == together


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "hello there",
        "Der Film ist wunderbar, die Musik ist grossartig und die Schauspieler sind hervorragend.",
        "La musique est superbe mais le scénario est vraiment ennuyeux et les acteurs sont mauvais.",
        "xqzt vvbn mmkl acting qqrw zzxp ghjk wwqe rrtt ppoo",
    ],
)
def test_what_is_no_english_review_has_no_aspects(scorer: Scorer, text: str) -> None:
    assert scorer.aspects(text) == []
