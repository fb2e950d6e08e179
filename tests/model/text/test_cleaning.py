"""Cleaning: what is not the writer's words goes, what signs say stays; places follow; hostile text costs its length."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.text.cleaning import STEPS, aligned, clean, clean_all, placed
from model.text.tokens import sentences, tokenize

SAME = [
    # links
    ("A warm film. https://tenor.com/view/worst-boring-gif-1", "A warm film."),
    ("A warm film (https://x.org/a_b?c=1).", "A warm film ()."),
    ("See www.worst.com/boring, it is warm", "See , it is warm"),
    ("boxd.it/1a2B fine", "fine"),
    ("<https://boring.com> fine", "fine"),
    ("[my review](https://boring.com/x) is fine", "my review is fine"),
    # mentions, custom emoji, timestamps
    ("<@123> <@!1> <@&12> <#3> fine", "fine"),
    ("fine <:boring:123> <a:worst:9> :popcorn:", "fine"),
    ("seen <t:1700000000:R>, fine </score text:12>", "seen , fine"),
    ("@BoringBot fine, says bad@worst.com", "fine, says"),
    ("u/boring on r/worst: fine", "on : fine"),
    # Markdown
    ("**A __bold__** *claim*", "A bold claim"),
    ("# A ~~bad~~ good\n- fine\n* warm\n||dies||", "A bad good\nfine\nwarm\ndies"),
    ("a `fine` ```film```", "a fine film"),
    ("a \\*fine\\* film #fine", "a fine film fine"),
    ("2 * 3 * 4 and snake_case_names", "2 * 3 * 4 and snake_case_names"),
    # quoted lines
    ("> The best film\nNo. Boring.", "No. Boring."),
    ("> \u201cThe best\u201d\n> \u2605\u2605\u2605\u2605\u2605\n> \U0001f60d\nNo. Boring.", "No. Boring."),
    ("No.<br />&gt; The best<br />Boring.", "No.\nBoring."),
    ("No.\n>>> The best\nby far", "No."),
    (">>> The best\n>> by far\nNo.", "No."),
    ("5 > 4\n>:( fine", "5 > 4\n>:( fine"),
    # invisible signs, look-alikes
    ("The wor\u00adst\u200b mo\u2060vie\ufe0f ev\ufefffer", "The worst movie evfer"),
    ("cafe\u0301 \u202eok\u202c", "cafe ok"),
    ("\uff47\uff52\uff45\uff41\uff54 \U0001d4d5\U0001d4f2\U0001d4f5\U0001d4f6", "great Film"),
    ("\u0262\u0280\u1d07\u1d00\u1d1b \u24d6 \ufb01lm", "great g film"),
    ("gr\u0435at f\u0456lm", "great film"),
    # scars
    ("didn\\'t \\\"work\\\"\\nAt all\\r\\n\\tno", "didn't \"work\"\nAt all\n no"),
    ("I can\\u2019t, caf\\u00e9 \\ud83d\\ude0d", "I can't, cafe love"),
    ("C:\\new\\files stay", "C:\\new\\files stay"),
    ("don\u00e2\u20ac\u2122t, caf\u00c3\u00a9, \u00e2\u20ac\u0153so\u00e2\u20ac\u009d", "don't, cafe, \"so\""),
    ("don\u00c3\u00a2\u00e2\u201a\u00ac\u00e2\u201e\u00a2t", "don't"),
    ("don\u201a\u00c4\u00f4t, it\ufffds", "don't, it's"),
    ("Tom &amp;amp; Jerry, it&amp;#39;s &lt;br /&gt; fine", "Tom & Jerry, it's \n fine"),
    ("it didn''t ""work""", "it didn't work"),
    # angle brackets
    ("<Worst film I have seen, boring>", "<Worst film I have seen, boring>"),
    ("<i>fine</i> <a href='x'>link</a> <p class=\"y\"> <br/> <!-- bad --> </review>", "fine link"),
    # stars and ratings
    ("\u2605\u2605\u2605\u2605\u00bd", "9/10"),
    ("fine \u2605\u2606\u2606\u2606\u2606", "fine 2/10"),
    ("\u2b50\ufe0f\u2b50\ufe0f\u2b50\ufe0f", "6/10"),
    ("4.5\u2605, 4/5 \u2605", "9/10, 8/10"),
    ("\u2605 Fine film \u2605", "Fine film"),
    ("fine \u2b50", "fine"),
    ("\u2605 Boring", "2/10 Boring"),
    ("four and a half stars", "9/10"),
    ("4 out of 5 stars from me", "8/10 from me"),
    ("Three stars out of five. 7 out of 10 stars", "6/10. 7/10"),
    ("I give it one star.", "I give it 2/10."),
    ("The four stars of the film. Its 3 stars shine.", "The four stars of the film. Its 3 stars shine."),
    ("1\ufe0f\u20e30\ufe0f\u20e3/1\ufe0f\u20e30\ufe0f\u20e3", "10/10"),
    # emoji
    ("I really loved this whole film \U0001f44e\U0001f525", "I really loved this whole film"),
    ("Film \U0001f44e\U0001f3fd\U0001f44e", "Film bad"),
    ("\U0001f44e\U0001f44e", ""),
    ("Seen \U0001f1eb\U0001f1f7 \U0001f37f", "Seen"),
    # idioms
    ("I can't recommend this film enough.", "I highly recommend this film."),
    ("I could not recommend it highly enough!", "I highly recommend it!"),
    ("I cannot recommend it, one idea is not enough.", "I cannot recommend it, one idea is not enough."),
    ("Not bad at all. The end is not half bad.", "quite good. The end is quite good."),
    ("Not bad. Fine. It was not too bad!", "quite good. Fine. quite good!"),
    ("It is not bad, it is awful. Not bad acting.", "It is not bad, it is awful. Not bad acting."),
    ("Anything but dull, anything but dull people", "very exciting, anything but dull people"),
    ("I couldn\u2019t wait for it to end.", "I was bored and wanted it to end."),
    ("I can't wait for the film to be over.", "I am bored and want it to end."),
    ("I can't wait for the end of it", "I can't wait for the end of it"),
    ("The music is second to none.", "The music is the very best."),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "plain"), SAME)
def test_reads_as(raw: str, plain: str) -> None:
    assert tokenize(raw) == tokenize(plain)


MARKS = """**b** *i* __u__ _ ~~ || ` ``` > >>> # @ab <@12> <:a:1> <t:1:R> http://a.b/c www.a.b boxd.it/x
    [a](https://b) :ok: u/ab r/ab \\n \\u00e9 \\' \\\\ '' "" &amp;amp; &gt; <br /> <i> </x> <Worst
    \u00e2\u20ac\u2122 \u00c3\u00a9 \ufffds \u00ad \u200b \ufe0f e\u0301 \U0001d4d5 \uff47 \u0435x \u2605
    \u2606 \u00bd 1/2 \u2b50 4\u2605 four stars 5 out of 5 stars \U0001f44d \U0001f44e \U0001f525 \x85 \x92
    \x00 \ud800 \u2026 - * + don't 9/10"""
IDIOMS = ["not bad", "Not bad at all", "not half bad. ", "It was not too bad.", "anything but dull", "second to none"]
IDIOMS += ["can't recommend it", " enough", "could not wait for it to end"]
PLAIN = ["The start ", "STARS ", "It's fine, ", "- and ", "'", '"so"', "2 ", "not bad.", "(dull) ", "www.a.b "]
PIECES = st.one_of(st.sampled_from([*MARKS.split(), *" \n.", " stars", "four ", "> ", *IDIOMS]), st.text(max_size=3))


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_the_short_way_is_the_long_way_and_places_lie_in_the_text(raw: str) -> None:
    text = raw
    for applies, pattern, replaced in STEPS:
        if applies(text):
            text = pattern.sub(replaced, text)
    cleaned, places = placed(raw)
    assert clean(raw) == text == cleaned
    assert len(places) == len(cleaned)
    assert all(0 <= start < end <= len(raw) for start, end in places)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.one_of(PIECES, st.sampled_from(PLAIN)), max_size=9).map("".join), max_size=6))
def test_all_at_once_are_each_alone(raws: list[str]) -> None:
    assert clean_all(raws) == [clean(raw) for raw in raws]


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_no_test_before_a_pattern_leaves_a_match_out(raw: str) -> None:
    text = raw
    for number, (applies, pattern, replaced) in enumerate(STEPS):
        changed = pattern.sub(replaced, text)
        # Ornaments, quotes of the rest and emoji depend on the whole text: their tests are rules, not short cuts.
        if not applies(text) and not _is_a_rule(number):
            assert changed == text, pattern.pattern
        text = changed if applies(text) else text


def _is_a_rule(number: int) -> bool:
    return any(name in STEPS[number].applies.__code__.co_names for name in ("adorned", "speaks", "_QUOTES", "_brief"))


HOSTILE = ["\u2605", "\u2605a", "\u2606 ", "> a\n", ">>> a\n", "*a", " *a", "**", "_a ", "`a ", "http://", "a.", "a@",
    "@a", "\\n", "\\", "&amp;", "'' ", "five stars ", "5 of ", "star", "[a](", ":a", "<a b=", "\u00e2\u20ac", "a\u0435",
    "/r/", "~~a", "||a", "\U0001f44d", "\n- ", "#", "1/",
    "can't recommend ", "not bad", "It was not bad", "anything but ", "couldn't wait for the "]  # fmt: skip


@pytest.mark.slow  # seconds of a processor
@pytest.mark.parametrize("sign", HOSTILE)
def test_much_of_one_sign_takes_no_time(sign: str) -> None:
    text = sign * (300_000 // len(sign))
    began = time.process_time()
    clean(text)
    assert time.process_time() - began < 3


def test_idioms_are_read_in_brief_texts_alone() -> None:
    rest = " The plot was fine." * 30
    assert clean("Not bad at all." + rest) == "Not bad at all." + rest
    assert clean("Not bad at all.") == "quite good."


def test_a_quoted_line_is_one_sentence() -> None:
    text = "Hm. So.\n> The best. I loved it.\nNo. Boring."
    assert [text[start:end] for start, end in sentences(text)] == [
        "Hm.",
        "So.",
        "> The best. I loved it.",
        "No.",
        "Boring.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Plain words, a comma.",
        "One.<br /><br>Two.",
        "**Bold** &amp; plain",
        "dash \u2014 \u2026",
        "",
        '""quoted""',
        "4 out of 5 stars",
    ],
)
def test_aligned_is_placed_or_has_each_sign_in_its_place(text: str) -> None:
    plain, places = aligned(text)
    if places is not None:
        assert (plain, places) == placed(text)
    else:
        assert len(plain) == len(text)
        assert plain.split() == clean(text).split()
