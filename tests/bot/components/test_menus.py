"""Menus within Discord's limits: 25 choices of 100 characters."""

from __future__ import annotations

import discord
import pytest

from bot.components.menus import MOST_CHOICES, column_menu, job_menu, result_menu


@pytest.mark.parametrize("columns", [25, 26])
def test_the_first_25_columns_are_offered_by_their_place(columns: int) -> None:
    menu = column_menu(7, [f"column {n}" for n in range(columns)])
    assert [option.value for option in menu.options] == [str(n) for n in range(25)]
    assert menu.options[24].label == "column 24"


def test_a_name_is_cut_and_one_of_blanks_is_called_by_its_place() -> None:
    labels = [option.label for option in column_menu(7, ["x" * 300, "  "]).options]
    assert labels == ["x" * 100, "(column 2)"]


@pytest.mark.parametrize("menu", [job_menu, result_menu])
def test_lists_offer_as_many_as_discord_shows(menu: object) -> None:
    options = [discord.SelectOption(label=str(n), value=str(n)) for n in range(30)]
    assert len(menu(options).options) == MOST_CHOICES == 25  # type: ignore[operator]
