"""The verdict card, its details, and what a review shows while it waits."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.cards.base import (
    COLOURS,
    FAILED,
    NEUTRAL,
    Card,
    bar,
    escape,
    flag_words,
    label_word,
    one_line,
)
from bot.cards.failure import failure_text
from bot.cards.links import jump_to
from bot.cards.wording import about_stars
from bot.components.buttons import delete_button, details_button, wrong_button
from bot.components.views import buttons_view
from common.i18n import mark, number, percent, percents, signed, tr
from db.types import JobView, ResultView
from reporting.aspects.words import said_of

Sentences = Sequence[tuple[int, int, float]]

TO_MESSAGE = mark("To the message")
PARTLY = mark("The review is long: only the sentences that say most on their own were weighed.")
SHOWN_SENTENCES = 3
SENTENCE_CHARS = 220
DETAILS_CHARS = 3500
"""Of Discord's 6,000 for a whole embed; the rest is for its fields."""


def _strongest(result: ResultView, most: int) -> list[tuple[str, float]]:
    """The sentences that moved the verdict most, in the order of the text, with their contribution in logits."""
    if not result.text or not result.explanation:
        return []
    ranked = sorted(result.explanation, key=lambda part: abs(part[2]), reverse=True)[:most]
    sentences = [(result.text[start:end].strip(), weight) for start, end, weight in sorted(ranked)]
    return [(sentence, weight) for sentence, weight in sentences if sentence]


def partly_explained(result: ResultView) -> bool:
    """Whether only some sentences were weighed: what lies between those that were holds words."""
    if not result.text or not result.explanation:
        return False
    end = 0
    for start, stop, _ in sorted(result.explanation):
        if any(sign.isalnum() for sign in result.text[end:start]):
            return True
        end = max(end, stop)
    return any(sign.isalnum() for sign in result.text[end:])


def sure_line(label: str | None, probability: float | None) -> str:
    """How sure the model is, towards the label it gave."""
    if probability is None:
        return ""
    if label == "negative":
        return bar(1 - probability) + " " + tr("{share} sure", share=percent(1 - probability))
    if label == "positive":
        return bar(probability) + " " + tr("{share} sure", share=percent(probability))
    positive, negative = percents((probability, 1 - probability))
    both = tr("{positive} positive, {negative} negative", positive=positive, negative=negative)
    return f"{bar(probability)} {both}"


def verdict_embed(result: ResultView) -> discord.Embed:
    """Label, probability, the deciding sentences and the flags of one review."""
    lines = [sure_line(result.label, result.probability)]
    if result.stars is not None:
        lines.append(about_stars(result.stars))
    if (said := said_of(result.aspects)) is not None:
        lines.append(said)
    sentences = _strongest(result, SHOWN_SENTENCES)
    if sentences:
        lines.append("")
        lines += [f"{'🟢' if weight > 0 else '🔴'} {one_line(text, SENTENCE_CHARS)}" for text, weight in sentences]
    if sentences and partly_explained(result):
        lines.append("ℹ️ " + tr(PARTLY))
    if result.flags:
        lines.append("")
        lines += [f"⚠️ {words}" for words in flag_words(result.flags)]
    embed = discord.Embed(
        title=label_word(result.label),
        description="\n".join(lines),
        colour=COLOURS.get(result.label or "", FAILED),
    )
    if result.film:
        embed.set_author(name=" ".join(result.film.split())[:200])
    embed.set_footer(text=tr("Result {result} · model {model}", result=result.id, model=result.model))
    return embed


def verdict_card(result: ResultView, *, job: JobView | None = None, linked: bool = True) -> Card:
    """The card a user gets for one review. `linked`: with the way back to the message it is about, or to its `job`."""
    view = buttons_view(details_button(result.id), wrong_button(result.id), delete_button(result.id))
    embed = verdict_embed(result)
    url = jump_to(result, job) if linked else None
    if url is not None:
        embed.description = f"{embed.description}\n\n[{tr(TO_MESSAGE)}]({url})"
    return Card(embed=embed, view=view)


def details_card(result: ResultView) -> Card:
    """Every number behind a verdict, for the one who asked."""
    lines: list[str] = []
    if result.text is None:
        lines.append(tr("The text of this review was deleted; its verdict stays."))
    for text, weight in _strongest(result, most=12):
        lines.append(f"`{signed(weight, 2):>6}` {one_line(text, 160)}")
    if lines and result.text is not None:
        lines.insert(0, tr("How each sentence pushes the verdict (+ positive, − negative):"))
    if partly_explained(result):
        lines.append(tr(PARTLY))
    description = "\n".join(lines)
    while len(description) > DETAILS_CHARS and lines:
        lines.pop()
        description = "\n".join(lines)
    embed = discord.Embed(
        title=tr("Result {result}: {label}", result=result.id, label=label_word(result.label)),
        description=description or None,
        colour=NEUTRAL,
    )
    if result.probability is not None:
        embed.add_field(name=tr("Probability of being positive"), value=number(result.probability, 4))
    if result.stars is not None:
        embed.add_field(name=tr("Stars"), value=about_stars(result.stars))
    embed.add_field(name=tr("Model"), value=escape(result.model or tr("none"), 100))
    embed.add_field(name=tr("Scored"), value=discord.utils.format_dt(result.created_at))
    if result.flags:
        embed.add_field(name=tr("Flags"), value="\n".join(flag_words(result.flags))[:1000], inline=False)
    return Card(embed=embed)


def waiting_card(job: JobView) -> Card:
    """What stands in the verdict's place while the queue is long."""
    return Card(
        embed=discord.Embed(
            title=tr("Job {job}: in the queue", job=job.id),
            description=tr("Your review is stored and will be scored; this message then shows the verdict."),
            colour=NEUTRAL,
        )
    )


def unscored_card(job: JobView) -> Card:
    """A review that ended without a verdict."""
    if job.state == "cancelled":
        return Card(tr("Job {job} was cancelled: the review was not scored.", job=job.id))
    reason = failure_text(job, 300) or tr("The model could not read this review: try a shorter or simpler text.")
    return Card(tr("Job {job} ended without a verdict. {reason}", job=job.id, reason=reason))
