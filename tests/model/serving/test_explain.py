"""Explanations: sentences, key words and mixed reviews."""

from collections.abc import Sequence

import pytest

from model import Scorer
from model.numeric import Floats
from model.serving import explain
from model.serving import scorer as scorer_module
from model.serving.explain import MOST_RANGES
from model.serving.scorer import _Reading
from model.text.star_rows import StarRow
from model.text.tokens import tokenize

GOOD = "A wonderful film. The acting is superb, the story moved me to tears, and I would gladly see it again."

BAD = "What a waste of time. The plot makes no sense, the acting is terrible and I nearly walked out."


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer()


def test_key_words_are_the_opinions(scorer: Scorer) -> None:
    text = f"We went on a Tuesday.<br /><br />{BAD}"
    words = scorer.explain(text).words
    assert 0 < len(words) <= explain.MOST_WORDS
    strength = [abs(word.contribution) for word in words]
    assert strength == sorted(strength, reverse=True)
    assert {"waste", "terrible"} & {text[word.start : word.end] for word in words}
    assert sum(word.contribution for word in words) < 0


def test_a_word_contributes_what_leaving_it_out_changes(scorer: Scorer) -> None:
    logits = scorer._decider(tokenize(GOOD))  # of the part that decided on the whole
    for word in scorer.explain(GOOD).words:
        texts = [tokenize(GOOD), tokenize(f"{GOOD[: word.start]} {GOOD[word.end :]}")]
        whole, rest = scorer.said(logits(texts), texts)
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
    assert explain.key_words(read, 1.0, never, never) == ()  # type: ignore[arg-type]


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


STARS = "\u2605" * 5


def test_words_that_decide_are_explained_without_the_stars(scorer: Scorer) -> None:
    words = "The plot is awful and boring. I left."
    explanation, plain = scorer.explain(f"{STARS} {words} {STARS}"), scorer.explain(f"{' ' * 5} {words}")
    text = f"{STARS} {words} {STARS}"
    assert explanation.verdict == scorer.score([text])[0]
    assert "stars_disagree" in explanation.verdict.flags
    assert (explanation.sentences, explanation.words) == (plain.sentences, plain.words)
    assert [text[part.start : part.end] for part in explanation.sentences] == [
        "The plot is awful and boring.",
        "I left.",
    ]


def test_stars_that_decide_are_explained_with_them(scorer: Scorer) -> None:
    text = f"I have seen it. {STARS}"
    explanation = scorer.explain(text)
    assert explanation.verdict == scorer.score([text])[0]
    assert explanation.verdict.label == "positive"
    assert explanation.sentences[0].contribution > 1.0


def test_a_sentence_with_stars_is_read_as_it_is_alone(scorer: Scorer) -> None:
    text = f"The plot is awful and boring. {STARS}\nI loved the music. {STARS}\n\u2605\u2606\u2606\u2606\u2606 here"
    explanation = scorer.explain(text)
    alone = [verdict.probability for verdict in scorer.score([text[s.start : s.end] for s in explanation.sentences])]
    assert [sentence.probability for sentence in explanation.sentences] == pytest.approx(alone, abs=1e-12)
    assert alone[0] < 0.2
    assert scorer.mixed([text]) == [explanation.mixed] == [True]


def test_mixed_for_many_is_what_explain_says_for_each(scorer: Scorer) -> None:
    texts = [GOOD, "", f"{GOOD} {BAD}", BAD, "The music is superb. The plot is a terrible waste of time."]
    assert scorer.mixed(texts) == [scorer.explain(text).mixed for text in texts]
    assert scorer.mixed([]) == []


def test_of_a_long_text_with_stars_no_more_is_read_than_of_one_without(
    scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    most, read = 40, list[int]()
    pieces, readings = scorer.piece_logits, scorer._readings

    def counted_pieces(documents: Sequence[Sequence[str]]) -> Floats:
        read.append(sum(map(len, documents)))
        return pieces(documents)

    def counted_readings(texts: list[str], *, many: bool) -> list[_Reading]:
        read.append(sum(min(most, len(tokenize(text))) for text in texts))
        return readings(texts, many=many)

    monkeypatch.setattr(scorer, "max_tokens", most)
    monkeypatch.setattr(scorer, "piece_logits", counted_pieces)
    monkeypatch.setattr(scorer, "_readings", counted_readings)
    awful, superb = "awful boring plot " * 30, "superb lovely music " * 30
    for text in (f"{STARS} {awful}", "\n".join([f"{STARS} {superb}"] * 8), "\n".join([f"{superb}{STARS}"] * 8)):
        explanation = scorer.explain(text)
        assert max(read) <= most
        assert scorer.mixed([text]) == [explanation.mixed]
        assert max(read) <= most
    assert len(read) > 9


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
    explanation, logits = scorer.explain(text), scorer._decider(tokenize(text))
    for part in explanation.sentences:
        rest = text[: part.start] + text[part.end :]
        texts = [tokenize(text), tokenize(rest)]
        whole, without = scorer.said(logits(texts), texts)
        assert part.contribution == pytest.approx(float(whole - without), abs=1e-4)


def test_many_sentences_are_merged_and_cover_the_text(scorer: Scorer) -> None:
    text = " ".join(f"Sentence {number} is fine." for number in range(80))
    parts = scorer.explain(text).sentences
    assert len(parts) == MOST_RANGES
    assert parts[0].start == 0
    assert parts[-1].end == len(text)


def test_of_a_very_long_review_the_telling_sentences_alone_are_weighed(scorer: Scorer) -> None:
    """A text of any length costs a bounded number of tokens, and what it says of a sentence is exact."""
    plain = "We sat in row {n} and looked at the screen for a long while that day. "
    before, after = ("".join(plain.format(n=n) for n in part) for part in (range(100), range(100, 230)))
    text = f"{before}{BAD} {after}"
    read = len(tokenize(text))
    asked: list[int] = []

    def counted(logits: explain.Logits) -> explain.Logits:
        def count(documents: Sequence[Sequence[str]]) -> Floats:
            asked.append(sum(map(len, documents)))
            return logits(documents)

        return count

    def decider(tokens: list[str]) -> explain.Logits:
        return counted(scorer._decider(tokens))

    def alone(_: list[str], documents: list[list[str]]) -> tuple[Floats, Floats]:
        logits = counted(scorer.piece_logits)(documents)
        return logits, scorer.said(logits, documents)

    verdict = scorer.score([text])[0]
    rule = scorer._mixed
    long = explain.explain(text, scorer.max_tokens, alone, decider, scorer.said, lambda *_: verdict, rule)
    assert read > explain.MOST_TOKENS // MOST_RANGES
    assert 1 <= len(long.sentences) <= explain.MOST_TOKENS // read
    assert any("waste of time" in text[one.start : one.end] for one in long.sentences)
    assert sum(asked) < 3 * read + explain.MOST_TOKENS + explain._BUDGET
    one = long.sentences[0]
    left = scorer._decider(tokenize(text))([tokenize(text), tokenize(f"{text[: one.start]} {text[one.end :]}")])
    assert one.contribution == pytest.approx(float(left[0] - left[1]), abs=1e-3)


def test_rows_of_stars_are_not_sought_in_a_sentence_that_is_not_read_whole(
    scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sought: list[str] = []
    star_rows = scorer_module.star_rows.star_rows

    def counted(text: str) -> list[StarRow]:
        sought.append(text)
        return star_rows(text)

    monkeypatch.setattr(scorer_module.star_rows, "star_rows", counted)
    monkeypatch.setattr(scorer, "max_tokens", 40)
    endless = f"A good film {STARS} " * 60
    scorer.mixed([endless])
    assert sought == []
    scorer.mixed([f"A good film {STARS}. It was fun."])
    assert sought == [f"A good film {STARS}."]
