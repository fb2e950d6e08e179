"""The comparison: every baseline and what ships on the same split, each row kept, speeds measured side by side.

    OUTPUT/<baseline>/model/            the trained baseline; its bytes are its size
    OUTPUT/<baseline>/training/         checkpoints, gone when it is trained
    OUTPUT/<baseline>/row.json          its figures, and the key of the settings and data they belong to
    OUTPUT/<baseline>/validation.npz    its probabilities on the validation part
    OUTPUT/comparison.json, .md, .png   all of it together (`model.experiments.comparison_report`)

A row whose key still fits is not trained again, so a killed run goes on where it was. Speeds are not kept: all models
score the same reviews in turns in one process, since this machine is not equally fast from hour to hour.
"""

import hashlib
import json
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter
from rich.console import Console

from model.config import Config, ConfigError, Count, DataConfig, NetworkConfig, VocabularyConfig
from model.data import corpus as data
from model.data.corpus import Corpus
from model.evaluation import metrics
from model.evaluation.statistics import bootstrap
from model.experiments import baselines, comparison_report
from model.experiments.baselines import BaselineConfig, Section
from model.experiments.comparison_report import WHAT_SHIPS
from model.numeric import Floats
from model.serving.model_folder import SHIPPED, write_json
from model.serving.scorer import Scorer
from model.text.tokens import tokenize
from model.training import fit_calibration

RUNS = Path("runs") / "compare"
CONFIG = Path(__file__).parents[1] / "configs" / "compare.toml"
_ROW, _VALIDATION, _MODEL, _TRAINING = "row.json", "validation.npz", "model", "training"

Score = Callable[[list[str]], object]


class ComparedData(Section):
    """Where the labelled reviews and the word vectors are; as in `model.config.DataConfig`."""

    labelled: Path
    glove: Path | None = None
    limit: Count | None = None
    seed: int = 1
    """Draws the reviews of `limit` and the vectors of words that GloVe lacks."""
    dimensions: Count = 100


class SpeedConfig(Section):
    """How speed is measured: `reviews` of the validation part, evenly drawn, `rounds` times, on `threads` threads."""

    reviews: Count = 1000
    rounds: Count = 3
    threads: Count = 2


class ComparisonConfig(Section):
    """Which baselines are compared, by the names of their config files beside this one, and on what."""

    name: str
    baselines: tuple[str, ...]
    data: ComparedData
    vocabulary: VocabularyConfig = VocabularyConfig()
    speed: SpeedConfig = SpeedConfig()


@dataclass(frozen=True, slots=True)
class Row:
    """One model's kept figures on the validation part; shares in 0..1, size in bytes.

    intervals: 95 %, bootstrapped by film, of accuracy, f1 and the like; seconds: processor time of training, None where
    unknown.
    """

    name: str
    title: str
    kind: str
    key: str
    metrics: dict[str, Any]
    intervals: dict[str, dict[str, float]]
    size: int
    seconds: float | None


def read(path: Path) -> ComparisonConfig:
    """The validated comparison config in the TOML file `path`; raises `ConfigError`."""
    return baselines.read_toml(path, TypeAdapter(ComparisonConfig))


def read_baselines(path: Path, config: ComparisonConfig) -> list[BaselineConfig]:
    """The baselines that the comparison config at `path` names; raises `ConfigError`."""
    return [baselines.read(path.parent / f"{name}.toml") for name in config.baselines]


def prepare(config: ComparisonConfig) -> Corpus:
    """Tokens, by-movie split, vocabulary and start vectors that all baselines share; raises `DataError`."""
    where = DataConfig(labelled=config.data.labelled, glove=config.data.glove, limit=config.data.limit)
    settings = Config(
        name=config.name,
        data=where,
        vocabulary=config.vocabulary,
        network=NetworkConfig(dimensions=config.data.dimensions),
    )
    seeded = settings.training.model_copy(update={"seed": config.data.seed})
    return data.prepare(settings.model_copy(update={"training": seeded}))


def _data_key(config: ComparisonConfig, corpus: Corpus) -> str:
    """A digest of what the reviews are, how they are split and which vectors the networks start from."""
    digest = hashlib.sha256(config.vocabulary.model_dump_json().encode())
    for rows in (corpus.split.train, corpus.split.dev, corpus.split.validation):
        digest.update("".join(corpus.reviews.hashes[row] for row in rows).encode() + b"\n")
    digest.update(corpus.vectors.tobytes())
    return digest.hexdigest()


def _key(data_key: str, settings: str) -> str:
    return hashlib.sha256(f"{data_key}\n{settings}".encode()).hexdigest()[:16]


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _figures(probabilities: Floats, corpus: Corpus) -> tuple[dict[str, Any], dict[str, dict[str, float]]]:
    """Metrics on the validation part and their intervals."""
    rows = corpus.split.validation
    labels = corpus.reviews.labels[rows]
    movies = [corpus.reviews.movies[row] for row in rows]
    groups = movies if any(movies) else None
    intervals = bootstrap(metrics.resampled(probabilities, labels), len(labels), groups)
    kept = ("reviews", "accuracy", "precision", "recall", "f1", "roc_auc", "ece", "log_loss")
    measured = metrics.measure(probabilities, labels, 0.0).as_dict()
    spread = {name: interval.as_dict() for name, interval in intervals.items() if name in kept}
    return {name: measured[name] for name in kept}, spread


def _keep(folder: Path, row: Row, probabilities: Floats) -> Row:
    """Writes the row, last of all: a folder without it is one of a killed run."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / _VALIDATION, allow_pickle=False, probabilities=probabilities)
    partial = folder / f"{_ROW}.partial"
    write_json(partial, asdict(row))
    partial.replace(folder / _ROW)
    return row


def kept(folder: Path, key: str | None = None) -> Row | None:
    """The row in that folder, when it is there, whole, and (with `key`) still that of the settings and the data."""
    try:
        row = Row(**json.loads((folder / _ROW).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    whole = (folder / _VALIDATION).is_file() and ((folder / _MODEL).is_dir() or row.kind == WHAT_SHIPS)
    return row if whole and key in (None, row.key) else None


def probabilities(folder: Path) -> Floats:
    """What the row in that folder says about the validation part, float64 [n]."""
    with np.load(folder / _VALIDATION) as stored:
        found: Floats = stored["probabilities"]
    return found


def _trained(config: BaselineConfig, corpus: Corpus, folder: Path, key: str) -> Row:
    """Trains one baseline, or goes on with it, and keeps its row."""
    training, marker = folder / _TRAINING, folder / "key"
    if not marker.is_file() or marker.read_text(encoding="utf-8") != key:
        shutil.rmtree(folder, ignore_errors=True)
        training.mkdir(parents=True)
        marker.write_text(key, encoding="utf-8")
    baseline, seconds = baselines.train(config, corpus, training)
    model = folder / _MODEL
    shutil.rmtree(model, ignore_errors=True)
    model.mkdir()
    baseline.write(model)
    dev, dev_labels = corpus.part(corpus.split.dev)
    blend = fit_calibration.fit([baseline.logits(dev)], dev_labels)
    found = blend.probabilities(baseline.logits(corpus.part(corpus.split.validation)[0]))
    row = Row(config.name, config.title, config.kind, key, *_figures(found, corpus), _size(model), round(seconds, 1))
    _keep(folder, row, found)
    shutil.rmtree(training, ignore_errors=True)
    return row


def _shipped(scorer: Scorer, corpus: Corpus, folder: Path, key: str) -> Row:
    """The row of the model folder, its verdicts by its own scorer from raw text."""
    texts = [corpus.reviews.texts[row] for row in corpus.split.validation]
    found = np.asarray([verdict.probability for verdict in scorer.score(texts)], dtype=np.float64)
    seconds = scorer.card.get("training", {}).get("cpu_seconds")
    title = f"what ships ({scorer.version})"
    row = Row(WHAT_SHIPS, title, WHAT_SHIPS, key, *_figures(found, corpus), _size(scorer.folder), seconds)
    return _keep(folder, row, found)


def _scoring(baseline: baselines.Baseline) -> Score:
    return lambda texts: baseline.logits([tokenize(text) for text in texts])


def speeds(models: dict[str, Score], texts: list[str], rounds: int) -> dict[str, dict[str, float]]:
    """Reviews a second from raw text, by model: median of `rounds` turns, each turn one pass of every model.

    reviews_per_s: by the clock; reviews_per_cpu_s: by the time of all threads.
    """
    for score in models.values():
        # Word caches, graphs and detectors load on first use; a long run pays that once.
        score(texts[:64])
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in models}
    for _ in range(rounds):
        for name, score in models.items():
            wall, cpu = time.perf_counter(), time.process_time()
            score(texts)
            taken[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    found = {}
    for name, pairs in taken.items():
        wall, cpu = (statistics.median(part) for part in zip(*pairs, strict=True))
        found[name] = {
            "reviews_per_s": round(len(texts) / wall, 1),
            "reviews_per_cpu_s": round(len(texts) / max(cpu, 1e-9), 1),
        }
    return found


def _chosen(names: Sequence[str], only: Sequence[str]) -> list[str]:
    """The rows to make; `only` may leave out the `baseline_` in front."""
    known = {name.removeprefix("baseline_"): name for name in (*names, WHAT_SHIPS)}
    wanted = [name.strip().removeprefix("baseline_") for part in only for name in part.split(",") if name.strip()]
    for name in wanted:
        if name not in known:
            raise ConfigError(f"There is no row '{name}' to compare: the rows are {', '.join(known)}.")
    return [known[name] for name in wanted] or list(known.values())


def run(
    config_path: Path = CONFIG,
    *,
    output: Path = RUNS,
    only: Sequence[str] = (),
    model: Path = SHIPPED,
    limit: int | None = None,
    again: bool = False,
    publish: Path | None = None,
) -> dict[str, Any]:
    """Makes the rows that are missing, measures all speeds, and writes table, figures and plot into `output`.

    only: names of rows to make ("cnn", "shipped"), the others are taken as kept; again: make them although they are
    kept; limit: use only that many reviews; publish: a docs folder that gets `internals/comparison-table.md`
    and `pictures/comparison.png`. Returns what `comparison.json` holds. Raises `ConfigError`, `DataError` and
    `ModelFolderError`.
    """
    config = read(config_path)
    configs = {baseline.name: baseline for baseline in read_baselines(config_path, config)}
    chosen = _chosen(list(configs), only)
    if limit is not None:
        config = config.model_copy(update={"data": config.data.model_copy(update={"limit": limit})})
    if publish is not None and config.data.limit is not None:
        raise ConfigError("A comparison on a part of the reviews is not published: leave out --limit or --publish.")
    console = Console(highlight=False)
    scorer = Scorer(model, threads=config.speed.threads)
    console.print("Reading the data")
    job = _Job(config, configs, prepare(config), scorer, output, console)
    rows = job.rows(chosen, again=again)
    console.print("Measuring speeds side by side")
    found = comparison_report.build([asdict(row) for row in rows], job.right(rows), job.speeds(rows), job.facts())
    comparison_report.write(found, output)
    if publish is not None:
        comparison_report.publish(output, publish)
    return found


@dataclass(frozen=True, slots=True)
class _Job:
    """One run of the command."""

    config: ComparisonConfig
    baselines: dict[str, BaselineConfig]
    corpus: Corpus
    scorer: Scorer
    output: Path
    console: Console

    def rows(self, chosen: Sequence[str], *, again: bool) -> list[Row]:
        """The kept rows that still fit, and the chosen ones made where none is kept."""
        data_key = _data_key(self.config, self.corpus)
        keys = {name: _key(data_key, settings.model_dump_json()) for name, settings in self.baselines.items()}
        keys[WHAT_SHIPS] = _key(data_key, self.scorer.version)
        rows = []
        for name, key in keys.items():
            anew = again and name in chosen
            row = None if anew else kept(self.output / name, key)
            if row is None and name in chosen:
                self.console.print(f"{name}: making")
                row = self._made(name, key, anew=anew)
                self.console.print(f"{name}: accuracy {100 * row.metrics['accuracy']:.2f} %")
            if row is None:
                self.console.print(f"{name}: not kept for these settings and not asked for, left out")
            else:
                rows.append(row)
        return rows

    def _made(self, name: str, key: str, *, anew: bool) -> Row:
        folder = self.output / name
        if anew:
            shutil.rmtree(folder, ignore_errors=True)
        if name == WHAT_SHIPS:
            return _shipped(self.scorer, self.corpus, folder, key)
        return _trained(self.baselines[name], self.corpus, folder, key)

    def right(self, rows: Sequence[Row]) -> dict[str, NDArray[np.bool_]]:
        """Which validation reviews each row gets right, bool [n]."""
        positive = self.corpus.reviews.labels[self.corpus.split.validation] == 1
        return {row.name: (probabilities(self.output / row.name) >= 0.5) == positive for row in rows}

    def sample(self) -> list[str]:
        """Raw validation reviews, evenly drawn, on which speed is measured."""
        rows = self.corpus.split.validation
        size = min(self.config.speed.reviews, len(rows))
        return [self.corpus.reviews.texts[rows[number]] for number in np.linspace(0, len(rows) - 1, size).astype(int)]

    def speeds(self, rows: Sequence[Row]) -> dict[str, dict[str, float]]:
        """As the function `speeds`, of every row."""
        baselines.start_tensorflow(self.config.speed.threads)
        models: dict[str, Score] = {}
        for row in rows:
            if row.kind == WHAT_SHIPS:
                models[row.name] = self.scorer.score
            else:
                models[row.name] = _scoring(baselines.load(self.baselines[row.name], self.output / row.name / _MODEL))
        return speeds(models, self.sample(), self.config.speed.rounds)

    def facts(self) -> dict[str, Any]:
        """What was compared on."""
        parts = self.corpus.split
        return {
            "file": self.config.data.labelled.name,
            "limit": self.config.data.limit,
            "parts": {name: len(getattr(parts, name)) for name in ("train", "dev", "validation")},
            "speed": self.config.speed.model_dump() | {"reviews": len(self.sample())},
        }
