"""Markup: each pattern takes what is not the writer's words, and leaves what only looks like it."""

import re

import pytest

from model.text import markup


@pytest.mark.parametrize(
    ("pattern", "text", "left"),
    [
        (markup.BREAK, "a<br />b<BR>c<br/ >d", "a b c d"),
        (markup.TAG, "<i>fine</i> <a href='x'>y</a> <!-- no --> </review>", "fine y"),
        (markup.TAG, "<Worst film ever> 3 < 4 <heart>", "<Worst film ever> 3 < 4 <heart>"),
        (markup.DISCORD, "<@1> <@!2> <@&3> <#4> <a:x:5> <t:6:R> <id:x> </score text:7>", ""),
        (markup.DISCORD, "<3 <@bob> <:x>", "<3 <@bob> <:x>"),
        (markup.NAMED, ":popcorn: fine", "fine"),
        (markup.NAMED, "at 10:30: no a:b:c", "at 10:30: no a:b:c"),
        (markup.LINK, "https://x.org/a www.x.org/b imdb.com/title/1 <http://x.de>", ""),
        (markup.LINK, "and/or 9/10 x.org me@x.org", "and/or 9/10 x.org me@x.org"),
        (markup.MENTION, "@bob bob@x.org", ""),
        (markup.MENTION, "9 @ 10", "9 @ 10"),
        (markup.REDDIT, "r/movies /u/bob", ""),
        (markup.REDDIT, "and/or/not her/his", "and/or/not her/his"),
        (markup.HASH, "# Title, #fine no1#", "Title, fine no1#"),
        (markup.BULLET, "- one two - three -4", "one two - three -4"),
        (markup.QUOTED, "> theirs\nmine\n>:(", "mine\n>:("),
        (markup.REST, "mine\n>>> theirs\nall of it", "mine"),
    ],
)
def test_what_goes_and_what_stays(pattern: re.Pattern[str], text: str, left: str) -> None:
    assert re.sub(" +", " ", pattern.sub(" ", text)).strip() == left


@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        (markup.STARRED, "a **bold** *claim* 2*3*4", "a bold claim 2*3*4"),
        (markup.UNDERLINED, "a __bold__ snake_case_name", "a bold snake_case_name"),
        (markup.FENCED, "`fine` ```film```", "fine  film "),
        (markup.HIDDEN, "~~bad~~ ||dies||", "bad dies"),
        (markup.LABELLED, "[my review](https://x.org) [1]", "my review [1]"),
    ],
)
def test_words_between_signs_are_kept(pattern: re.Pattern[str], text: str, words: str) -> None:
    assert pattern.sub(markup.kept, text) == words


@pytest.mark.parametrize(
    ("text", "rest"), [("https://x.org/a.", " ."), ("https://x.org/a?!)", " ?!)"), ("<https://x.org/a.>", " ")]
)
def test_the_end_of_a_sentence_is_no_part_of_its_link(text: str, rest: str) -> None:
    assert markup.LINK.sub(markup.after_link, text) == rest


@pytest.mark.parametrize(
    ("text", "rest"),
    [(">>> all of it\nall", True), (">>> once\n> twice", False), (">> one\n>>> two", False), (">>>none", False)],
)
def test_whether_the_rest_is_quoted(text: str, rest: bool) -> None:
    assert markup.quotes_the_rest(text) is rest


@pytest.mark.parametrize("text", ["https://x", "www.x", "imdb.com/title", "IMDB.COM/title", "ftp://x"])
def test_the_test_before_the_slow_pattern_misses_no_link(text: str) -> None:
    assert markup.LINK.search(text)
    assert markup.may_hold_links(text)
    assert not markup.may_hold_links("9/10 and/or")


@pytest.mark.parametrize(
    ("text", "may"), [("r/movies", True), ("see /u/bob", True), ("her/his 9/10", False), ("", False)]
)
def test_the_test_before_names_of_reddit(text: str, may: bool) -> None:
    assert markup.may_name_reddit(text) is may
