"""Small talk and questions to a bot: short messages that are certainly no review, by their first words.

For the flag `not_a_review`, wherever a text comes from; the bot answers more than these by itself
(`common.small_talk`). Only forms that no review has: "Who wrote this rubbish?" is a review, so a question is not
enough.
"""

import re

_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
LONGEST = 100
"""Characters of the longest text that is looked at."""

_GREETINGS = frozenset(
    line.strip()
    for line in """
    hi
    hii
    hello
    hello there
    hey
    hey there
    hi there
    hiya
    yo
    sup
    howdy
    greetings
    good morning
    good afternoon
    good evening
    good night
    hi bot
    hello bot
    hey bot
    hi everyone
    hello everyone
    hi all
    hello world
    bye
    goodbye
    see you
    see you later
    cya
    thanks
    thank you
    thanks a lot
    thank you so much
    thank you very much
    thx
    ty
    cheers
    please
    sorry
    help
    help me
    ping
    start
    stop
    ok
    okay
    k
    sure
    brb
    gm
    gn
    how are you
    how are you doing
    how are you today
    how is it going
    how's it going
    what's up
    whats up
    who are you
    what are you
    are you there
    are you a bot
    are you human
    you there
    anyone here
    anybody here
    score this
    score this please
    please score this
    score my review
    rate this
    try again
    never mind
    nevermind
    """.strip().splitlines()
)
_ANYBODY = "(?:you|someone|anyone|anybody|somebody)"
_FILM = "(?:it|this|that|(?:the|this) (?:film|movie))"
_QUESTIONS = (
    "how (?:do|does|can|could|should|would) (?:i|we|this|it|the bot)",
    "what (?:can|do|should) (?:it|you|i|we|the bot)",
    "what(?: is|'s|s) (?:this bot|your)",
    "what (?:time|day|year)",
    f"(?:can|could|would|will) {_ANYBODY} (?:please )?(?:help|tell|score|rate|recommend|suggest|explain|give|send|do)",
    "(?:do|did|are|have) you (?:like|know|have|seen|a|watch|want|read|speak)",
    f"(?:is|was) {_FILM} (?:any good|good|worth|on netflix|out|available|free|scary)",
    "should (?:i|we) (?:watch|see|go|buy|rent)",
    "where (?:can|do|could|should) (?:i|we) (?:watch|see|find|buy|get|rent)",
    "which (?:film|movie|one)s? (?:should|do|would|is)",
    "(?:has|did|does) (?:anyone|anybody) (?:here|else|know|seen?)",
    r"any(?: \w+){0,2} (?:recommendations|suggestions)",
)
_ASKED = re.compile(
    rf"(?:(?:hi|hello|hey|please|ok|so|and|but)[, ]+)?(?:{'|'.join(_QUESTIONS)})\b[^.!?]*\?+\Z", re.IGNORECASE
)


def is_small_talk(text: str) -> bool:
    """Whether a text is a greeting, thanks, an order or a question to whoever reads it, and nothing more."""
    if len(text) > LONGEST:
        return False
    plain = text.strip().replace("\u2019", "'")
    return " ".join(_WORDS.findall(plain.lower())) in _GREETINGS or _ASKED.match(plain) is not None
