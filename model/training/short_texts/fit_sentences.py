"""Fits a finished model to single sentences with labels of their own, beside reviews on which it must stay as it is.

Either its calibration of short texts alone (`share = 0`), or the weights too.
The LSTM is trained on for a few passes: on the sentences, and on reviews and pieces of them with what it said of those
itself ("Learning without Forgetting", Li & Hoiem 2016). What ships lies between the weights before and after
("Robust fine-tuning of zero-shot models", Wortsman et al. 2022). The n-gram part stays; all rules of a verdict are
fitted anew. Needs the `train` extra.
"""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from model import config
from model.config import SentencesConfig
from model.data import labelled_sentences
from model.data.corpus import file_hash
from model.data.labelled_sentences import LabelledSentences
from model.numeric import sigmoid
from model.serving import model_folder
from model.serving.scorer import Scorer
from model.text import pieces
from model.text.tokens import cap
from model.text.vocabulary import Vocabulary
from model.training import assemble, fit, network, onnx_export
from model.training.fit import Examples
from model.training.fit_rules import Task
from model.training.short_texts import fit_topic
from model.training.teachers import warm_start

RUNS = Path("runs")
MODEL = "model"


def kept(task: Task, scorer: Scorer, settings: SentencesConfig) -> tuple[list[list[str]], NDArray[np.float32]]:
    """Training reviews, spans and single sentences cut from others of them, and what the model says of each: tokens,
    probabilities of positive [n].

    A label of a review says less of a piece than of the whole, so that the model is less sure of pieces than their own
    words allow: their logits are multiplied by `settings.sharpness`, those of spans by half as much more than 1.
    """
    order = np.random.default_rng(settings.training.seed).permutation(task.split.train)
    whole, rest = order[: settings.reviews], order[settings.reviews :]
    cut_from = [task.reviews.texts[row] for row in rest[: 2 * max(settings.spans, settings.singles)]]
    spans = pieces.spans(cut_from, each=1).tokens[: settings.spans]
    singles = pieces.singles(cut_from, settings.singles).tokens
    longest = settings.training.max_tokens
    documents = [
        cap(list(words), longest) or [""] for words in (*(task.tokens[row] for row in whole), *spans, *singles)
    ]
    sharpness = np.ones(len(documents))
    sharpness[len(whole) :] = (1 + settings.sharpness) / 2
    sharpness[len(whole) + len(spans) :] = settings.sharpness
    return documents, sigmoid(sharpness * scorer.parts(documents)[0]).astype(np.float32)


def between(before: list[Any], after: list[Any], share: float) -> list[NDArray[np.float32]]:
    """Weights that lie `share` of the way from those before to those after."""
    return [
        np.asarray(old + np.float32(share) * (new - old), dtype=np.float32)
        for old, new in zip(before, after, strict=True)
    ]


def _trained(
    settings: SentencesConfig, task: Task, sentences: dict[str, LabelledSentences], folder: Path, *, resume: bool
) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float32], list[dict[str, float]]]:
    """The weights that ship, the embedding, and the records of the passes."""
    import keras

    vocabulary = Vocabulary.read(settings.earlier / "vocabulary.txt")
    scorer = Scorer(settings.earlier, threads=settings.training.threads)
    documents, probabilities = kept(task, scorer, settings)
    learned, held = sentences[labelled_sentences.TRAIN], sentences[labelled_sentences.DEV]
    held = held.take(held.decided)
    rows = [vocabulary.ids(words) for words in (*learned.tokens, *documents)]
    train = Examples(rows, np.concatenate([learned.sides, probabilities]))
    dev = Examples([vocabulary.ids(words) for words in held.tokens], held.sides)
    keras.utils.set_random_seed(settings.training.seed)
    with np.load(settings.earlier / "keras_weights.npz") as stored:
        weights = {name: stored[name] for name in stored.files}
    shape = network.shape_of(weights).model_copy(
        update={"dropout": settings.dropout, "spatial_dropout": settings.spatial_dropout}
    )
    start = warm_start.read(settings.earlier, shape, vocabulary, settings.training.seed)
    built = network.made(shape, start.embedding, start.weights)
    # The word vectors know the words of 67,000 reviews; some thousand sentences have few of them.
    built.get_layer(network.EMBEDDING).trainable = False
    before = [variable.numpy() for variable in built.trainable_variables]
    folder.mkdir(parents=True, exist_ok=True)
    history = fit.fit(built, train, dev, settings.training, folder, resume=resume)
    after = [variable.numpy() for variable in built.trainable_variables]
    for variable, value in zip(built.trainable_variables, between(before, after, settings.share), strict=True):
        variable.assign(value)
    return network.recurrent_weights(built), network.embedding(built), history


def _facts(settings: SentencesConfig, history: list[dict[str, float]]) -> dict[str, Any]:
    """What the card says of how this model was made: as the earlier one, and then this."""
    old, today = model_folder.read_card(settings.earlier), datetime.now(UTC).date().isoformat()
    files = old["data"]["files"] | {
        "sentences": {"file": settings.sentences.name, "sha256": file_hash(settings.sentences)}
    }
    said = {
        "notes": " ".join(part for part in (old["notes"], settings.notes) if part),
        "data": old["data"] | {"files": files},
    }
    if not settings.share:  # the weights are those of the earlier config and code
        then: dict[str, Any] = {"short texts calibrated on sentences on": today}
        return {"name": old["config"], "code": old["code_sha256"], "training": old["training"] | then} | said
    then = {
        "then on sentences from": old["model"],
        "passes over sentences": int(fit.best_record(history)["epoch"]),
        "share of the way": settings.share,
        "sentences on": today,
    }
    return {"name": settings.name, "code": assemble.code_hash(), "training": old["training"] | then} | said


def run(path: Path, *, output: Path | None = None, resume: bool = False) -> Path:
    """Trains, exports and measures what the config file says; returns the run folder.

    Its `model` folder is as good as `model.training.train.run`'s. A topic model is fitted to it anew
    (`reelfeel fit-topic`), since the earlier one's is left out; where the weights stay, so does the topic model. Raises
    `ConfigError`, `DataError`, `ModelFolderError`.
    """
    settings = config.read_sentences(path)
    folder = output or RUNS / settings.name
    month, target = model_folder.verify(settings.earlier).split("-")[1], folder / MODEL
    model_folder.check_apart(settings.earlier, target)
    sentences = labelled_sentences.read(settings.sentences, learned=settings.share > 0)
    task = assemble.task_of(settings.earlier, settings.labelled)
    if not settings.share:
        return _calibrated(settings, task, sentences[labelled_sentences.RULES], target, month)
    weights, table, history = _trained(settings, task, sentences, folder / "network", resume=resume)
    _copied(settings, target)
    half = np.load(settings.earlier / "embedding.npy", mmap_mode="r").dtype == np.float16
    onnx_export.write(weights, table.astype(np.float16 if half else np.float32), target)
    Console().print("Fitting the rules of a verdict and measuring")
    return assemble.finished_with(
        target, task, _facts(settings, history), month, sentences, threads=settings.training.threads
    ).parent


def _copied(settings: SentencesConfig, target: Path) -> None:
    """Makes `target` a copy of the earlier model folder whose config has these settings; it is not sealed."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(settings.earlier, target)
    recorded = json.loads((target / "config.json").read_text(encoding="utf-8"))
    recorded["sentences"] = json.loads(settings.model_dump_json())
    model_folder.write_json(target / "config.json", recorded)


def _calibrated(settings: SentencesConfig, task: Task, sentences: LabelledSentences, target: Path, month: str) -> Path:
    """The run folder, when weights and all rules but the calibration of short texts stay."""
    threads = settings.training.threads
    _copied(settings, target)
    known = model_folder.read_card(target)["metrics"].get("topic", {})
    assemble.sealed_as(target, model_folder.read_serving(target), month, threads)
    assemble.short_calibrated(target, sentences, month, threads=threads)
    Console().print("Measuring")
    if settings.topics is not None:
        known = fit_topic.measured_in(target, settings.topics, task, threads=threads)
    assemble.measured_again(target, task, month, known, facts=_facts(settings, []), threads=threads)
    return target.parent
