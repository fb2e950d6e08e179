"""What a comparison says: sentences computed from its figures, a Markdown table, a plot (colour-blind safe)."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model.evaluation.statistics import McNemar, mcnemar
from model.experiments.baselines import RECURRENT
from model.serving.model_folder import write_json

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "comparison"
WHAT_SHIPS = "shipped"
SIGNIFICANT = 0.05
Rows = list[dict[str, Any]]
Right = dict[str, NDArray[np.bool_]]

_INK = "#1b1b1d"
_FAMILIES = {
    # Okabe and Ito 2008, "Color Universal Design": told apart without red and green; the marker tells it again.
    "no network": ("#E69F00", "s", ("tfidf", "nbsvm")),
    "network without recurrence": ("#009E73", "^", ("average", "cnn")),
    "LSTM on labels alone": ("#0072B2", "o", tuple(RECURRENT)),
    "what ships": ("#D55E00", "*", (WHAT_SHIPS,)),
}


def _word(test: McNemar) -> str:
    """What a test says about its first model."""
    if test.p >= SIGNIFICANT:
        return "tie"
    return "win" if test.difference > 0 else "loss"


def _percent(row: dict[str, Any]) -> str:
    return f"{100 * row['metrics']['accuracy']:.2f} %"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _best(rows: Rows, suits: Callable[[str], bool]) -> dict[str, Any] | None:
    found = [row for row in rows if suits(row["kind"])]
    return max(found, key=lambda row: row["metrics"]["accuracy"], default=None)


def _gap(test: McNemar) -> str:
    return f"{100 * test.difference:+.2f} points, McNemar p {_p(test.p)}"


def _on_labels(rows: Rows, right: Right) -> list[str]:
    """Whether an LSTM on labels alone beats everything that is none."""
    lstm = _best(rows, lambda kind: kind in RECURRENT)
    other = _best(rows, lambda kind: kind not in RECURRENT and kind != WHAT_SHIPS)
    if lstm is None or other is None:
        return []
    test = mcnemar(right[lstm["name"]], right[other["name"]])
    said = {"win": "it does", "loss": "it does not", "tie": "it does not: that is a tie"}[_word(test)]
    return [
        f"The seed idea says that the LSTM wins. Trained on the labels alone, {said}: the best LSTM "
        f"({lstm['title']}) reads {_percent(lstm)}, the best model without recurrence ({other['title']}) "
        f"{_percent(other)} ({_gap(test)})."
    ]


def _last_state(rows: Rows, right: Right) -> list[str]:
    """What pooling and the second direction are worth."""
    plain, pooled = _best(rows, lambda kind: kind == "lstm"), _best(rows, lambda kind: kind == "bilstm")
    if plain is None or pooled is None:
        return []
    test = mcnemar(right[plain["name"]], right[pooled["name"]])
    said = {"win": "beats", "loss": "loses to", "tie": "ties with"}[_word(test)]
    return [
        f"The plain LSTM that decides by its last state ({_percent(plain)}) {said} the one that reads both ways and "
        f"pools over all words ({_percent(pooled)}; {_gap(test)})."
    ]


def _what_ships(rows: Rows, right: Right) -> list[str]:
    """Whether what ships beats each of the others."""
    ships = _best(rows, lambda kind: kind == WHAT_SHIPS)
    others = [row for row in rows if row["kind"] != WHAT_SHIPS]
    if ships is None or not others:
        return []
    tests = {row["title"]: mcnemar(right[ships["name"]], right[row["name"]]) for row in others}
    by_word = {word: [title for title, test in tests.items() if _word(test) == word] for word in ("win", "tie", "loss")}
    if len(by_word["win"]) == len(others):
        said = "wins against every baseline here"
    else:
        phrases = {"win": "wins against", "tie": "ties with", "loss": "loses to"}
        said = ", ".join(f"{phrases[word]} {' and '.join(titles)}" for word, titles in by_word.items() if titles)
    closest = min(tests, key=lambda title: tests[title].difference)
    return [f"What ships ({_percent(ships)}) {said}; the closest is {closest} ({_gap(tests[closest])})."]


def _speed(rows: Rows) -> list[str]:
    """How fast what ships is beside the best LSTM baseline and the fastest row."""
    ships = _best(rows, lambda kind: kind == WHAT_SHIPS)
    lstm = _best(rows, lambda kind: kind in RECURRENT)
    if ships is None or lstm is None:
        return []
    own = ships["speed"]["reviews_per_s"]
    fastest = max(rows, key=lambda row: row["speed"]["reviews_per_s"])
    sentence = (
        f"In the same run what ships scores {own:,.0f} reviews/s, {own / lstm['speed']['reviews_per_s']:.1f} times "
        f"{lstm['title']} in Keras"
    )
    if fastest is not ships:
        sentence += f"; the fastest is {fastest['title']} with {fastest['speed']['reviews_per_s']:,.0f}"
    return [f"{sentence}."]


def sentences(rows: Rows, right: Right) -> list[str]:
    """What the figures say, most of all whether the LSTM wins; a difference with p >= 0.05 is called a tie."""
    return [*_on_labels(rows, right), *_last_state(rows, right), *_what_ships(rows, right), *_speed(rows)]


def build(rows: Rows, right: Right, speeds: dict[str, dict[str, float]], facts: dict[str, Any]) -> dict[str, Any]:
    """Everything about a comparison as plain values: facts, sentences, rows.

    rows: as `model.experiments.compare.Row`, in table order; right: which validation reviews [n] each gets right;
    speeds: by name. Each row gets `speed` and `against_shipped`, McNemar's test of that row (a) and what ships (b), or
    None.
    """
    whole = []
    for row in rows:
        test = None
        if WHAT_SHIPS in right and row["name"] != WHAT_SHIPS:
            test = mcnemar(right[row["name"]], right[WHAT_SHIPS]).as_dict()
        whole.append(row | {"speed": speeds[row["name"]], "against_shipped": test})
    return facts | {"sentences": sentences(whole, right), "rows": whole}


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "elsewhere"
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _cells(row: dict[str, Any]) -> list[str]:
    interval, test = row["intervals"].get("accuracy"), row["against_shipped"]
    spread = f" ({100 * interval['low']:.1f} to {100 * interval['high']:.1f})" if interval else ""
    against = "" if test is None else f"{100 * test['difference']:+.2f}, p {_p(test['p_mid'])}"
    return [
        row["title"],
        f"{100 * row['metrics']['accuracy']:.2f}{spread}",
        f"{100 * row['metrics']['f1']:.2f}",
        f"{row['size'] / 1e6:.1f}",
        _duration(row["seconds"]),
        f"{row['speed']['reviews_per_s']:,.0f}",
        against,
    ]


def table(found: dict[str, Any]) -> str:
    """The Markdown page of a comparison: sentences, table, how each column came about."""
    head = ["model", "accuracy % (95 %)", "F1 %", "size MB", "training", "reviews/s", "against what ships"]
    lines = [f"- {sentence}" for sentence in found["sentences"]]
    lines += ["", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cells(row))} |" for row in found["rows"]]
    parts, speed = found["parts"], found["speed"]
    part = "" if found["limit"] is None else f"A part of the data only: {found['limit']:,} reviews. "
    lines += [
        "",
        f"{part}Trained on {parts['train']:,} reviews of `{found['file']}`, calibrated on the {parts['dev']:,} of the "
        f"dev part, measured on the {parts['validation']:,} of the validation part; the film decides the part. "
        "Intervals are bootstrapped by film. The last column is the difference in accuracy, in points, with the mid-p "
        "value of McNemar's test. Size is all files of the trained model. Training is the processor time of all "
        "threads that fitting took; of what ships that of its last stage, the student, without its teachers "
        "(`elsewhere`: on a GPU, docs/internals/gpu.md). "
        "Reviews/s is from raw text to probability, tokenizing included: the median of "
        f"{speed['rounds']} turns over the same {speed['reviews']:,} reviews on {speed['threads']} threads, the models "
        "taking turns in one process. One seed of each baseline.",
    ]
    return "\n".join(lines) + "\n"


def _family(kind: str) -> tuple[str, str, str]:
    """Name, colour and marker of what a row is."""
    for name, (colour, marker, kinds) in _FAMILIES.items():
        if kind in kinds:
            return name, colour, marker
    raise ValueError(f"no family has the kind {kind}")


def _error(row: dict[str, Any]) -> list[list[float]]:
    """Distances from the accuracy down and up to its interval, in points, as matplotlib wants them."""
    accuracy = row["metrics"]["accuracy"]
    interval = row["intervals"].get("accuracy", {"low": accuracy, "high": accuracy})
    return [[100 * max(0.0, accuracy - interval["low"])], [100 * max(0.0, interval["high"] - accuracy)]]


def _short(row: dict[str, Any]) -> str:
    return "what ships" if row["kind"] == WHAT_SHIPS else str(row["title"])


def _scatter(axes: "Axes", rows: Rows) -> None:
    """Accuracy against speed."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    named: set[str] = set()
    speeds = [row["speed"]["reviews_per_s"] for row in rows]
    middle = (min(speeds) * max(speeds)) ** 0.5
    for row in rows:
        family, colour, marker = _family(row["kind"])
        x, y = row["speed"]["reviews_per_s"], 100 * row["metrics"]["accuracy"]
        axes.errorbar(x, y, yerr=_error(row), color=colour, capsize=2, linewidth=1)
        size = 180 if marker == "*" else 60
        label = None if family in named else family
        axes.scatter(x, y, s=size, color=colour, marker=marker, edgecolors=_INK, linewidths=0.6, zorder=3, label=label)
        named.add(family)
        # Towards the middle, so that no name leaves the drawing.
        side: dict[str, Any] = {"xytext": (-8, 5), "ha": "right"} if x > middle else {"xytext": (8, 5), "ha": "left"}
        axes.annotate(_short(row), (x, y), textcoords="offset points", fontsize=8, color=_INK, **side)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.margins(x=0.1, y=0.1)
    axes.set_xlabel("reviews a second, from raw text")
    axes.set_ylabel("validation accuracy, %")
    axes.set_title("Accuracy against speed")
    axes.grid(visible=True, which="major", color="#dcdce1", linewidth=0.6)
    axes.legend(fontsize=8, loc="best", frameon=False)


def _bars(axes: "Axes", rows: Rows) -> None:
    """Accuracy alone, best on top."""
    ranked = sorted(rows, key=lambda row: float(row["metrics"]["accuracy"]))
    for number, row in enumerate(ranked):
        _, colour, _ = _family(row["kind"])
        accuracy = 100 * row["metrics"]["accuracy"]
        axes.barh(number, accuracy, color=colour, edgecolor=_INK, linewidth=0.6, height=0.7)
        axes.errorbar(accuracy, number, xerr=_error(row), color=_INK, capsize=2, linewidth=1)
        axes.annotate(f"{accuracy:.1f}", (0.02, number), xycoords=("axes fraction", "data"), va="center", fontsize=8)
    axes.set_yticks(range(len(ranked)), [_short(row) for row in ranked], fontsize=8)
    # From what a coin reads: the length of a bar is what the model knows.
    axes.set_xlim(50 if all(row["metrics"]["accuracy"] > 0.5 for row in rows) else 0, 100)
    axes.set_xlabel("validation accuracy, %, with 95 % interval")
    axes.set_title("Accuracy")


def plot(found: dict[str, Any], path: Path) -> None:
    """The comparison as a PNG: accuracy against reviews a second, and bars; marker and colour both tell the family."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4.8), dpi=120, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[3, 2])
    _scatter(left, found["rows"])
    _bars(right, found["rows"])
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
    figure.savefig(path, metadata={"Software": None})


def write(found: dict[str, Any], folder: Path) -> None:
    """comparison.json, comparison.md and comparison.png in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / f"{NAME}.json", found)
    (folder / f"{NAME}.md").write_text(table(found), encoding="utf-8")
    plot(found, folder / f"{NAME}.png")


def publish(folder: Path, docs: Path) -> None:
    """Copies table and plot of `folder` to `docs/internals/comparison-table.md` and `docs/pictures/comparison.png`."""
    for name in ("internals", "pictures"):
        (docs / name).mkdir(parents=True, exist_ok=True)
    text = (folder / f"{NAME}.md").read_text(encoding="utf-8")
    picture = "![accuracy against speed, and accuracy by model](../pictures/comparison.png)"
    page = f"# The comparison's figures\n\nWritten by `reelfeel compare --publish docs`.\n\n{text}\n{picture}\n"
    (docs / "internals" / "comparison-table.md").write_text(page, encoding="utf-8")
    shutil.copyfile(folder / f"{NAME}.png", docs / "pictures" / f"{NAME}.png")
