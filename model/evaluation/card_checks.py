"""The card's sections on what a verdict says: calibration, short input, flags, mixed, stars, explanations."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from model.evaluation.star_errors import FEWEST
from model.serving.early_exit import DIFFERING, LOST
from model.serving.mixed import ONE_SIDED, STATED

Row = list[object]


def percent(value: float) -> str:
    """A share (0 to 1) as the card prints it."""
    return f"{100 * value:.2f} %"


def table(head: str, rows: list[Row]) -> list[str]:
    """Lines of a Markdown table, with an empty line after it; `head` holds the column names, split by |."""
    columns = head.split("|")
    lines = [columns, *([str(cell) for cell in row] for row in rows)]
    drawn = [f"| {' | '.join(cells)} |" for cells in lines]
    return [drawn[0], "|---" * len(columns) + "|", *drawn[1:], ""]


def calibration(fits: Mapping[str, Any]) -> list[str]:
    """Which form of calibration is served, and how the others did."""
    rows: list[Row] = [
        [f"{fit['form']}{' (served)' if fit['served'] else ''}", f"{fit['reviews']:.4f}", f"{fit['pieces']:.4f}"]
        for fit in fits["forms"]
    ]
    return [
        "Form of the calibration, by cross-validated log loss on the dev part (five folds of films): the simplest "
        "within one standard error of the best. Both classes weigh as much as in the training part.",
        "",
        *table("form|whole reviews|sentences and spans cut from them", rows),
    ]


def short(checks: Mapping[str, Any], rules: Mapping[str, Any]) -> list[str]:
    """Short input: pieces cut from validation reviews."""
    kinds = {"one sentence": checks["one_sentence"], "one to six sentences": checks["one_to_six_sentences"]}
    figures: list[Row] = [
        [
            name,
            found["pieces"],
            percent(found["accuracy"]),
            f"{found['ece']:.4f}",
            f"{found['ece_if_calibrated']:.4f}",
            f"{100 * found['over_confidence']:+.2f}",
            percent(found["uncertain_share"]),
            percent(found["confident_accuracy"]),
        ]
        for name, found in kinds.items()
    ]
    shares = [row["coverage"] for row in checks["one_sentence"]["coverage"]]
    covered: list[Row] = [
        [percent(share), *(percent(found["coverage"][number]["accuracy"]) for found in kinds.values())]
        for number, share in enumerate(shares)
    ]
    return [
        "## Short input",
        "",
        "Pieces cut from validation reviews, each with its review's label as noisy gold: many sentences say nothing, "
        "or the opposite. The error of a perfectly calibrated model would read as in the fifth column; "
        "over-confidence is mean confidence minus accuracy, in points." + (_ALONE if rules.get("short_slope") else ""),
        "",
        *table(
            "input|pieces|agree with the label|ECE (15 bins)|ECE if calibrated|over-confidence|uncertain|rest agrees",
            figures,
        ),
        *table("most confident share|one sentence agrees|one to six agree", covered),
    ]


_ALONE = (
    " They are scored as texts that stand alone, whose calibration is fitted on sentences with labels of their own: so "
    "the verdicts are surer than the labels of whole reviews bear out."
)


def sentences(found: Mapping[str, Any], training: Mapping[str, Any]) -> list[str]:
    """Single sentences of critics, with labels of their own; training: what the card says of it."""
    chosen = (
        " The pass and the share of the way to it were chosen there, so these figures read a little high."
        if "share of the way" in training
        else ""
    )
    interval = f"{percent(found['accuracy_low'])} to {percent(found['accuracy_high'])}"
    row: Row = [
        found["sentences"],
        f"{percent(found['accuracy'])} ({interval})",
        percent(found["recurrent"]),
        percent(found["wide"]),
        f"{found['log_loss']:.4f}",
        f"{found['ece']:.4f}",
        percent(found["sure"]),
        percent(found["sure_right"]),
    ]
    return [
        "## Sentences with labels of their own",
        "",
        "Sentences of critics (Stanford Sentiment Treebank, its dev part). No weight and no rule was fitted on them."
        f"{chosen} A text of so few words that stands alone is calibrated on other sentences of that kind, and is "
        "unclear within a band of its own.",
        "",
        *table(
            "sentences that take a side|accuracy|LSTM alone|n-grams alone|log loss|ECE (15 bins)|sure|right of these",
            [row],
        ),
        f"Of {found['neutral']} sentences that take no side, {percent(found['neutral_sure'])} get a sure verdict.",
        "",
    ]


def early(exits: Mapping[str, Any], rules: Mapping[str, Any]) -> list[str]:
    """Early exit: what each bound on the n-gram part's logit leaves out, and what it changes."""
    names = {"reviews": "Whole reviews", "spans": "One to six sentences", "sentences": "Single sentences"}
    said = (
        f"The bound that is served, {rules['exit_logit']:g}, is the lowest one"
        if rules.get("exit_logit") is not None
        else "None is served: no bound was found"
    )
    lines = [
        "## Early exit",
        "",
        "Where the n-gram part's logit is further from 0 than a bound, the LSTM is left out and the n-gram part alone "
        f"decides, with a calibration of its own. {said} at which at most {percent(DIFFERING)} of the verdicts on dev "
        "differ from the whole model's, on whole reviews and on pieces cut from them, each, and at most "
        f"{100 * LOST:g} points of accuracy are lost on dev. The tables are on validation and on pieces cut from it.",
        "",
    ]
    for kind, found in exits.items():
        rows: list[Row] = [
            [
                "whole model"
                if row["bound"] is None
                else f"{row['bound']:g}{' (served)' if row['bound'] == rules.get('exit_logit') else ''}",
                percent(row["share"]),
                percent(row["words"]),
                percent(row["differ"]),
                percent(row["accuracy"]),
                f"{row['ece']:.4f}",
            ]
            for row in found["bounds"]
        ]
        lines += [
            f"{names[kind]} ({found['texts']}):",
            "",
            *table("n-gram logit beyond|end early|of the words|verdicts that differ|accuracy|ECE (15 bins)", rows),
        ]
    return lines


def _flags(checks: Mapping[str, Any]) -> list[str]:
    found = checks["flags"]
    alarms: list[Row] = [
        [f"`{flag}`", *(percent(rates[flag]) for rates in found["false_alarms"].values())]
        for flag in found["false_alarms"]["reviews"]
    ]
    foreign: list[Row] = [[name, f"{hits} of {number}"] for name, (hits, number) in found["not_english"].items()]
    one, several = found["not_a_review"]["one sentence"], found["not_a_review"]["several sentences"]
    other: list[Row] = [
        [name, f"{hits} of {number}", f"{several[name][0]} of {several[name][1]}"]
        for name, (hits, number) in one.items()
    ]
    return [
        "Raised on real reviews and on pieces cut from them (validation; `too_short` is right there):",
        "",
        *table(f"flag|{'|'.join(found['false_alarms'])}", alarms),
        "`not_english` on made-up remarks in many languages (`model/data/out_of_domain_texts.py`) that nothing was "
        "fitted on; short ones have five words or fewer:",
        "",
        *table("text|flagged", foreign),
        "`not_a_review` on made-up English texts of other kinds that nothing was fitted on:",
        "",
        *table("kind|one sentence|several together", other),
    ]


def topic(found: Mapping[str, Any]) -> list[str]:
    """Is it a review at all: what the topic model changes."""
    rows: list[Row] = [
        [
            _TOPICS.get(kind, kind),
            figures["texts"],
            *(percent(figures[name]) for name in ("sure_without", "sure", "flagged_without", "flagged")),
        ]
        for kind, figures in found.items()
    ]
    return [
        "## Is it a review at all?",
        "",
        "Short texts on which nothing was fitted or chosen, and the validation reviews, without and with the topic "
        "model. A verdict is sure that is not `uncertain`; `not_a_review` is the flag. Between the two the label is "
        "`uncertain` without the flag: the text may be about something else.",
        "",
        *table("text|number|sure without|sure|flagged without|flagged", rows),
        "Made by `reelfeel fit-topic`, from small talk, TREC questions (Li & Roth 2002), sentences about restaurants "
        "and products (Kotzias et al. 2015), of plots and of reviews (Pang & Lee 2004) and of critics (Socher et al. "
        "2013), with pieces of training reviews, made-up short opinions and English about no film. None of these "
        "texts is in this folder.",
        "",
    ]


_TOPICS = {
    "chat": "small talk",
    "question": "question",
    "plot": "sentence that retells a plot",
    "restaurant": "sentence about a restaurant",
    "product": "sentence about a product",
    "critic": "critic's sentence for or against a film",
    "neutral critic": "critic's sentence that is neither",
    "subjective": "sentence of a newspaper's film review",
    "opinion": "short opinion that names no film, made up",
    "review": "validation review",
}


def _mixed(checks: Mapping[str, Any], rules: Mapping[str, Any]) -> list[str]:
    found = checks["mixed"]
    by = found["by_stars"]
    lines = [
        "## Mixed",
        "",
        f"`mixed`: clear sentences of both kinds, the weaker with at least {percent(rules['mixed_share'])} of their "
        f"summed logits; a sentence is clear from a logit of {rules['mixed_logit']} on, read alone. On dev, clear "
        f"sentences of reviews with 1 or 10 stars agree with the label {percent(STATED)} of the time, and at most "
        f"{percent(ONE_SIDED)} of those reviews are mixed. On validation {percent(found['share'])} are.",
        "",
    ]
    return [*lines, *(table(f"stars|{'|'.join(by)}", [["mixed", *map(percent, by.values())]]) if by else [])]


def _stars(checks: Mapping[str, Any], rules: Mapping[str, Any]) -> list[str]:
    found = checks.get("stars")
    if found is None:
        return ["## Stars", "", "No star estimate: the data has no star ratings, or too few.", ""]
    low, high = found["constants"]
    said = (
        "The estimate ships: its error is clearly lower, and those within one star are not clearly fewer."
        if found["shipped"]
        else "The estimate does not ship: it is not clearly better than the label alone."
    )
    rows: list[Row] = [
        [name, f"{found[key]['mae']:.3f}", percent(found[key]["within_one"])]
        for name, key in (("star estimate", "estimate"), (f"by label: {low:g} or {high:g}", "by_label"))
    ]
    return [
        "## Stars",
        "",
        f"{found['reviews']} validation reviews with 1-4 and 7-10 stars. {said} 95 % bootstrap interval of the "
        f"difference in mean absolute error: {found['mae_difference_95'][0]:+.3f} to "
        f"{found['mae_difference_95'][1]:+.3f}.",
        "",
        *table("|mean absolute error|within one star", rows),
        *(_stars_by_length(found["by_length"], rules.get("star_tokens", 0)) if found.get("by_length") else []),
    ]


def _stars_by_length(bands: list[dict[str, Any]], least: int) -> list[str]:
    ends = [*(f"{band['from']} to {after['from'] - 1}" for band, after in pairwise(bands)), f"{bands[-1]['from']} on"]
    rows: list[Row] = [
        [
            words,
            band["reviews"],
            f"{band['estimate']['mae']:.3f}",
            f"{band['by_label']['mae']:.3f}",
            percent(band["estimate"]["within_one"]),
            percent(band["by_label"]["within_one"]),
            "yes" if band["shipped"] else "no",
        ]
        for words, band in zip(ends, bands, strict=True)
    ]
    return [
        f"The same by length; bands of fewer than {FEWEST} reviews are left out. Texts under {least} words and signs "
        "get no estimate: there it is not better than the label alone, or nothing says that it is.",
        "",
        *table("words and signs|reviews|error|by label|within one|by label|holds", rows),
    ]


def _explanations(checks: Mapping[str, Any]) -> list[str]:
    rows: list[Row] = []
    for name, key in (("strongest sentence", "sentence_deletion"), ("key words", "word_deletion")):
        found = checks[key]
        if found["reviews"]:
            figures = (found["drop"], found["random_drop"], found["flips"], found["random_flips"])
            rows.append([name, found["reviews"], f"{found.get('words', 1):g}", *map(percent, figures)])
    return [
        "## Explanations",
        "",
        "Deletion tests on validation reviews of three sentences or more: what speaks most for the verdict is deleted, "
        "against as much drawn at random. Fall of the probability of the verdict, and verdicts that turn.",
        "",
        *table("deleted|reviews|number|fall|fall at random|turned|turned at random", rows),
    ]


def rest(checks: Mapping[str, Any], rules: Mapping[str, Any]) -> list[str]:
    """Flags on made-up and real text, mixed, stars, explanations."""
    return [
        *_flags(checks),
        *_mixed(checks, rules),
        *_stars(checks, rules),
        *_explanations(checks),
        "Made by `python -m model.training.check_verdicts FOLDER`; the whole card by "
        "`python -m model.training.assemble FOLDER TARGET`.",
        "",
    ]
