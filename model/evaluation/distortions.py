"""Ways of spoiling a review that leave its verdict as it was: seeded, so that a run can be repeated."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from model.text.tokens import sentences

SEED = 20_262
TYPO_RATE = 1 / 15
_WORD = re.compile(r"[^\W\d_]{3,}")
_BREAK = re.compile(r"<br\s{0,4}/?\s{0,4}>", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[^\w\s'\u2019]|_")
_GREETINGS = (
    "Hi all, saw this last night with three friends from the club: ",
    "Sorry I'm late with my notes, the bus was full again. Here they are. ",
    "Hello everybody, hope you had a nice weekend. My two cents on number four on our list: ",
)
_QUOTES = (
    "Best thing I have seen all year, go and watch it!",
    "What a bore. I left after an hour and want my money back.",
    "Has anybody seen this one yet?",
)
_FAREWELLS = (
    " See you on Thursday, same room as ever. Who brings the tea?",
    " By the way, Anna still has the key to the projector.",
    " Next week it is my turn to choose. Bye for now!",
)


def _typo(word: str, rng: random.Random) -> str:
    """The word with two letters swapped, one dropped or one doubled; its first letter stays."""
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at + 1 :] if kind == 1 else word[:at] + word[at] + word[at:]


def _typos(text: str, rng: random.Random) -> str:
    def spoil(match: re.Match[str]) -> str:
        return _typo(match.group(), rng) if rng.random() < TYPO_RATE else match.group()

    # Not inside the tag: it is no word.
    return "<br />".join(_WORD.sub(spoil, piece) for piece in _BREAK.split(text))


def _without_punctuation(text: str, _: random.Random) -> str:
    return _PUNCTUATION.sub(" ", _BREAK.sub(" ", text))


def _span(text: str, first: int, count: int) -> str:
    """`count` sentences from number `first` (negative: from the end); the whole text where it has none."""
    found = sentences(text)
    if not found:
        return text
    chosen = found[first : first + count or None] if first < 0 else found[first : first + count]
    return text[chosen[0][0] : chosen[-1][1]]


def _random_span(count: int) -> Callable[[str, random.Random], str]:
    def span(text: str, rng: random.Random) -> str:
        return _span(text, rng.randrange(max(1, len(sentences(text)) - count + 1)), count)

    return span


def _discord(text: str, rng: random.Random) -> str:
    """A reply as Discord's clients send it: somebody else's line quoted, below it the review.

    With a mention, a word in bold, one in italics, a spoiler, a custom emoji and a link.
    """
    words = _BREAK.sub(" ", text).split()
    marked = list(words)
    for sign, number in zip(("**", "*", "||"), rng.sample(range(len(words)), min(3, len(words))), strict=False):
        marked[number] = f"{sign}{words[number]}{sign}"
    mention, link = f"<@{rng.randrange(10**17, 10**18)}>", f"https://example.org/film/{rng.randrange(1_000)}"
    return f"> {rng.choice(_QUOTES)}\n{mention} {' '.join(marked)} <:popcorn:1100000000000000000> {link}"


@dataclass(frozen=True, slots=True)
class Distortion:
    """One way: its name, what it does in a sentence, and the function (text, random numbers) -> text.

    part: whether only a part of the text is left, which may not carry the review's verdict.
    """

    name: str
    does: str
    apply: Callable[[str, random.Random], str]
    part: bool = False


DISTORTIONS: Sequence[Distortion] = (
    Distortion("all caps", "every letter a capital", lambda text, _: text.upper()),
    Distortion("lower case", "every letter small", lambda text, _: text.lower()),
    Distortion("typos", "1 in 15 words of 3 letters and more has letters swapped, dropped or doubled", _typos),
    Distortion("no punctuation", "signs other than apostrophes and all breaks become spaces", _without_punctuation),
    Distortion("no apostrophes", "don't becomes dont", lambda text, _: re.sub("['\u2019]", "", text)),
    Distortion("repeated twice", "the text, a line break, the text", lambda text, _: f"{text}\n{text}"),
    Distortion(
        "chatter",
        "remarks to a film club before and after, which say nothing of the film",
        lambda text, rng: rng.choice(_GREETINGS) + text + rng.choice(_FAREWELLS),
    ),
    Distortion(
        "Discord markup",
        "below a quoted line: a mention, words in bold, italics and a spoiler, a custom emoji and a link",
        _discord,
    ),
    Distortion("first 30 words", "the rest is cut", lambda text, _: " ".join(text.split()[:30]), part=True),
    Distortion("first sentence", "alone", lambda text, _: _span(text, 0, 1), part=True),
    Distortion("last sentence", "alone", lambda text, _: _span(text, -1, 1), part=True),
    Distortion("random sentence", "one, drawn evenly", _random_span(1), part=True),
    Distortion("two sentences", "two neighbours, drawn evenly", _random_span(2), part=True),
)


_EMOJI = (
    "\U0001f602\U0001f62d\U0001f525\U0001f60d\U0001f37f\U0001f480"
    "\U0001f644\U0001f44f\U0001f631\U0001f92f\U0001f44d\U0001f3ac"
)


def _emoji(count: int) -> Callable[[random.Random], str]:
    """One of the emoji that are used most, so many times, as they are typed."""
    return lambda rng: rng.choice(_EMOJI) * count


@dataclass(frozen=True, slots=True)
class Ending:
    """What people put after a sentence: its name, and the function (random numbers) -> signs."""

    name: str
    signs: Callable[[random.Random], str]


ENDINGS: Sequence[Ending] = (
    Ending("3 emoji", _emoji(3)),
    Ending("5 emoji", _emoji(5)),
    Ending("five stars", lambda _: "\u2605" * 5),
    Ending("IMDb link", lambda rng: f"https://www.imdb.com/title/tt{rng.randrange(10**6, 10**7):07}/"),
    Ending(
        "GIF link",
        lambda rng: (
            "https://tenor.com/view/"
            + rng.choice(("worst-movie-boring-trash", "best-movie-ever-love-it", "popcorn-eating-cinema"))
            + f"-gif-{rng.randrange(10**7, 10**8)}"
        ),
    ),
)


def ended(ending: Ending, texts: Sequence[str], seed: int = SEED) -> list[str]:
    """The texts, each with `ending` after a blank; the same for the same texts and seed."""
    rng = random.Random(f"{seed} {ending.name}")  # noqa: S311 -- no secret depends on it
    return [f"{text} {ending.signs(rng)}" for text in texts]


def distorted(distortion: Distortion, texts: Sequence[str], seed: int = SEED) -> list[str]:
    """The texts, each spoiled by `distortion`; the same for the same texts and seed."""
    rng = random.Random(f"{seed} {distortion.name}")  # noqa: S311 -- no secret depends on it
    return [distortion.apply(text, rng) for text in texts]
