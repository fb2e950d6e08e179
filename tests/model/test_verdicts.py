"""What turns logits into verdicts: calibration by length, mixed, stars and flags, on numbers with a known answer."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model import Scorer, config
from model.data import out_of_domain_texts
from model.evaluation import star_errors
from model.numeric import sigmoid
from model.serving import flags, mixed, model_folder
from model.serving.calibration import Blend, Curve
from model.serving.flags import Bounds, WordTable
from model.serving.mixed import Rule
from model.serving.stars import Stars
from model.text import pieces
from model.text.tokens import tokenize
from model.text.vocabulary import Vocabulary
from model.training import assemble, fit_calibration, fit_flags, fit_mixed, fit_stars
from model.training.fit_calibration import Sample

KNEE = 50.0


def sample(seed: int, *, slope: float, drift: float, number: int = 6_000) -> Sample:
    """Made-up logits of texts of 5 to 500 tokens whose true temperature and bias depend on the length as said."""
    rng = np.random.default_rng(seed)
    tokens = np.exp(rng.uniform(np.log(5), np.log(500), number)).astype(np.int64)
    logits = rng.normal(0, 2, number)
    true = Curve(KNEE, slope, drift).logits(logits, tokens)
    labels = (rng.random(number) < sigmoid(true)).astype(np.int8)
    return Sample([logits], tokens, labels, np.arange(number), np.ones(number), tokens > 100)


def test_a_curve_keeps_the_order_of_texts_of_one_length_and_nothing_says_nothing() -> None:
    logits = np.linspace(-8, 8, 41)
    for tokens in (1, 50, 3_000):
        found = Curve(KNEE, -0.6, 0.4, 0.3).logits(logits, np.full(41, tokens))
        assert (np.diff(found) > 0).all()
    assert Curve(KNEE, -0.6, 0.4, 0.3).logits(np.asarray([2.0]), np.asarray([0])).tolist() == [0.0]
    # Without terms, and for short texts without skew, it changes nothing.
    assert Curve().logits(logits, np.full(41, 900)) == pytest.approx(logits)
    assert Curve(KNEE, -0.6, 0.4).logits(logits, np.full(41, 20)) == pytest.approx(logits)


def test_calibration_finds_temperature_and_bias_by_length() -> None:
    given = sample(1, slope=-0.4, drift=0.5, number=40_000)
    blend, curve = fit_calibration.fit_curve(given, KNEE, ("slope", "drift"))
    assert blend.weights[0] == pytest.approx(1, abs=0.08)
    assert curve.slope == pytest.approx(-0.4, abs=0.06)
    assert curve.drift == pytest.approx(0.5, abs=0.08)


def test_the_simplest_form_that_is_as_good_is_served() -> None:
    groups = np.arange(6_000) % 100
    chosen, table = fit_calibration.choose(sample(2, slope=0, drift=0), groups, KNEE)
    assert chosen == "platt"
    chosen, table = fit_calibration.choose(sample(3, slope=-0.8, drift=0.6), groups, KNEE)
    assert chosen == "platt, temperature and bias by length"
    assert [row["form"] for row in table if row["served"]] == [chosen]
    assert {row["form"] for row in table} == {*fit_calibration.FORMS, "isotonic"}


def test_class_weights_restore_the_stated_mix() -> None:
    labels = np.asarray([1] * 30 + [0] * 70, dtype=np.int8)
    weights = fit_calibration.class_weights(labels, 0.5)
    assert weights[labels == 1].sum() == pytest.approx(50)
    assert weights.sum() == pytest.approx(100)


def test_mixed_needs_clear_sentences_of_both_kinds_in_like_strength() -> None:
    rule = Rule(logit=1.0, share=0.3)
    assert rule.holds(np.asarray([2.0, -2.0]))
    assert not rule.holds(np.asarray([2.0, 2.0]))
    assert not rule.holds(np.asarray([4.0, -1.0]))
    assert not rule.holds(np.asarray([2.0, -0.9, -0.9, -0.9]))
    assert not rule.holds(np.zeros(0))


def test_the_mixed_rule_keeps_its_two_stated_rates() -> None:
    rng = np.random.default_rng(4)
    labels = (np.arange(400) % 2).astype(np.int8)
    owners = np.repeat(np.arange(400), 8)
    sign = np.where(labels[owners] == 1, 1.0, -1.0)
    logits = sign * rng.normal(1.2, 1.2, len(owners))
    everyone = np.ones(400, dtype=np.bool_)
    rule = fit_mixed.fit(logits, owners, labels, everyone)
    clear = np.abs(logits) >= rule.logit
    assert ((logits > 0) == (sign > 0))[clear].mean() >= mixed.STATED
    called = [rule.holds(logits[owners == number]) for number in range(400)]
    assert 0 < np.mean(called) <= mixed.ONE_SIDED


def test_stars_rise_with_the_logit_and_beat_the_label_where_the_logit_tells_more() -> None:
    rng = np.random.default_rng(5)
    levels = np.asarray([1, 2, 3, 4, 7, 8, 9, 10], dtype=np.int8)
    ratings = rng.choice(levels, 3_000)
    logits = (ratings - 5.5) * 0.8 + rng.normal(0, 0.8, len(ratings))
    fitted = fit_stars.fit(logits[:1_500], ratings[:1_500])
    assert fitted is not None
    assert (np.diff(fitted.bounds) >= 0).all()
    few = [-6.0, 0.3, 6.0]
    assert star_errors.estimates(fitted, np.asarray(few)).tolist() == [fitted.of(logit) for logit in few]
    assert fitted.of(-6) <= 2 < 8 < fitted.of(6)
    constants = star_errors.baseline(logits[:1_500], ratings[:1_500])
    found = star_errors.validated(logits[1_500:], ratings[1_500:], fitted, constants, draws=200)
    assert found["shipped"]
    # A logit that tells no more than the label must not ship.
    flat = np.where(ratings > 5, 2.0, -2.0) + rng.normal(0, 0.01, len(ratings))
    alike = star_errors.validated(flat, ratings, Stars((*[-9.0] * 2, *[0.0] * 14, *[9.0] * 2)), (2.0, 9.0), draws=200)
    assert not alike["shipped"]


def test_too_few_ratings_make_no_star_estimate() -> None:
    assert fit_stars.fit(np.zeros(10), np.ones(10, dtype=np.int8)) is None


WORDS = ["the", "of", "and", "it", "is", "a", "was", "this", "good", "film", "plot", "acting", "boring"]


def table_of(scores: dict[str, float]) -> tuple[Vocabulary, WordTable]:
    vocabulary = Vocabulary(WORDS)
    values = np.zeros(len(vocabulary), dtype=np.float16)
    for word, score in scores.items():
        values[vocabulary.ids([word])[0]] = score
    return vocabulary, WordTable(vocabulary.words, values)


def raised(text: str, **changed: float | tuple[tuple[float, float], ...]) -> tuple[str, ...]:
    """Flags of a text with the word table above."""
    vocabulary, table = table_of({"film": 2.0, "boring": 1.0, "of": -1.0})
    tokens = tokenize(text)
    found: dict[str, object] = {
        "short_words": 3,
        "unknown_share": 0.5,
        "max_tokens": 20,
        "oddness": 99.0,
        "english": 0.0,
        "review": (),
    }
    limits = Bounds(**(found | changed))  # type: ignore[arg-type]
    sums = table.sums_of([vocabulary.ids(tokens[:20])])[0]
    return flags.raised(text, len(tokens), sums, table, limits)


def test_flags_begin_at_their_bounds() -> None:
    assert raised("It is good") == ()
    assert raised("It is") == ("too_short",)
    assert raised("8/10 8/10 8/10") == ("unknown_words",)
    assert raised("zyx wvu the film") == ()
    assert raised("zyx wvu tsr film") == ("unknown_words",)
    assert raised("good " * 20) == ()
    assert raised("good " * 21) == ("truncated",)
    assert raised("...") == ("too_short",)


def test_not_a_review_depends_on_score_and_length() -> None:
    bound = ((4.0, 0.1), (6.0, 0.5))
    assert raised("of of of", review=bound) == ()
    assert raised("of of of of", review=bound) == ("not_a_review",)
    assert raised("this film is good", review=bound) == ()
    assert raised("this film is good and a plot", review=bound) == ("not_a_review",)


def test_sums_do_not_depend_on_the_neighbours() -> None:
    vocabulary, table = table_of({"film": 2.0})
    rows = [vocabulary.ids(text.split()) for text in ("the film zyx", "", "good", "film film")]
    together = table.sums_of(rows)
    for row, sums in zip(rows, together, strict=True):
        assert table.sums_of([row])[0] == pytest.approx(sums)
    assert together[:, 1].tolist() == [1, 0, 0, 0]
    assert together[:, 3].tolist() == [2, 0, 0, 4]
    # An unknown word is odder than any known one, a frequent one less odd than a rare one.
    texts = ("zyx", "", "good", "film")
    unknown, empty, good, film = map(table.oddness, table.sums_of([vocabulary.ids(text.split()) for text in texts]))
    assert unknown > film > good > empty == 0


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


def test_pieces_are_cut_from_their_review() -> None:
    texts = ["One is here. Two is there! Three?", "", "Only one."]
    singles = pieces.singles(texts)
    assert singles.texts == ["One is here.", "Two is there!", "Three?", "Only one."]
    assert singles.owners.tolist() == [0, 0, 0, 2]
    cut = pieces.spans(texts, each=3)
    assert all(piece in texts[owner] for piece, owner in zip(cut.texts, cut.owners, strict=True))
    assert np.bincount(cut.owners).tolist() == [3, 0, 3]
    assert len(pieces.singles(texts, most=2)) == 2


def test_probes_are_halved_without_overlap() -> None:
    for groups in (out_of_domain_texts.FOREIGN, out_of_domain_texts.OTHER):
        even, odd = out_of_domain_texts.halves(groups)
        assert not set(even) & set(odd)
        assert len(even) + len(odd) == sum(map(len, groups.values()))


def test_the_tiny_folder_was_fitted_and_checked(tiny_folder: Path) -> None:
    serving = model_folder.read_serving(tiny_folder)
    metrics = json.loads((tiny_folder / "metrics.json").read_text(encoding="utf-8"))
    assert serving.length_knee != model_folder.Serving.__dataclass_fields__["length_knee"].default
    assert {fit["form"] for fit in metrics["calibration"]["forms"]} == {*fit_calibration.FORMS, "isotonic"}
    checks = metrics["verdict"]
    assert checks["one_sentence"]["pieces"] > 100
    # The made-up sentences say what the review says nine times in ten, and the key words are the opinions.
    assert checks["word_deletion"]["drop"] > checks["word_deletion"]["random_drop"]
    assert checks["sentence_deletion"]["drop"] > checks["sentence_deletion"]["random_drop"]
    text = (tiny_folder / "CARD.md").read_text(encoding="utf-8")
    assert "No star estimate" in text
    for section in ("Short input", "Mixed", "Stars", "Explanations"):
        assert f"## {section}" in text


def test_remeasuring_finds_the_same_rules_and_leaves_the_source_alone(
    tiny_folder: Path, tiny_config: config.Config, tmp_path: Path
) -> None:
    before = model_folder.verify(tiny_folder)
    target = assemble.remeasure(tiny_folder, tmp_path / "again", labelled=tiny_config.data.labelled, threads=1)
    assert model_folder.verify(tiny_folder) == before
    assert model_folder.read_serving(target) == model_folder.read_serving(tiny_folder)
    texts = ["The acting was superb.", "The music was tedious. The plot was awful."]
    assert [v.probability for v in Scorer(target).score(texts)] == [
        v.probability for v in Scorer(tiny_folder).score(texts)
    ]


def test_remeasuring_a_folder_with_bounds_on_its_words(
    tiny_folder: Path, tiny_config: config.Config, tmp_path: Path
) -> None:
    """As what ships has them; the tiny run has too few reviews for any."""
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "copy"))
    np.save(copy / model_folder.OPTIONAL[0], np.ones(len(Scorer(copy)._vocabulary), dtype=np.float16))
    model_folder.write_serving(copy, replace(model_folder.read_serving(copy), review_bounds=[[1.0, 0.5]]))
    model_folder.seal(copy, model_folder.version(copy, "2026.01"))
    target = assemble.remeasure(copy, tmp_path / "again", labelled=tiny_config.data.labelled, threads=1)
    assert model_folder.read_serving(target) == model_folder.read_serving(tiny_folder)


def test_word_scores_are_part_of_the_folder(tiny_folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "copy"))
    name = model_folder.version(copy, "2026.01")
    np.save(copy / model_folder.OPTIONAL[0], np.ones(len(Scorer(copy)._vocabulary), dtype=np.float16))
    assert model_folder.version(copy, "2026.01") != name
    model_folder.seal(copy, name)
    assert model_folder.OPTIONAL[0] in json.loads((copy / model_folder.MANIFEST).read_text(encoding="utf-8"))["sha256"]
    (copy / model_folder.OPTIONAL[0]).unlink()
    with pytest.raises(model_folder.ModelFolderError, match="incomplete: it has no word_scores"):
        Scorer(copy)


def test_stars_are_said_when_the_folder_has_them_and_the_text_is_fit(tiny_folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "copy"))
    values = json.loads((copy / "serving.json").read_text(encoding="utf-8"))
    values["star_bounds"] = [*[-9.0] * 2, *[0.0] * 14, *[9.0] * 2]
    model_folder.write_json(copy / "serving.json", values)
    model_folder.seal(copy, model_folder.version(copy, "2026.01"))
    good, bad, nothing = Scorer(copy).score(["The acting was superb.", "The plot was awful.", ""])
    assert (good.stars, bad.stars, nothing.stars) == (9.0, 2.0, None)
    assert Scorer(tiny_folder).score(["The acting was superb."])[0].stars is None


def test_a_blend_alone_is_what_older_folders_serve() -> None:
    assert Blend((0.5, 0.25), 1.0).logits(np.asarray([2.0]), np.asarray([4.0])).tolist() == [3.0]
