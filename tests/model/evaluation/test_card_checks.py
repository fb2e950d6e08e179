"""The card's sections and tables say what was measured."""

import pytest

from model.evaluation import card_checks


def test_the_served_bound_is_marked() -> None:
    row = {"share": 0.5, "words": 0.6, "differ": 0.001, "accuracy": 0.9, "ece": 0.01}
    rows = [row | {"bound": bound} for bound in (None, 4.0, 3.5)]
    text = "\n".join(card_checks.early({"reviews": {"texts": 7, "bounds": rows}}, {"exit_logit": 3.5}))
    assert "| 3.5 (served) | 50.00 % | 60.00 % | 0.10 % | 90.00 % | 0.0100 |" in text
    assert "| 4 | 50.00 %" in text
    assert "| whole model |" in text


def test_a_table_has_a_column_for_each_name_and_an_empty_line_after_it() -> None:
    assert card_checks.percent(0.12345) == "12.35 %"
    assert card_checks.table("a|b", [["x", 1], ["y", 2.5]]) == [
        "| a | b |",
        "|---|---|",
        "| x | 1 |",
        "| y | 2.5 |",
        "",
    ]


def test_no_bound_no_boast() -> None:
    assert "None is served" in card_checks.early({}, {})[2]


@pytest.mark.parametrize(("shipped", "words"), [(True, "The estimate ships"), (False, "The estimate does not ship")])
def test_stars_say_whether_they_ship(shipped: bool, words: str) -> None:
    figures = {"mae": 1.0, "within_one": 0.5}
    found = {"reviews": 9, "constants": [2.0, 9.0], "shipped": shipped, "mae_difference_95": [-0.2, -0.1]}
    bands = [figures_of | {"reviews": 5, "shipped": True} for figures_of in ({"from": 1}, {"from": 121})]
    bands = [band | {"estimate": figures, "by_label": figures} for band in bands]
    checks = {"stars": found | {"estimate": figures, "by_label": figures, "by_length": bands}}
    text = "\n".join(card_checks._stars(checks, {"star_tokens": 120}))
    assert words in text
    assert "| by label: 2 or 9 | 1.000 | 50.00 % |" in text
    assert "| 1 to 120 | 5 |" in text
    assert "| 121 on | 5 |" in text
    assert "Texts under 120 words" in text
    assert "no star ratings" in "\n".join(card_checks._stars({}, {}))


def test_explanations_leave_out_what_was_not_measured() -> None:
    found = {"reviews": 7, "words": 2.5, "drop": 0.3, "random_drop": 0.1, "flips": 0.2, "random_flips": 0.05}
    text = "\n".join(card_checks._explanations({"sentence_deletion": {"reviews": 0}, "word_deletion": found}))
    assert "| key words | 7 | 2.5 | 30.00 % | 10.00 % | 20.00 % | 5.00 % |" in text
    assert "strongest sentence" not in text
