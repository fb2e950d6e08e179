"""From trained parts to a model folder: write, fit the rules, measure through the scorer, describe, seal.

`python -m model.training.assemble FOLDER TARGET` does all but the training again for the weights in FOLDER.
"""

import argparse
import hashlib
import json
import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.config import Config
from model.data import corpus as data
from model.data import labelled_sentences, ratings, readers
from model.data.corpus import Corpus, file_hash
from model.data.errors import DataError
from model.data.labelled_sentences import LabelledSentences
from model.data.readers import Reviews
from model.data.splits import split
from model.evaluation import card, evaluate, sentence_checks, verdict_checks
from model.evaluation.metrics import accuracy, dial
from model.numeric import Floats, sigmoid
from model.serving import calibration, model_folder, topic_model
from model.serving.early_exit import Exit
from model.serving.model_folder import Serving
from model.serving.ngram_model import NgramModel
from model.serving.scorer import Scorer
from model.serving.stars import Stars
from model.serving.topic_model import TopicRule
from model.text.tokens import cap, tokenize
from model.training import fit, fit_rules, onnx_export
from model.training.fit_rules import Task


@dataclass(frozen=True, slots=True)
class Trained:
    """What training leaves.

    weights: as `network.recurrent_weights`; table: float32 [words, dimensions]; wide: the n-gram part; predict: word
    ids -> LSTM logits by Keras; history: one record an epoch (of each student), none where they were trained elsewhere;
    teachers, students: what the card says about them.
    """

    weights: dict[str, NDArray[np.float32]]
    table: NDArray[np.float32]
    wide: NgramModel
    predict: Callable[[list[NDArray[np.int32]]], Floats]
    history: list[dict[str, float]]
    teachers: dict[str, object] = field(default_factory=dict)
    students: dict[str, dict[str, float]] = field(default_factory=dict)


def code_hash() -> str:
    """sha256 over the sources of this package, names included."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for file in sorted(root.rglob("*.py")):
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _unfitted(config: Config, wide: NgramModel) -> Serving:
    """What the config and the weights alone decide; the rest is for `model.training.fit_rules` to fit."""
    return Serving(
        dimensions=config.network.dimensions,
        units=config.network.units,
        blend_lstm=0.5,
        blend_wide=0.5,
        blend_bias=0.0,
        band=0.0,
        stated_accuracy=config.serving.stated_accuracy,
        wide_bias=wide.bias,
        wide_longest=wide.longest,
        max_tokens=config.serving.max_tokens,
        batch=config.serving.batch,
        short_words=config.serving.short_words,
        unknown_share=config.serving.unknown_share,
    )


def _measured(task: Task, rows: NDArray[np.int64], scorer: Scorer) -> dict[str, Any]:
    found = evaluate.measured(task.reviews.take(rows), scorer)
    return found | {"metrics": found["metrics"].as_dict()}


def _dial(reviews: Reviews, scorer: Scorer) -> list[dict[str, float]]:
    """The risk-coverage curve by accuracy on the validation reviews."""
    probabilities = evaluate.probabilities_of(scorer.score(reviews.texts))
    return dial(probabilities, reviews.labels, scorer.band)


def _parts_alone(config: Config, corpus: Corpus, trained: Trained, scorer: Scorer) -> dict[str, float]:
    """Validation accuracy of the LSTM and of the n-gram part, each alone and uncalibrated."""
    rows = corpus.split.validation
    tokens, labels = corpus.part(rows)
    recurrent = scorer.recurrent_logits(corpus.ids(rows, config.serving.max_tokens))
    wide = trained.wide.logits(tokens)
    return {
        "recurrent": round(accuracy(sigmoid(recurrent), labels), 6),
        "wide": round(accuracy(sigmoid(wide), labels), 6),
    }


def _files(config: Config) -> dict[str, dict[str, str]]:
    named = {"labelled": config.data.labelled, "unlabelled": config.data.unlabelled, "glove": config.data.glove}
    return {use: {"file": path.name, "sha256": file_hash(path)} for use, path in named.items() if path is not None}


def _epochs(history: list[dict[str, float]]) -> dict[str, int | str]:
    """How long the network was trained; `cpu_seconds` are of all threads, where every part of the run counted them."""
    if not history:
        return {"trained": "by a job on a GPU (docs/internals/gpu.md)"}
    found: dict[str, int | str] = {
        "epochs": int(max(record["epoch"] for record in history)),
        "best epoch": int(fit.best_record(history)["epoch"]),
        "seconds": round(sum(record["seconds"] for record in history)),
    }
    if all("cpu_seconds" in record for record in history):
        found["cpu_seconds"] = round(sum(record["cpu_seconds"] for record in history))
    return found


def _training(config: Config, trained: Trained) -> dict[str, Any]:
    packages = {name: installed(name) for name in ("tensorflow", "keras", "scikit-learn", "numpy")}
    return {
        "seed": config.training.seed,
        **_epochs(trained.history),
        **({"teachers": trained.teachers} if trained.teachers else {}),
        **({"students": trained.students} if trained.students else {}),
        "python": platform.python_version(),
        **packages,
        "date": datetime.now(UTC).date().isoformat(),
    }


def _describe(target: Path, name: str, metrics: dict[str, Any], facts: dict[str, Any]) -> None:
    """Writes the graph, which names the version, metrics, card and, last, the manifest."""
    onnx_export.write_graph(target, name)
    built = card.build(version=name, metrics=metrics, **facts)
    model_folder.write_json(target / "metrics.json", metrics)
    model_folder.write_json(target / "card.json", built)
    (target / "CARD.md").write_text(card.render(built) if metrics else "", encoding="utf-8")
    model_folder.seal(target, name)


def _sealed(target: Path, month: str, serving: Serving, facts: dict[str, Any], threads: int) -> Scorer:
    """A scorer on the folder as it is with `serving`: it opens only a complete one."""
    model_folder.write_serving(target, serving)
    name = model_folder.version(target, month)
    _describe(target, name, {}, facts | {"serving": asdict(serving)})
    return Scorer(target, threads=threads)


def _finished(
    target: Path,
    task: Task,
    serving: Serving,
    facts: dict[str, Any],
    month: str,
    parts: Callable[[Scorer], dict[str, float]],
    threads: int,
    sentences: Mapping[str, LabelledSentences] | None = None,
) -> Path:
    """Fits the rules for the weights in `target`, measures, describes and seals it."""
    (target / model_folder.OPTIONAL[0]).unlink(missing_ok=True)
    _sealed(target, month, serving, facts, threads)
    given = sentences[labelled_sentences.RULES] if sentences else None
    fitted = fit_rules.fit(task, target, serving, sentences=given, threads=threads)
    fit_rules.write(target, fitted)
    scorer = _sealed(target, month, fitted.serving, facts, threads)
    rows = task.split.validation
    estimate = Stars(tuple(fitted.serving.star_bounds)) if fitted.constants else None
    reviews = task.reviews.take(rows)
    checks = verdict_checks.measured(
        scorer, reviews, task.ratings[rows], fitted.constants, estimate, exits=fitted.exits
    )
    complete = fitted.serving
    if not checks.get("stars", {}).get("shipped", False):
        complete = replace(complete, star_bounds=[])
        scorer = _sealed(target, month, complete, facts, threads)
    metrics = {
        "validation": _measured(task, rows, scorer) | {"dial": _dial(reviews, scorer)},
        "dev": _measured(task, task.split.dev, scorer),
        "parts": parts(scorer),
        "calibration": fitted.report,
        "verdict": checks,
    }
    if sentences:
        metrics["sentences"] = sentence_checks.measured(scorer, sentences[labelled_sentences.DEV])
    _describe(target, scorer.version, metrics, facts | {"serving": asdict(complete)})
    return target


def assemble(config: Config, corpus: Corpus, trained: Trained, target: Path) -> Path:
    """Writes the model folder `target` (made if need be) and returns it.

    The figures are measured by the scorer on the finished weights, as `model.evaluation.evaluate` repeats them.
    """
    target.mkdir(parents=True, exist_ok=True)
    _drop_optional(target)  # of an earlier run
    half = config.network.half_embedding
    onnx_export.write(trained.weights, trained.table.astype(np.float16 if half else np.float32), target)
    trained.wide.write(target / "wide.npy")
    corpus.vocabulary.write(target / "vocabulary.txt")
    (target / "config.json").write_text(config.model_dump_json(indent=1) + "\n", encoding="utf-8")
    facts: dict[str, Any] = {
        "name": config.name,
        "notes": config.notes,
        "data": {"files": _files(config), **corpus.report},
        "code": code_hash(),
        "training": _training(config, trained),
    }
    stars = ratings.of_texts(config.data.labelled, corpus.reviews.texts)
    return _finished(
        target,
        Task(corpus.reviews, corpus.tokens, corpus.split, stars),
        _unfitted(config, trained.wide),
        facts,
        datetime.now(UTC).strftime("%Y.%m"),
        lambda scorer: _parts_alone(config, corpus, trained, scorer),
        config.training.threads,
    )


def task_of(source: Path, labelled: Path | None = None) -> Task:
    """The labelled reviews that the model folder `source` was trained and measured on, split as then.

    labelled: where the file is now, if not where the folder's config says. Raises `DataError`.
    """
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    path = labelled or Path(config["data"]["labelled"])
    reviews = data.limited(readers.labelled(readers.read(path)), config["data"]["limit"], config["training"]["seed"])
    tokens = [tokenize(text) for text in reviews.texts]
    return Task(reviews, tokens, split(reviews), ratings.of_texts(path, reviews.texts))


def remeasure(
    source: Path, target: Path, *, labelled: Path | None = None, sentences: Path | None = None, threads: int = 2
) -> Path:
    """A copy of the model folder `source` at `target` with all rules fitted and all figures measured anew.

    Weights, and what the card says of their training, stay. For a folder of an older version of this program, and to
    see what a change of the rules does. sentences: as `labelled`, for a folder that was fitted to some. Raises
    `ModelFolderError` and `DataError`.
    """
    version = model_folder.verify(source)
    old = model_folder.read_card(source)
    shutil.copytree(source, target, dirs_exist_ok=True)
    own = _sentences(source, sentences)
    alone = old["metrics"]["parts"]
    return _finished(
        target,
        task_of(source, labelled),
        _refittable(source),
        _facts(old),
        version.split("-")[1],
        lambda _: alone,
        threads,
        own,
    )


def _refittable(folder: Path) -> Serving:
    """What serves in the folder, without bounds on the words' scores: these go before both are fitted anew."""
    configured = _recorded(folder)["serving"]["unknown_share"]
    return replace(model_folder.read_serving(folder), unknown_share=configured, review_bounds=[])


def _facts(card: dict[str, Any]) -> dict[str, Any]:
    """What a card says of how its model was made."""
    kept = {"name": card["config"], "notes": card["notes"], "data": card["data"], "code": card["code_sha256"]}
    return kept | {"training": card["training"]}


def sealed_as(target: Path, serving: Serving, month: str, threads: int = 1) -> Scorer:
    """A scorer on the model folder `target`, whose files may have changed, once it is sealed with `serving`.

    The card keeps its figures: `measured_again` is due.
    """
    old = model_folder.read_card(target)
    model_folder.write_serving(target, serving)
    _describe(target, model_folder.version(target, month), old["metrics"], _facts(old) | {"serving": asdict(serving)})
    return Scorer(target, threads=threads)


def measured_again(
    target: Path,
    task: Task,
    month: str,
    topic: dict[str, Any],
    *,
    facts: Mapping[str, Any] | None = None,
    threads: int = 1,
) -> None:
    """Measures the sealed folder `target` anew, fits nothing, and seals it with a card of those figures.

    topic: what the card says of the topic model; facts: what it says of how the model was made, if not what it said.
    For the table of early exit the bounds that are not served are calibrated on dev again, since the folder does not
    hold them.
    """
    old, serving = model_folder.read_card(target), model_folder.read_serving(target)
    own = _sentences(target)
    scorer, rows, known = Scorer(target, threads=threads), task.split.validation, old["metrics"].get("verdict", {})
    constants = known.get("stars", {}).get("constants")
    checks = verdict_checks.measured(
        scorer,
        task.reviews.take(rows),
        task.ratings[rows],
        tuple(constants) if constants else None,
        scorer.stars,
        exits=_exits(scorer, task, threads),
    )
    metrics = old["metrics"] | {
        "validation": _measured(task, rows, scorer) | {"dial": _dial(task.reviews.take(rows), scorer)},
        "dev": _measured(task, task.split.dev, scorer),
        "verdict": checks,
        "topic": topic,
    }
    if own:
        metrics["sentences"] = sentence_checks.measured(scorer, own[labelled_sentences.DEV])
    made = dict(facts or _facts(old)) | {"serving": asdict(serving)}
    _describe(target, model_folder.version(target, month), metrics, made)


def _exits(scorer: Scorer, task: Task, threads: int) -> list[Exit]:
    """The bounds of early exit that are compared on the card: the served one as it is, the others calibrated anew."""
    served = scorer.exit
    if served is None:
        return []
    serving = model_folder.read_serving(scorer.folder)
    own = _sentences(scorer.folder)
    given = own[labelled_sentences.RULES] if own else None
    tried = fit_rules.fit(task, scorer.folder, serving, sentences=given, threads=threads).exits
    found = {early.logit: early for early in tried} | {served.logit: served}
    return [found[bound] for bound in sorted(found, reverse=True)]


def finished_with(
    target: Path,
    task: Task,
    facts: dict[str, Any],
    month: str,
    sentences: Mapping[str, LabelledSentences],
    *,
    threads: int = 2,
) -> Path:
    """Fits all rules for the new weights in `target`, a copy of the folder that they began with, and measures.

    sentences: by part (`model.data.labelled_sentences`), for calibration and for figures; facts: for the card.
    """
    _drop_optional(target)
    serving = replace(_refittable(target), **topic_model.fields(TopicRule()))
    held = task.split.validation
    documents = [cap(list(task.tokens[row]), serving.max_tokens) or [""] for row in held]

    def alone(scorer: Scorer) -> dict[str, float]:
        found = zip(("recurrent", "wide"), scorer.parts(documents), strict=True)
        return {name: round(accuracy(sigmoid(part), task.reviews.labels[held]), 6) for name, part in found}

    return _finished(target, task, serving, facts, month, alone, threads, sentences)


def short_calibrated(target: Path, sentences: LabelledSentences, month: str, *, threads: int = 1) -> Scorer:
    """A scorer on the sealed folder `target`, once calibration and band of short texts are fitted to `sentences`.

    Weights and all other rules stay; the card keeps its figures: `measured_again` is due.
    """
    scorer, serving = Scorer(target, threads=threads), model_folder.read_serving(target)
    fields = fit_rules.short_fields(scorer, *calibration.of_reviews(serving), sentences, serving.stated_accuracy)
    return sealed_as(target, replace(serving, **fields), month, threads)


def _drop_optional(target: Path) -> None:
    """Takes out the weights that a folder may lack: whatever is there is part of the model."""
    for name in model_folder.OPTIONAL:
        (target / name).unlink(missing_ok=True)


def _recorded(source: Path) -> dict[str, Any]:
    """A folder's config."""
    found: dict[str, Any] = json.loads((source / "config.json").read_text(encoding="utf-8"))
    return found


def _sentences(folder: Path, moved: Path | None = None) -> dict[str, LabelledSentences] | None:
    """The labelled sentences that the model in the folder, or its calibration, was fitted to, by part; None for one
    without.

    Raises `DataError`.
    """
    found = _recorded(folder).get("sentences")
    if not found:
        return None
    return labelled_sentences.read(moved or Path(found["sentences"]), learned=found["share"] > 0)


def main(arguments: list[str] | None = None) -> int:
    """Fits and measures anew: the command line of `remeasure`."""
    parser = argparse.ArgumentParser(prog="python -m model.training.assemble", description=remeasure.__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--data", type=Path, default=None, help="the labelled file, if it was moved")
    parser.add_argument("--sentences", type=Path, default=None, help="the file of labelled sentences, if it was moved")
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args(arguments)
    try:
        remeasure(
            chosen.source, chosen.target, labelled=chosen.data, sentences=chosen.sentences, threads=chosen.threads
        )
    except (model_folder.ModelFolderError, DataError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write((chosen.target / "CARD.md").read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
