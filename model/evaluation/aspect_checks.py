"""How well aspects are found: figures on sentences labelled by hand, beside two crude ways, and weak checks on stars.

`aspects.tsv` holds one sentence a row: its kind, its labels and its text. A bar cuts text and labels into clauses; the
labels of a clause are aspects with + (for), - (against) or 0 (neither), or a lone "-" for none. docs/aspects.md
says how it was made. Nothing here trains or chooses.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from common.aspects import NAMES, Polarity
from model.aspects import vocabulary
from model.aspects.finder import Aspect
from model.data.errors import DataError
from model.evaluation import evaluate
from model.evaluation.statistics import share_interval
from model.numeric import Labels
from model.serving.model_folder import SHIPPED, write_json
from model.serving.scorer import Scorer
from model.text.tokens import sentences

TEXTS = Path(__file__).parent / "aspects.tsv"
PARTS = ("dev", "test", "fresh", "last", "later")
"""dev: looked at while the rules were made; test: not, though by the same hand; fresh: written later, measured, then
looked at too; last: written when the rules were done, in ordinary words, and not looked at; later: as last, measured,
then looked at."""
_POLARITIES: dict[str, Polarity] = {"+": "positive", "-": "negative", "0": "neutral"}
Probabilities = Mapping[str, float]
"""A sentence -> its probability of positive, read alone."""
_OVERLAP = 0.5
"""An aspect found is the one labelled where their ranges share this much of the shorter one."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with its aspects as labelled; their probability is 1 for praise, 0 for blame, 0.5 for neither."""

    kind: str
    part: str
    text: str
    aspects: tuple[Aspect, ...]


def read(path: Path = TEXTS) -> list[Sentence]:
    """The labelled sentences; raises `DataError` naming the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as a table of aspects.") from error
    if lines[:1] != ["kind\tlabels\ttext"]:
        raise DataError(f"{path} needs the columns kind, labels and text.")
    found = []
    for number, line in enumerate(lines[1:], 2):
        try:
            kind, labels, text = line.split("\t")
            found.append(_sentence(kind, labels.split("|"), text.split("|")))
        except (ValueError, KeyError) as error:
            raise DataError(f"{path}, line {number}: the labels do not fit the text.") from error
    return found


def _sentence(kind: str, labels: list[str], pieces: list[str]) -> Sentence:
    text = "".join(pieces)
    aspects: list[Aspect] = []
    start = 0
    for own, piece in zip(labels, pieces, strict=True):
        end = start + len(piece.rstrip())
        for label in own.split():
            if label != "-":
                name, polarity = label[:-1], _POLARITIES[label[-1]]
                if name not in NAMES:
                    raise ValueError(name)
                gold = {"positive": 1.0, "negative": 0.0}.get(polarity, 0.5)
                aspects.append(Aspect(name, start, end, polarity, gold))
        start += len(piece)
    part = kind if kind in PARTS else PARTS[zlib.crc32(text.encode()) % 2]
    return Sentence(kind, part, text, tuple(aspects))


def pairs(gold: Sequence[Aspect], found: Sequence[Aspect]) -> list[tuple[Aspect, Aspect]]:
    """Which aspect found is which one labelled: of one name and in one place, each used once."""
    free = list(found)
    matched = []
    for one in gold:
        for other in free:
            shared = min(one.end, other.end) - max(one.start, other.start)
            if one.name == other.name and shared >= _OVERLAP * min(one.end - one.start, other.end - other.start):
                matched.append((one, other))
                free.remove(other)
                break
    return matched


def figures(gold: Sequence[Sequence[Aspect]], found: Sequence[Sequence[Aspect]]) -> dict[str, Any]:
    """Micro precision, recall and F1 of aspects in their clauses, and the share of right polarities among those found.

    Precision, recall and polarity carry Wilson's intervals; the interval of F1 is a bootstrap of sentences. Polarity:
    of the aspects that are labelled for or against and were found, how many are judged that way.
    """
    counted = [_counts(own, other) for own, other in zip(gold, found, strict=True)]
    hits, labelled, given, judged, right = (sum(column) for column in zip((0,) * 5, *counted, strict=True))
    drawn = _bootstrap(counted)
    return {
        "sentences": len(gold),
        "labelled": labelled,
        "found": given,
        "precision": _share(hits, given),
        "recall": _share(hits, labelled),
        "f1": {"share": _f1(hits, labelled, given), "low": drawn[0], "high": drawn[1]},
        "polarity": _share(right, judged),
    }


def _counts(gold: Sequence[Aspect], found: Sequence[Aspect]) -> tuple[int, int, int, int, int]:
    matched = pairs(gold, found)
    judged = [(one, other) for one, other in matched if one.polarity != "neutral"]
    right = sum(one.polarity == other.polarity for one, other in judged)
    return len(matched), len(gold), len(found), len(judged), right


def _share(part: int, whole: int) -> dict[str, Any]:
    interval = share_interval(part, whole)
    return {"share": round(part / whole, 4) if whole else 0.0, "of": whole, **interval.as_dict()}


def _f1(hits: int, labelled: int, given: int) -> float:
    return round(2 * hits / (labelled + given), 4) if labelled + given else 0.0


def _bootstrap(counted: Sequence[tuple[int, ...]], draws: int = 1000) -> tuple[float, float]:
    if not counted:
        return 0.0, 0.0
    table = np.asarray(counted)
    rng = np.random.default_rng(1)
    sums = table[rng.integers(len(table), size=(draws, len(table)))].sum(axis=1)
    scores = 2 * sums[:, 0] / np.maximum(1, sums[:, 1] + sums[:, 2])
    low, high = np.quantile(scores, (0.025, 0.975))
    return round(float(low), 4), round(float(high), 4)


def crude(texts: Sequence[str], probabilities: Probabilities) -> list[list[Aspect]]:
    """The crude way: each single film word of the vocabulary names its aspect; its whole sentence's probability
    judges."""
    words = {
        name: {phrase for line in kinds.get("words", ()) for phrase in line.split(", ") if " " not in phrase}
        for name, kinds in vocabulary.lists().items()
        if name in NAMES
    }
    found = []
    for text in texts:
        own: list[Aspect] = []
        for start, end in sentences(text):
            said = set("".join(sign if sign.isalnum() else " " for sign in text[start:end].lower()).split())
            own += [
                _judged(Aspect(name, start, end, "neutral", 0.5), probabilities[text[start:end]])
                for name in NAMES
                if said & words[name]
            ]
        found.append(own)
    return found


def by_sentence(text: str, found: Sequence[Aspect], probabilities: Probabilities) -> list[Aspect]:
    """The aspects found, each judged by the probability of its whole sentence."""
    ranges = sentences(text)
    judged = []
    for one in found:
        start, end = next((place for place in ranges if place[0] <= one.start < place[1]), ranges[0])
        judged.append(_judged(one, probabilities[text[start:end]]))
    return judged


def _judged(one: Aspect, probability: float) -> Aspect:
    return one._replace(polarity="positive" if probability >= 0.5 else "negative", probability=probability)


def sentence_probabilities(texts: Sequence[str], scorer: Scorer) -> Probabilities:
    """Of each sentence of the texts, read alone."""
    own = list(dict.fromkeys(text[start:end] for text in texts for start, end in sentences(text)))
    return {text: verdict.probability for text, verdict in zip(own, scorer.score(own), strict=True)}


def silent(given: Sequence[Sentence], found: Sequence[Sequence[Aspect]]) -> dict[str, Any]:
    """Of the sentences that judge nothing (plot, facts): how many get no judgement."""
    rows = [
        all(aspect.polarity == "neutral" for aspect in own)
        for one, own in zip(given, found, strict=True)
        if all(aspect.polarity == "neutral" for aspect in one.aspects)
    ]
    return _share(sum(rows), len(rows))


def labelled(scorer: Scorer, given: Sequence[Sentence]) -> dict[str, Any]:
    """Figures of each part and kind, as plain values for JSON, beside the two crude ways."""
    found = scorer.aspects_of([one.text for one in given])
    probabilities = sentence_probabilities([one.text for one in given], scorer)
    result: dict[str, Any] = {"parts": {}, "kinds": {}}
    for part, rows in _groups(given, lambda one: one.part, PARTS):
        gold, own = [given[row].aspects for row in rows], [found[row] for row in rows]
        texts = [given[row].text for row in rows]
        result["parts"][part] = {
            "aspects": figures(gold, own) | {"silent": silent([given[row] for row in rows], own)},
            "word list": figures(gold, crude(texts, probabilities)),
            "whole sentence": figures(
                gold, [by_sentence(t, f, probabilities) for t, f in zip(texts, own, strict=True)]
            ),
        }
    for kind, rows in _groups(given, lambda one: one.kind, tuple(dict.fromkeys(one.kind for one in given))):
        result["kinds"][kind] = figures([given[row].aspects for row in rows], [found[row] for row in rows])
    return result


def weak(scorer: Scorer, texts: Sequence[str], labels: Labels) -> dict[str, Any]:
    """Of each aspect in labelled reviews: how often a judgement goes with the review's label (1 or 0), and how many.

    Weak, since good reviews blame too: an aspect of which this is near a half would be noise.
    """
    agreed: dict[str, list[int]] = {name: [0, 0] for name in NAMES}
    for own, label in zip(scorer.aspects_of(texts), labels.tolist(), strict=True):
        for one in own:
            if one.polarity != "neutral":
                agreed[one.name][0] += (one.polarity == "positive") == bool(label)
                agreed[one.name][1] += 1
    return {"reviews": len(texts), "aspects": {name: _share(*counts) for name, counts in agreed.items()}}


def run(
    file: Path | None = None,
    *,
    folder: Path = SHIPPED,
    output: Path | None = None,
    validation_only: bool = False,
    threads: int = 1,
) -> dict[str, Any]:
    """Figures on the labelled sentences, and weak checks on the reviews of `file` where one is given.

    `file` as in `model.evaluation.evaluate.run`. `output` gets the figures as JSON, without texts. Raises `DataError`,
    `ModelFolderError`.
    """
    reviews = None if file is None else evaluate.read_labelled(file, validation_only=validation_only).reviews
    scorer = Scorer(folder, threads=threads)
    found: dict[str, Any] = {"model": scorer.version, **labelled(scorer, read())}
    if file is not None and reviews is not None:
        found["reviews"] = {"file": file.name, **weak(scorer, reviews.texts, reviews.labels)}
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_json(output, found)
    return found


def _shown(figure: dict[str, Any]) -> str:
    return f"{figure['share']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"


def table(found: dict[str, Any]) -> str:
    """The figures as lines for a terminal; intervals are 95 %."""
    lines = [f"{found['model']}: aspects in labelled sentences"]
    for part, ways in found["parts"].items():
        given = ways["aspects"]
        lines.append(f"{part}: {given['sentences']} sentences, {given['labelled']} aspects")
        for way, figures_of in ways.items():
            shown = "  ".join(f"{name} {_shown(figures_of[name])}" for name in ("f1", "polarity"))
            lines.append(f"  {way:<15}{shown}")
        lines.append(f"  plot and facts without a judgement {_shown(given['silent'])}")
    lines += ["", f"{'kind':<13}{'aspects':>8}{'precision':>11}{'recall':>8}{'f1':>7}{'polarity':>10}"]
    for kind, one in found["kinds"].items():
        shares = (one[name]["share"] for name in ("precision", "recall", "f1", "polarity"))
        shown = "{:>11.3f}{:>8.3f}{:>7.3f}{:>10.3f}".format(*shares)
        lines.append(f"{kind:<13}{one['labelled']:>8}{shown}")
    if "reviews" in found:
        given = found["reviews"]
        lines += ["", f"{given['file']}: {given['reviews']:,} reviews; judgements that go with the review's label"]
        lines += [f"  {name:<13}{_shown(one)} of {one['of']:,}" for name, one in given["aspects"].items() if one["of"]]
    return "\n".join(lines)


def _groups(
    given: Sequence[Sentence], group: Callable[[Sentence], str], names: Sequence[str]
) -> Iterator[tuple[str, list[int]]]:
    for name in names:
        rows = [number for number, one in enumerate(given) if group(one) == name]
        if rows:
            yield name, rows
