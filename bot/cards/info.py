"""The cards of `/about` (the model card) and `/help`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

import discord

from bot.cards.base import NEUTRAL, one_line
from common.file_formats import packed_suffixes, read_suffixes
from common.i18n import listing, mark, mark_plural, mib, number, percent, tr, tr_in, trn
from common.settings import Settings

SHIPPED: Final = Path(__file__).parents[2] / "model" / "shipped"
Topic = Literal["start", "score", "files", "jobs", "results", "report", "settings", "privacy"]
TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the card of a model folder says; shares are in 0..1, None where the card does not say."""

    version: str
    use: str
    architecture: str
    limits: tuple[str, ...]
    reviews: int | None
    accuracy: float | None
    f1: float | None
    ece: float | None
    confident_accuracy: float | None
    uncertain_share: float | None
    dial: tuple[float, float] | None = None
    """Least and greatest accuracy in percent that a file can be scored for."""


def read_facts(folder: Path | None) -> ModelFacts | None:
    """The facts in `card.json` of a model folder (the shipped one when None); None when there is no readable card.

    Read as plain JSON: this room does not import the model.
    """
    try:
        card = json.loads((folder or SHIPPED).joinpath("card.json").read_text(encoding="utf-8"))
        return _facts(card)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _facts(card: Mapping[str, Any]) -> ModelFacts:
    validation = card.get("metrics", {}).get("validation", {})
    figures = validation.get("metrics", {})
    return ModelFacts(
        version=str(card["model"]),
        use=str(card.get("use", "")),
        architecture=str(card.get("architecture", "")),
        limits=tuple(map(str, card.get("limits", ()))),
        reviews=figures.get("reviews"),
        accuracy=figures.get("accuracy"),
        f1=figures.get("f1"),
        ece=figures.get("ece"),
        confident_accuracy=figures.get("confident_accuracy"),
        uncertain_share=figures.get("uncertain_share"),
        dial=_dial(validation.get("dial") or []),
    )


def _dial(steps: Sequence[Mapping[str, float]]) -> tuple[float, float] | None:
    reached = [100 * step["accuracy"] for step in steps]
    return (min(reached), max(reached)) if reached else None


def about_embed(facts: ModelFacts | None, *, version: str) -> discord.Embed:
    """The model card in short; `version` is the program's."""
    embed = discord.Embed(title="Reelfeel", colour=NEUTRAL)
    if facts is None:
        embed.set_footer(text=f"Reelfeel {version}")
        embed.description = tr(
            "I read film reviews. The facts about my model cannot be read at the moment; "
            "whoever runs this bot can find out why."
        )
        return embed
    embed.set_footer(text=f"Reelfeel {version} · " + tr("model {model}", model=facts.version))
    embed.description = f"{facts.use}\n{facts.architecture}."[:4000]
    right = tr("correct")
    if facts.reviews:
        right = trn(
            "correct on {count} review of films it had never seen",
            "correct on {count} reviews of films it had never seen",
            facts.reviews,
        )
    for name, value, note in (
        (tr("Accuracy"), facts.accuracy, right),
        (tr("F1"), facts.f1, tr("for positive reviews")),
        (tr("Calibration error"), facts.ece, tr("how far the stated probability is off, on average (ECE)")),
        (
            tr("Accuracy when sure"),
            facts.confident_accuracy,
            tr("leaving out unclear verdicts"),
        ),
        (tr("Unclear"), facts.uncertain_share, tr("of those reviews")),
    ):
        if value is not None:
            embed.add_field(name=name, value=f"**{percent(value, 1)}**\n{note}")
    if facts.limits:
        embed.add_field(name=tr("Limits"), value="\n".join(f"- {limit}" for limit in facts.limits)[:1024], inline=False)
    promise = tr(
        "Messages never train a model; corrections only measure quality. Every verdict records the model that made it."
    )
    embed.add_field(name=tr("Promises"), value=promise, inline=False)
    return embed


def help_embed(topic: Topic, settings: Settings, *, bot_name: str) -> discord.Embed:
    """What to type, with examples and the limits of this host."""
    name = one_line(bot_name, 40)
    title, lines = _TOPICS[topic]
    facts = {
        "bot": f"@{name}",
        "chars": number(settings.max_message_chars),
        "row_chars": number(settings.max_review_chars),
        "size": mib(settings.max_upload_mib),
        "rows": number(settings.max_rows),
        "jobs": number(settings.max_active_jobs),
        "suffixes": " ".join(f"`{suffix}`" for suffix in read_suffixes()),
        "packed": " ".join(f"`{suffix}`" for suffix in packed_suffixes()),
    }
    description = "\n".join(_told(line, facts, settings) for line in lines)
    embed = discord.Embed(title=tr(title), description=description, colour=NEUTRAL)
    choices = (tr_in("choice", other) for other in TOPICS if other != topic)
    others = listing(f"`{choice}`" for choice in choices)
    embed.add_field(name=tr("More"), value=tr("`/help topic:` {topics}", topics=others), inline=False)
    return embed


def _told(line: str | tuple[str, str], facts: Mapping[str, str], settings: Settings) -> str:
    """A line of help; the ones with two forms count the days that texts are kept."""
    if isinstance(line, str):
        return tr(line, **facts) if line else ""
    return trn(*line, settings.retention_days)


_TOPICS: Final[dict[Topic, tuple[str, tuple[str | tuple[str, str], ...]]]] = {
    "start": (
        mark("What I do"),
        (
            mark("I read film reviews and say whether each one is positive or negative, how sure I am and why."),
            "",
            mark("**One review**: send it to me as a direct message, mention {bot} in a server, or use `/score`."),
            mark("**Someone's message**: right-click it, then Apps, then **Score review**."),
            mark("**A file with many**: attach it to a message to me, or use `/batch` or the form of `/upload`."),
            mark("**Later**: `/jobs list`, `/results search`, `/report`; `/status` when it takes long."),
            "",
            mark("Only you see replies to commands, unless you share them."),
        ),
    ),
    "score": (
        mark("One review"),
        (
            mark("`/score text:A slow start, but the last hour is a wonder. film:Heat`"),
            mark("`/score text:... share:True` shows the verdict to everyone in the channel."),
            mark("{bot} `I would watch it again tomorrow.` in a server, or the same as a direct message."),
            "",
            mark("Under the verdict: **Details** (what each sentence did), **Wrong?** (tell me), **Delete**."),
            mark("*Unclear* means that I am not sure, not that the review is neutral."),
            "",
            mark("Limit: {chars} characters per review; send longer ones as a `.txt` file."),
        ),
    ),
    "files": (
        mark("Files with many reviews"),
        (
            mark("`/batch file:reviews.csv`, and `file2` to `file5` for more of them"),
            mark("`/batch file:reviews.csv text_column:body film_column:movie date_column:posted`"),
            mark("`/upload` opens a form that takes up to ten files"),
            "",
            mark("Read: {suffixes}, each also in {packed}."),
            mark(
                "You get your rows back in the same order, with verdict, probability, flags and model added. A "
                "second file lists the rows that could not be scored and why, and there is a chart."
            ),
            "",
            mark(
                "Limits per file: {size}, {rows} rows, {row_chars} characters per review. Unfinished files at a time: "
                "{jobs}. Discord itself may take less per file: pack it as `.gz`."
            ),
        ),
    ),
    "jobs": (
        mark("Jobs"),
        (
            mark("Each file is a job with a number, and so is each single review."),
            mark("`/jobs list` · `/jobs list unfinished:True`"),
            mark("`/jobs status job:42` shows how far it is, or how it ended"),
            mark("`/jobs cancel job:42` stops it; what is scored already stays"),
            mark("`/jobs resume job:42` resumes a cancelled or failed one"),
            mark("`/jobs download job:42` gives its files again"),
            "",
            mark("As you type a job number, your newest jobs are suggested."),
        ),
    ),
    "results": (
        mark("Results"),
        (
            mark("`/results search label:negative since:2w`"),
            mark("`/results search film:Heat min_probability:0.9 sort:probability`"),
            mark("`/results search job:42 since:7d`"),
            mark("`/results show id:1234` shows the whole verdict"),
            "",
            mark(
                "**message** leads to the review or to its job. **Export CSV** gives everything that matches "
                "as a file. The buttons work for a week."
            ),
            mark("Dates: `2026-01-31`, or `7d` or `2w` for so many days or weeks ago."),
        ),
    ),
    "report": (
        mark("Reports"),
        (
            mark("`/report since:2w` gives a chart by day"),
            mark("`/report film:Heat by:month since:2026-01-01 until:2026-06-30`"),
            mark("`/report job:42 by:film share:True`"),
            "",
            mark(
                "You get counts, averages, the share of unclear verdicts, the most positive and most negative "
                "reviews, a chart and its table as CSV. Reports are about films and jobs, never about a member."
            ),
        ),
    ),
    "settings": (
        mark("Settings and corrections"),
        (
            mark("`/settings` shows what you chose · `/settings sharing:True notices:False file_format:xlsx`"),
            mark("`/correct id:1234 label:Negative note:It was irony.` or **Wrong?** under a verdict"),
            mark("`/server show` shows the rules of this server; members with Manage Server can change them"),
        ),
    ),
    "privacy": (
        mark("Privacy"),
        (
            mark(
                "I read only direct messages to me, messages that mention me, and messages you choose with "
                "**Score review**."
            ),
            mark(
                "Your results are yours: others see them only when you share them, and a server's stay in that server."
            ),
            mark_plural(
                "Texts are deleted after {count} day; the verdicts stay without them. "
                "**Delete** under a verdict does it at once.",
                "Texts are deleted after {count} days; the verdicts stay without them. "
                "**Delete** under a verdict does it at once.",
            ),
            mark(
                "`/privacy show` shows what is kept about you · `/privacy export` gives it all as a zip · "
                "`/privacy delete` deletes it"
            ),
            mark("Nothing you send trains a model."),
        ),
    ),
}
