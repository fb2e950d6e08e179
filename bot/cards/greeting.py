"""What the bot says to whoever sent it no review: a greeting with examples to press, and the way to what they want."""

from __future__ import annotations

from typing import Final

import discord

from bot.cards.base import NEUTRAL, Card
from bot.components.buttons import example_button
from bot.components.views import buttons_view
from common.i18n import mark, tr

EXAMPLES: Final = (
    "A slow start, but the last hour is a marvel. I would watch it again tomorrow.",
    "Two hours of my life that I will never get back. The plot makes no sense.",
    "Great actors and lovely pictures, but the story is weak and the end is silly.",
)
"""Reviews to press; English, as all that the model has learned from."""
SCORE_REVIEW: Final = mark(
    "I see only your own message. For somebody else's: right-click that message (on a phone: hold it), then **Apps**, "
    "then **Score review**."
)
ABOUT_A_CARD: Final = mark(
    "I did not score this, as it looks like talk about my message. Is it a review? Send it by itself. "
    "Is a verdict wrong? Press **Wrong?** under it."
)
ROLE_ONLY: Final = mark(
    "Discord does not show me messages that mention my role. Mention me by my name instead: {bot} and then the review."
)


def greeting_card() -> Card:
    """Who this is, what to send, and three reviews to press."""
    embed = discord.Embed(
        title=tr("Hello! I am Reelfeel."),
        description="\n".join(
            (
                tr("I read film reviews and say whether each one is positive or negative, how sure I am and why."),
                "",
                tr("Send me a review (in English), or a file with many. `/help` shows all that I can do."),
                tr("Or try one of these:"),
                *(f"{place}. *{example}*" for place, example in enumerate(EXAMPLES, 1)),
            )
        ),
        colour=NEUTRAL,
    )
    return Card(embed=embed, view=buttons_view(*(example_button(place) for place in range(1, len(EXAMPLES) + 1))))
