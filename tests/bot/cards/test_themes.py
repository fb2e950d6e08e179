"""Themes on the card: counts and a quote, no markup of anybody's."""

from __future__ import annotations

from bot.cards.report import report_embed
from bot.cards.themes import theme_fields
from reporting.request import ReportRequest
from reporting.tables import ReportPart
from reporting.themes.of_report import ReportThemes
from reporting.themes.theme import Quote, Theme
from tests.bot.samples import HOSTILE, assert_harmless, report


def theme(phrase: str, quote: str = "It has huge plot holes.") -> Theme:
    return Theme(phrase, 30, 120, 3, 300, 1.0, 5.0, 0.001, False, (Quote(9, quote),))


def themes(*listed: Theme) -> ReportThemes:
    return ReportThemes(listed, listed[:1], listed, True, 420, True)


def test_counts_shares_and_a_quote() -> None:
    good, bad, names = theme_fields(themes(theme("plot holes")))
    assert good == (
        "Themes of the good reviews",
        "**plot holes**: 30 reviews (25%, elsewhere 1%)\n“It has huge plot holes.”",
    )
    assert bad[0] == "Themes of the bad reviews"
    assert names == ("Names", "plot holes (30)")


def test_at_most_five_and_nothing_without_themes() -> None:
    many = [theme(f"phrase {n}") for n in range(9)]
    assert theme_fields(themes(*many))[0][1].count("phrase") == 5
    assert theme_fields(None) == theme_fields(ReportThemes((), (), (), True, 50, True)) == []


def test_hostile_phrases_fit_and_do_nothing() -> None:
    embed = report_embed(
        [ReportPart(ReportRequest(), report(), themes(*[theme(HOSTILE, HOSTILE + str(n)) for n in range(5)]))]
    )
    shown = [field for field in embed.fields if field.name and ("Themes" in field.name or field.name == "Names")]
    assert len(shown) == 3
    for field in shown:
        assert 0 < len(str(field.value)) <= 1024
        assert_harmless(str(field.value).replace("**", ""))
    assert len(embed) <= 6000
