"""An evaluation as one HTML page for people: opens offline, on light and dark background, holds no review's text."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from typing import Any

import numpy as np

from model.evaluation import plots
from model.evaluation.evaluation import Evaluation
from model.evaluation.slices import Slice
from model.numeric import Floats, Labels

_CSS = """
:root { color-scheme: light dark; --page: #fdfdfc; --ink: #1b1b1d; --faint: #8b8b93; --grid: #dcdce1;
        --soft: #5c5c64; --positive: #0072b2; --negative: #d55e00; }
@media (prefers-color-scheme: dark) {
  :root { --page: #17181b; --ink: #ececee; --faint: #85858f; --grid: #33343a; --soft: #a9a9b3;
          --positive: #56b4e9; --negative: #f2995c; } }
body { background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; margin: 0; }
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.75rem 0 .5rem; }
p { margin: .5rem 0; } .lead { font-size: 1.15rem; margin: 1rem 0 1.5rem; }
.soft { color: var(--soft); font-size: .9rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { text-align: right; white-space: nowrap; padding: .35rem .4rem; border-bottom: 1px solid var(--grid); }
th:first-child, td:first-child { text-align: left; padding-left: 0; } thead th { color: var(--soft); font-weight: 600; }
th[scope=row] { font-weight: 400; white-space: normal; }
tr.group th { font-weight: 600; text-align: left; padding-top: 1.1rem; }
figure { margin: 1rem 0; } svg { display: block; width: 100%; height: auto; }
.square svg { max-width: 30rem; margin: 0 auto; }
svg text { font-family: inherit !important; } svg * { stroke-linejoin: round; }
.scroll { overflow-x: auto; } code { overflow-wrap: anywhere; }
"""


def percent(value: float, digits: int = 1) -> str:
    """0.9143 -> "91.4 %", with a space that keeps the line together."""
    return f"{100 * value:.{digits}f}\N{NO-BREAK SPACE}%"


def _range(low: float, high: float, digits: int = 1) -> str:
    return f"{100 * low:.{digits}f} to {percent(high, digits)}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column names the row."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _figure(svg: str, square: bool = False) -> str:
    return f'<figure class="{"square" if square else "wide"}">{svg}</figure>'


def _headline(found: Evaluation) -> str:
    figures, interval = found.metrics, found.intervals["accuracy"]
    films = f" of {found.units:,} films" if found.resampled == "films" else ""
    return (
        f'<p class="lead">On {figures.reviews:,} labelled reviews{films} the model is right '
        f"<strong>{percent(figures.accuracy)}</strong> of the time (95 % interval "
        f"{_range(interval['low'], interval['high'])}). It calls {percent(figures.uncertain_share)} of them "
        f"uncertain and is right on {percent(figures.confident_accuracy)} of the rest. Its probabilities are off by "
        f"{100 * figures.ece:.1f} points on average.</p>"
    )


def _overall(found: Evaluation) -> str:
    names = {
        "accuracy": "Accuracy",
        "precision": "Precision of positive",
        "recall": "Recall of positive",
        "f1": "F1 of positive",
        "roc_auc": "ROC-AUC",
    }
    values = found.metrics.as_dict()
    rows = []
    for key, name in names.items():
        interval = found.intervals.get(key)
        if values[key] is not None and interval is not None:
            rows.append((name, percent(values[key], 2), _range(interval["low"], interval["high"], 2)))
    loss = found.intervals["log_loss"]
    rows.append(("Log loss (nats)", f"{found.metrics.log_loss:.4f}", f"{loss['low']:.4f} to {loss['high']:.4f}"))
    resampled = "reviews of one film are not independent" if found.resampled == "films" else "no film is known"
    return (
        "<h2>Overall</h2>"
        + _table(("figure", "value", "95 % interval"), rows)
        + f'<p class="soft">Intervals: percentile bootstrap, drawing {found.units:,} whole {found.resampled} with '
        f"replacement ({resampled}).</p>"
    )


def _confusion(found: Evaluation) -> str:
    cells, figures = found.metrics.confusion, found.metrics
    return (
        "<h2>Right and wrong</h2>"
        f"<p>{cells['false_positive'] + cells['false_negative']:,} of {figures.reviews:,} verdicts are wrong: "
        f"{cells['false_negative']:,} positive reviews called negative, {cells['false_positive']:,} negative "
        "ones called positive.</p>"
        + _table(
            ("labelled", "called positive", "called negative"),
            (
                ("positive", f"{cells['true_positive']:,}", f"{cells['false_negative']:,}"),
                ("negative", f"{cells['false_positive']:,}", f"{cells['true_negative']:,}"),
            ),
        )
    )


def _calibration(found: Evaluation, probabilities: Floats, labels: Labels, band: float) -> str:
    ece, by_chance = found.metrics.ece, found.calibration["ece_if_calibrated_95"]
    sure, wrong = np.abs(probabilities - 0.5) > 0.45, (probabilities >= 0.5) != (labels == 1)
    verdict = "within" if ece <= by_chance else "more than"
    sentence = (
        f"The expected calibration error over 15 bins is {100 * ece:.2f} points: {verdict} the "
        f"{100 * by_chance:.2f} points that chance alone explains on this many reviews (95 % of perfectly calibrated "
        f"models read less; on average {100 * found.calibration['ece_if_calibrated']:.2f})."
    )
    return (
        "<h2>Is a probability of 80 % right 80 % of the time?</h2>"
        f"<p>{sentence} Points above the dashed line are more often positive than the model says.</p>"
        + _figure(plots.reliability(found.reliability, f"Reliability curve. {sentence}"), square=True)
        + f"<p>{percent(float(sure.mean()))} of the reviews get a probability below 0.05 or above 0.95; "
        f"{int((sure & wrong).sum()):,} of those {int(sure.sum()):,} are wrong. The grey strip is the uncertain "
        "band.</p>" + _figure(plots.histogram(probabilities, labels, band))
    )


def _coverage(found: Evaluation, probabilities: Floats, labels: Labels, band: float) -> str:
    half, full = found.coverage[0], found.coverage[-1]
    sentence = (
        f"On the most confident {percent(half['coverage'], 0)} of the reviews the model is right "
        f"{percent(half['accuracy'])} of the time, on all of them {percent(full['accuracy'])}."
    )
    rows = [(f"{100 * row['coverage']:g} %", percent(row["accuracy"], 2)) for row in found.coverage]
    return (
        "<h2>Does it know when it does not know?</h2>"
        f"<p>{sentence}</p>"
        + _figure(
            plots.risk_coverage(probabilities, labels, band, f"Accuracy against coverage. {sentence}"), square=True
        )
        + _table(("most confident share", "accuracy"), rows)
        + f'<p class="soft">Area under the risk-coverage curve: {found.aurc:.4f}, the mean error rate over all shares.'
        "</p>"
    )


_SAYS = {
    "label": "Positive and negative reviews",
    "stars": "Stars",
    "length": "Length",
    "negation": "Negation (not, n't, never, no ...)",
    "contrast": "Contrast",
    "line breaks": "Line breaks",
    "own score": "A score in the text",
}


def _weakest(parts: Sequence[Slice]) -> str:
    """A sentence on the weakest of the parts that have at least 30 reviews."""
    large = [part for part in parts if part.reviews >= 30] or list(parts)
    worst, best = min(large, key=lambda part: part.accuracy), max(large, key=lambda part: part.accuracy)
    return (
        f"Weakest among parts of 30 reviews and more: {worst.name}, {percent(worst.accuracy)}; "
        f"strongest: {best.name}, {percent(best.accuracy)}."
    )


def _slices(found: Evaluation) -> str:
    rows = []
    for by, parts in groupby(found.slices, key=lambda part: part.by):
        cells = [
            (
                part.name,
                f"{part.reviews:,}",
                percent(part.accuracy),
                _range(part.low, part.high),
                percent(part.positive),
                percent(part.probability),
            )
            for part in parts
        ]
        body = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
            for row in cells
        )
        rows.append(f'<tr class="group"><th colspan="6" scope="rowgroup">{escape(_SAYS.get(by, by))}</th></tr>{body}')
    head = ("part", "reviews", "accuracy", "95 % interval", "positive", "predicted")
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    stars = [part for part in found.slices if part.by == "stars"]
    others = [part for part in found.slices if part.by not in ("stars", "label")]
    drawn = ""
    if stars:
        sentence = _weakest(stars)
        drawn += f"<p>By stars. {escape(sentence)}</p>" + _figure(
            plots.slices(stars, found.metrics.accuracy, "stars", f"Accuracy by stars. {sentence}")
        )
    sentence = _weakest(others)
    drawn += f"<p>By length and form. {escape(sentence)}</p>" + _figure(
        plots.slices(others, found.metrics.accuracy, "form", f"Accuracy by length and form. {sentence}")
    )
    return (
        "<h2>Where it is weak</h2>"
        + drawn
        + f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
        + '<p class="soft">Intervals of parts: Wilson\'s, which take reviews as independent. Positive: share of '
        "positive labels; predicted: mean probability of positive; where the two differ the model leans.</p>"
    )


def _p(value: float) -> str:
    return "below 0.0001" if value < 0.0001 else f"{value:.4f}" if value < 0.1 else f"{value:.2f}"


def _against(against: dict[str, Any], model: str) -> str:
    paired, gap, other = against["mcnemar"], against["difference"], against["metrics"]
    p = paired["p_mid"]
    better = "more" if paired["difference"] > 0 else "less"
    said = (
        f"{model} is right {100 * abs(paired['difference']):.2f} points {better} often than {against['model']}"
        if paired["difference"]
        else f"{model} and {against['model']} are right equally often"
    )
    doubt = "a gap that chance alone would rarely make" if p < 0.05 else "a tie as far as these reviews can tell"
    rows = (
        (f"{model} right", f"{paired['both']:,}", f"{paired['only_a']:,}"),
        (f"{model} wrong", f"{paired['only_b']:,}", f"{paired['neither']:,}"),
    )
    return (
        "<h2>Against another model</h2>"
        f"<p>{escape(said)} (95 % interval of the gap {100 * gap['low']:+.2f} to {100 * gap['high']:+.2f} points; "
        f"McNemar's mid-p {_p(p)}): {doubt}. The other model's accuracy is {percent(other['accuracy'], 2)}, its "
        f"log loss {other['log_loss']:.4f}.</p>"
        + _table(("reviews", f"{against['model']} right", f"{against['model']} wrong"), rows)
    )


def _origin(found: Evaluation) -> str:
    flags = ", ".join(f"{flag} {count:,}" for flag, count in sorted(found.flags.items())) or "none"
    return (
        "<h2>What was measured</h2>"
        + _table(
            ("", ""),
            (
                ("Model", found.model),
                ("File", found.file),
                ("Rows", f"{found.rows}; {found.skipped:,} without a label left out"),
                ("Reviews", f"{found.metrics.reviews:,}, {found.metrics.positive:,} of them positive"),
                ("Flags raised", flags),
            ),
        ).replace('<thead><tr><th scope="col"></th><th scope="col"></th></tr></thead>', "")
        + f'<p class="soft">sha256 of the file: <code>{found.file_sha256}</code></p>'
        '<p class="soft">A verdict counts as right when the probability of positive is on the label\'s side of 0.5, '
        "uncertain ones included. No review text is in this file.</p>"
    )


def page(found: Evaluation, probabilities: Floats, labels: Labels, band: float) -> str:
    """The whole page. probabilities of positive [n] and labels (1 or 0) [n] are those that `found` describes.

    Needs seaborn (the `train` extra).
    """
    parts = [
        _headline(found),
        _overall(found),
        _confusion(found),
        _calibration(found, probabilities, labels, band),
        _coverage(found, probabilities, labels, band),
        _slices(found),
        _against(found.against, found.model) if found.against else "",
        _origin(found),
    ]
    title = escape(f"{found.model} on {found.file}")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Evaluation: {title}</title><style>{_CSS}</style></head>\n<body><main>"
        f'<h1>How well {escape(found.model)} reads reviews</h1><p class="soft">{escape(found.file)}, '
        f"{escape(found.rows)}</p>\n" + "\n".join(parts) + "\n</main></body></html>\n"
    )
