"""How the model stands up to texts unlike its training reviews.

Four parts. `kinds`: short made-up texts (`stress.tsv`) in kinds, with pairs whose halves must get opposite verdicts.
`distortions`: a labelled file's reviews spoiled in ways that leave their verdict as it was
(`model.evaluation.distortions`). `endings`: single sentences of those reviews with emoji, stars or a link after them,
which should keep their label. `reversals`: sentences cut from those reviews and turned into their opposite by one
word (`model.data.reversals`). Nothing here is for training or for choosing: it only measures.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.data import reversals as reversal
from model.data.errors import DataError
from model.evaluation import distortions as distort
from model.evaluation import evaluate, metrics
from model.evaluation.statistics import mcnemar, share_interval
from model.numeric import Floats, Labels
from model.serving.model_folder import SHIPPED, write_json
from model.serving.scorer import Scorer
from model.serving.verdict import Verdict

TEXTS = Path(__file__).parent / "stress.tsv"

Score = Callable[[list[str], str], list[Verdict]]


@dataclass(frozen=True, slots=True)
class Texts:
    """n short texts: kind, label (1 or 0) and pair of each; a pair has one text of each label, "" is no pair."""

    texts: list[str]
    labels: Labels
    kinds: list[str]
    pairs: list[str]


def read(path: Path = TEXTS) -> Texts:
    """The texts of a table with the columns kind, label, pair and text; raises `DataError` when it is wrong."""
    try:
        # No quoting: a quotation mark is part of a text.
        frame = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, quoting=3)
    except (ValueError, OSError) as error:
        raise DataError(f"{path} cannot be read as a table of stress texts.") from error
    if not {"kind", "label", "pair", "text"} <= set(frame.columns) or not frame["label"].isin(["0", "1"]).all():
        raise DataError(f"{path} needs the columns kind, label (0 or 1), pair and text.")
    paired = frame[frame["pair"] != ""]
    if any(sorted(labels) != ["0", "1"] for _, labels in paired.groupby("pair")["label"]):
        raise DataError(f"{path}: each pair needs one text with label 1 and one with label 0.")
    labels = np.asarray(frame["label"].astype(int), dtype=np.int8)
    return Texts(frame["text"].tolist(), labels, frame["kind"].tolist(), frame["pair"].tolist())


def _share(right: NDArray[np.bool_]) -> dict[str, Any]:
    """Number of texts, how many are right, and that share with its Wilson interval."""
    interval = share_interval(int(right.sum()), len(right))
    share = float(right.mean()) if len(right) else 0.0
    return {"texts": len(right), "right": int(right.sum()), "accuracy": round(share, 6), **interval.as_dict()}


def _means(probabilities: Floats, labels: Labels, verdicts: Sequence[Verdict]) -> dict[str, float]:
    """Mean probability of the texts of each label, and the share that is called uncertain."""
    means = {}
    for name, label in (("positive", 1), ("negative", 0)):
        inside = labels == label
        means[f"probability_{name}"] = round(float(probabilities[inside].mean()), 6) if inside.any() else 0.0
    unsure = sum(verdict.label == "uncertain" for verdict in verdicts)
    return means | {"uncertain": round(unsure / max(1, len(verdicts)), 6)}


def _pairs(right: NDArray[np.bool_], probabilities: Floats, labels: Labels, pairs: Sequence[str]) -> dict[str, Any]:
    """Of the pairs: how many get opposite and right verdicts, and how many at least move the right way."""
    halves: dict[str, list[int]] = {}
    for row, pair in enumerate(pairs):
        if pair:
            halves.setdefault(pair, []).append(row)
    rows = [(one, other) if labels[one] == 1 else (other, one) for one, other in halves.values()]
    flipped = np.asarray([right[one] and right[other] for one, other in rows], dtype=np.bool_)
    moved = sum(bool(probabilities[one] > probabilities[other]) for one, other in rows)
    interval = share_interval(int(flipped.sum()), len(rows))
    return {
        "pairs": len(rows),
        "flipped": round(float(flipped.mean()), 6) if len(rows) else 0.0,
        **{f"flipped_{end}": value for end, value in interval.as_dict().items()},
        "moved": round(moved / len(rows), 6) if rows else 0.0,
    }


def kinds(given: Texts, score: Score) -> list[dict[str, Any]]:
    """Figures of each kind of short text, in the file's order, and of all of them."""
    verdicts = score(given.texts, "Short texts")
    probabilities = evaluate.probabilities_of(verdicts)
    right = (probabilities >= 0.5) == (given.labels == 1)
    table = []
    for kind in [*dict.fromkeys(given.kinds), "all"]:
        rows = np.flatnonzero([kind in (name, "all") for name in given.kinds])
        figures = _share(right[rows]) | _means(probabilities[rows], given.labels[rows], [verdicts[row] for row in rows])
        pairs = [given.pairs[row] for row in rows]
        if any(pairs):
            figures |= _pairs(right[rows], probabilities[rows], given.labels[rows], pairs)
        table.append({"kind": kind, **figures})
    return table


def distortions(texts: list[str], labels: Labels, score: Score, seed: int = distort.SEED) -> list[dict[str, Any]]:
    """Figures on the untouched reviews [n] and on each distortion of them.

    difference: accuracy - that of the untouched; p: McNemar's mid-p for it; kept: share of verdicts that stay on the
    same side of 0.5; part: only a part of each text is left.
    """
    verdicts = score(texts, "Untouched")
    probabilities = evaluate.probabilities_of(verdicts)
    untouched, sides = (probabilities >= 0.5) == (labels == 1), probabilities >= 0.5
    first = {"distortion": "untouched", "does": "as written", "part": False, **_share(untouched)}
    table = [first | _means(probabilities, labels, verdicts) | {"difference": 0.0, "p": 1.0, "kept": 1.0}]
    for one in distort.DISTORTIONS:
        verdicts = score(distort.distorted(one, texts, seed), one.name.capitalize())
        probabilities = evaluate.probabilities_of(verdicts)
        right = (probabilities >= 0.5) == (labels == 1)
        paired = mcnemar(right, untouched)
        table.append(
            {"distortion": one.name, "does": one.does, "part": one.part, **_share(right)}
            | _means(probabilities, labels, verdicts)
            | {
                "difference": round(paired.difference, 6),
                "p": float(f"{paired.p:.6g}"),
                "kept": round(float(((probabilities >= 0.5) == sides).mean()), 6),
            }
        )
    return table


def endings(texts: Sequence[str], score: Score, seed: int = distort.SEED) -> list[dict[str, Any]]:
    """What becomes of the sure labels of sentences when something is put after them, by ending.

    The sentences are those of the distortion "random sentence", one a text. sure: how many of them have a label that is
    not `uncertain`; of these `lost` become uncertain and `changed` get the other label, `share` is both of `sure`;
    gained: uncertain ones that get a label.
    """
    single = next(one for one in distort.DISTORTIONS if one.name == "random sentence")
    alone = distort.distorted(single, texts, seed)
    before = [verdict.label for verdict in score(alone, "Sentences")]
    table = []
    for one in distort.ENDINGS:
        after = [verdict.label for verdict in score(distort.ended(one, alone, seed), one.name.capitalize())]
        pairs = [(old, new) for old, new in zip(before, after, strict=True) if old != "uncertain"]
        lost = sum(new == "uncertain" for _, new in pairs)
        changed = sum(new not in (old, "uncertain") for old, new in pairs)
        gained = sum(label != "uncertain" for label in after) - (len(pairs) - lost)
        share = round(metrics.share(lost + changed, len(pairs)), 6)
        counts = {"texts": len(alone), "sure": len(pairs), "lost": lost, "changed": changed, "gained": gained}
        table.append({"ending": one.name, **counts, "share": share})
    return table


def reversals(texts: Sequence[str], labels: Labels, score: Score) -> dict[str, Any]:
    """Of the sentences that one word decides: accuracy before and after that word is turned, and how often it flips.

    flipped: share of the pairs whose halves both get the right, hence opposite, verdict; of_right: share of the
    sentences judged rightly before that are judged rightly after too; moved: share whose probability moves the right
    way at all.
    """
    found = list(reversal.reversals(texts, labels))
    if not found:
        return {"pairs": 0}
    gold = np.asarray([one.label for one in found], dtype=np.int8)
    before = evaluate.probabilities_of(score([one.before for one in found], "Sentences"))
    after = evaluate.probabilities_of(score([one.after for one in found], "Reversed sentences"))
    right_before, right_after = (before >= 0.5) == (gold == 1), (after >= 0.5) == (gold == 0)
    both = right_before & right_after
    interval = share_interval(int(both.sum()), len(found))
    return {
        "pairs": len(found),
        "positive_before": int(gold.sum()),
        "before": _share(right_before),
        "after": _share(right_after),
        "flipped": round(float(both.mean()), 6),
        **{f"flipped_{end}": value for end, value in interval.as_dict().items()},
        "of_right": round(metrics.share(int(both.sum()), int(right_before.sum())), 6),
        "moved": round(float(np.where(gold == 1, after < before, after > before).mean()), 6),
    }


def run(
    file: Path | None = None,
    *,
    folder: Path = SHIPPED,
    output: Path | None = None,
    all_rows: bool = False,
    seed: int = distort.SEED,
    threads: int = 1,
    progress: bool = False,
) -> dict[str, Any]:
    """All four parts as plain values for JSON; without `file` the short texts alone.

    Of `file` (as in `model.evaluation.evaluate.run`) only the by-movie validation part counts, unless `all_rows`. The
    same seed gives the same figures. `output` gets them as JSON, without texts. Raises `DataError`, `ModelFolderError`.
    """
    given = None if file is None else evaluate.read_labelled(file, validation_only=not all_rows).reviews
    scorer = Scorer(folder, threads=threads)

    def score(texts: list[str], what: str) -> list[Verdict]:
        return evaluate.scored(texts, scorer, progress=progress, what=what)

    found: dict[str, Any] = {"model": scorer.version, "seed": seed, "kinds": kinds(read(), score)}
    if file is not None and given is not None:
        found |= {
            "file": file.name,
            "rows": "all labelled" if all_rows else "validation, split by movie",
            "distortions": distortions(given.texts, given.labels, score, seed),
            "endings": endings(given.texts, score, seed),
            "reversals": reversals(given.texts, given.labels, score),
        }
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_json(output, found)
    return found


def _row(name: str, figures: dict[str, Any], tail: str = "") -> str:
    means = f"{figures['probability_positive']:>10.3f}{figures['probability_negative']:>10.3f}"
    interval = f"{figures['low']:.3f} to {figures['high']:.3f}"
    return f"{name:<20}{figures['texts']:>7,}{figures['accuracy']:>10.4f}   {interval}{means}{tail}".rstrip()


def table(found: dict[str, Any]) -> str:
    """The figures as lines for a terminal; intervals are 95 %, Wilson's."""
    head = f"{'':<20}{'texts':>7}{'accuracy':>10}   {'interval':<14}{'p(pos)':>10}{'p(neg)':>10}"
    lines = [f"{found['model']}: short made-up texts", head + "  pairs flipped"]
    for row in found["kinds"]:
        tail = f"{row['flipped']:>9.4f} of {row['pairs']}" if "pairs" in row else ""
        lines.append(_row(row["kind"], row, tail))
    if "distortions" in found:
        lines += ["", f"{found['file']} ({found['rows']}), reviews spoiled", f"{head}  gap to untouched   verdict kept"]
        for row in found["distortions"]:
            tail = f"{row['difference']:>+12.4f} (p {row['p']:.2g})   {row['kept']:.4f}"
            lines.append(_row(row["distortion"] + (" *" if row["part"] else ""), row, tail))
        lines.append("* only a part of each review is left, which may not carry its verdict")
        lines += ["", f"{'one sentence, and then':<24}{'sure':>7}{'lost':>7}{'changed':>9}{'lost or changed':>18}"]
        lines += [
            f"{row['ending']:<24}{row['sure']:>7,}{row['lost']:>7,}{row['changed']:>9,}{row['share']:>18.2%}"
            for row in found["endings"]
        ]
        turned = found["reversals"]
        lines += ["", f"sentences turned into their opposite: {turned['pairs']} pairs"]
        if turned["pairs"]:
            lines.append(
                f"right before {turned['before']['accuracy']:.4f}, after {turned['after']['accuracy']:.4f}; both, so "
                f"flipped, {turned['flipped']:.4f} ({turned['flipped_low']:.3f} to {turned['flipped_high']:.3f}); "
                f"of those right before {turned['of_right']:.4f}; moved the right way {turned['moved']:.4f}"
            )
    return "\n".join(lines)
