"""The model card: one dictionary for programs (`card.json`), the same as text for people (`CARD.md`).

After Mitchell et al. 2019, "Model Cards for Model Reporting".
"""

from typing import Any

from model.evaluation import card_checks, card_head
from model.evaluation.card_checks import Row, percent, table
from model.serving.verdict import FLAGS

LIMITS = (
    "English film reviews only: other subjects and languages are outside what was measured, and the flags miss some.",
    "The training data holds no lukewarm reviews (5 and 6 stars): `uncertain` means unsure, never neutral.",
    "Irony, quoted opinions and comparisons with other films are the usual mistakes.",
    "Probabilities are calibrated on IMDb reviews that are half positive; another mix shifts them.",
    "On sentences cut from reviews the gold is the label of the review, which many of them do not say.",
)
RULES = (
    "length_knee",
    "length_slope",
    "length_drift",
    "skew",
    "short_slope",
    "short_band",
    "short_tokens",
    "short_words",
    "unknown_share",
    "foreign_oddness",
    "foreign_english",
    "review_bounds",
    "mixed_logit",
    "mixed_share",
    "star_bounds",
    "star_tokens",
    "exit_logit",
    "exit_weight",
    "exit_bias",
    "exit_slope",
    "exit_step",
    "topic_tokens",
    "topic_bias",
    "topic_sureness",
    "topic_length",
    "topic_doubt",
    "topic_settled",
)
"""Fields of `serving.json` that say how a verdict is made; all fitted on dev (`model.training.fit_rules`), those of
short texts and of the topic on texts of their own (`model.training.short_texts`)."""
USES = "Telling whether a film review is positive or negative, with a probability, for reading, sorting and counting."


def build(
    *,
    version: str,
    name: str,
    notes: str,
    metrics: dict[str, Any],
    data: dict[str, Any],
    code: str,
    serving: dict[str, Any],
    training: dict[str, Any],
) -> dict[str, Any]:
    """The card. `metrics` is the very content of `metrics.json`; `code` is the hash of the sources that trained."""
    return {
        "model": version,
        "config": name,
        "use": USES,
        "notes": notes,
        "architecture": (
            "GloVe-initialised embedding, bidirectional LSTM, masked max and mean pooling; blended with a "
            "naive-Bayes-weighted linear model on hashed 1- to 3-grams; calibrated on the dev part; where the linear "
            "model settles a text, it decides alone"
        ),
        "metrics": metrics,
        "uncertain_band": {
            "half_width": serving["band"],
            "stated_accuracy": serving["stated_accuracy"],
            "meaning": "verdicts further than this from 0.5 are right at least that often on the dev part",
        },
        "flags": dict(FLAGS),
        "rules": {name: value for name, value in serving.items() if name in RULES},
        "data": data,
        "training": training,
        "code_sha256": code,
        "limits": list(LIMITS),
    }


def _figures(part: str, found: dict[str, Any]) -> str:
    cells = [part, str(found["reviews"]), *(percent(found[key]) for key in ("accuracy", "precision", "recall", "f1"))]
    tail = [f"{found['ece']:.4f}", percent(found["uncertain_share"]), percent(found["confident_accuracy"])]
    return "| " + " | ".join([*cells, *tail]) + " |"


def render(card: dict[str, Any]) -> str:
    """The card as Markdown, with a YAML head."""
    validation, dev = card["metrics"]["validation"], card["metrics"]["dev"]
    confusion = validation["metrics"]["confusion"]
    flagged = (
        f"| `{flag}` | {text} | {percent(validation['flags'].get(flag, 0) / validation['metrics']['reviews'])} |"
        for flag, text in card["flags"].items()
    )
    checks, fits = card["metrics"].get("verdict"), card["metrics"].get("calibration")
    covered = (f"| {percent(row['coverage'])} | {percent(row['accuracy'])} |" for row in validation["coverage"])
    band = card["uncertain_band"]
    lines = [
        card_head.head(card),
        f"# Model card: {card['model']}",
        "",
        card["use"],
        "",
        f"{card['architecture']}.",
        "",
        *card_head.use(),
        "## Figures",
        "",
        "Split by movie. The dev part picked epoch, blend and band, so its own figures read high.",
        *(["", card["notes"]] if card["notes"] else []),
        "",
        "| part | reviews | accuracy | precision | recall | F1 | ECE (15 bins) | uncertain | accuracy of the rest |",
        "|---|---|---|---|---|---|---|---|---|",
        _figures("validation", validation["metrics"]),
        _figures("dev", dev["metrics"]),
        "",
        f"Validation confusion: {confusion['true_positive']} positive and {confusion['true_negative']} negative right, "
        f"{confusion['false_positive']} called positive and {confusion['false_negative']} called negative wrongly.",
        "",
        f"The LSTM alone reaches {percent(card['metrics']['parts']['recurrent'])} on validation, "
        f"the n-gram part alone {percent(card['metrics']['parts']['wide'])}.",
        "",
        f"`uncertain`: within {band['half_width']:.4f} of 0.5, so that verdicts outside are right "
        f"{percent(band['stated_accuracy'])} of the time on the dev part.",
        "",
        "| most confident share of validation | accuracy |",
        "|---|---|",
        *covered,
        "",
        *(_dial(validation["dial"]) if validation.get("dial") else []),
        *(card_checks.calibration(fits) if fits else []),
        *(card_checks.short(checks, card["rules"]) if checks else []),
        *(
            card_checks.sentences(card["metrics"]["sentences"], card["training"])
            if "sentences" in card["metrics"]
            else []
        ),
        *(card_checks.early(checks["exit"], card["rules"]) if checks and checks.get("exit") else []),
        "## Flags",
        "",
        "Every validation review is English and long enough, so the last column is a false-positive rate.",
        "",
        "| flag | meaning | raised on validation |",
        "|---|---|---|",
        *flagged,
        "",
        *(card_checks.rest(checks, card["rules"]) if checks else []),
        *(card_checks.topic(card["metrics"]["topic"]) if card["metrics"].get("topic") else []),
        "## Limits",
        "",
        *(f"- {limit}" for limit in card["limits"]),
        "",
        "## Origin",
        "",
        *(f"- {file['file']}: sha256 `{file['sha256']}`" for file in card["data"]["files"].values()),
        f"- config `{card['config']}`, code sha256 `{card['code_sha256']}`",
        f"- training: {_said(card['training'])}",
        *(_teachers(card["training"]["teachers"]) if "teachers" in card["training"] else [""]),
        *(_students(card["training"]["students"]) if "students" in card["training"] else []),
        _sources(card),
        "",
    ]
    return "\n".join(lines)


def _dial(steps: list[dict[str, float]]) -> list[str]:
    """Some steps of the dial, the last among them."""
    shown = [*(step for step in steps[:-1] if round(1000 * step["accuracy"]) % 5 == 0), steps[-1]]
    rows: list[Row] = [
        [f"{100 * step['accuracy']:.1f} %", f"{step['half_width']:.4f}", percent(1 - step["coverage"])]
        for step in shown
    ]
    return [
        "The dial (`accuracy`): further than this from 0.5, verdicts on validation are right so often; the rest is "
        "left to people.",
        "",
        *card_checks.table("wanted|half width|left to people", rows),
    ]


def _said(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items() if not isinstance(value, dict))


def _teachers(facts: dict[str, Any]) -> list[str]:
    """Who taught it: plain facts and the accuracies of teachers and their blends."""
    parts = {name: figures for name, figures in facts.items() if isinstance(figures, dict)}
    names = list(dict.fromkeys(name for figures in parts.values() for name in figures))
    rows: list[Row] = [
        [name, *(percent(figures[name]) if name in figures else "" for figures in parts.values())] for name in names
    ]
    return [f"- teachers: {_said(facts)}", "", *table("|".join(["teacher", *parts]), rows)]


def _students(figures: dict[str, dict[str, float]]) -> list[str]:
    """Each student, and the mean of their weights, which ships: the LSTM alone."""
    rows: list[Row] = [
        [name, percent(each["dev_accuracy"]), f"{each['dev_log_loss']:.4f}", percent(each["validation_accuracy"])]
        for name, each in figures.items()
    ]
    return table("student (LSTM alone)|dev accuracy|dev log loss|validation accuracy", rows)


def _sources(card: dict[str, Any]) -> str:
    """Whose texts the model learned from."""
    file = card_head.labelled_file(card)
    said = f"Labelled reviews: {card_head.KNOWN[file][1] if file in card_head.KNOWN else file}. "
    if "glove" in card["data"]["files"]:
        said += "Word vectors: GloVe 6B (Pennington et al. 2014, PDDL 1.0). "
    if any("encoder" in name for name in card["training"].get("teachers", {})):
        said += (
            "Among the teachers whose soft labels it, or the earlier model that it began with, learned from were "
            "transformers that others had pretrained on general text (`docs/third-party.md`). "
        )
    if "sentences" in card["data"]["files"]:
        said += "Sentences with labels of their own: Stanford Sentiment Treebank (Socher et al. 2013). "
    return said + "No review text is in this folder."
