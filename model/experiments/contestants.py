"""What `model.experiments.bench` times, each in a process of its own: `python -m model.experiments.contestants NAME
TASK`.

A contestant reads its task, gets ready, prints a line, waits for a line, works, and prints its figures as JSON. The
wait lets several processes begin together.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from model.text.tokens import cap, tokenize

PADDED = 400
"""Words that a Keras deployment with one fixed length reads; longer reviews are cut, shorter ones padded."""
READY = "ready"

# Imports inside functions: each contestant is a process of its own, whose load time and memory are measured.


@dataclass(frozen=True, slots=True)
class Task:
    """folder: of the model; texts: timed, in random order; exact: those whose probabilities are compared; ordinary: of
    median length, scored one at a time; fit, labels: what TF-IDF learns from; threads: of this process; repeats: of
    each timing; calls: single reviews timed, fewer where each is slow.
    """

    folder: str
    texts: list[str]
    exact: list[str]
    ordinary: list[str]
    fit: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    threads: int = 1
    repeats: int = 3
    calls: int = 300

    def some(self, share: float) -> list[str]:
        """The first texts: this share of all, 8 at least."""
        return self.texts[: max(8, round(share * len(self.texts)))]


Figures = dict[str, Any]
Work = Callable[[], Figures]


def timed(task: Task, texts: list[str], score: Callable[[list[str]], object]) -> Figures:
    """Median rates of `score(texts)` by wall time and by CPU time of this process, in reviews a second."""
    walls, cpus = [], []
    for _ in range(task.repeats):
        began, cpu = time.perf_counter(), time.process_time()
        score(texts)
        walls.append(time.perf_counter() - began)
        cpus.append(time.process_time() - cpu)
    return {
        "reviews": len(texts),
        "reviews_per_s": round(len(texts) / float(np.median(walls)), 1),
        "reviews_per_cpu_s": round(len(texts) / float(np.median(cpus)), 1),
    }


def latency(texts: list[str], score: Callable[[str], object], times: int) -> Figures:
    """Median and 99th percentile in ms of `score(text)`, over `times` calls."""
    score(texts[0])
    taken = []
    for number in range(times):
        began = time.perf_counter()
        score(texts[number % len(texts)])
        taken.append(1000 * (time.perf_counter() - began))
    return {"p50_ms": round(float(np.percentile(taken, 50)), 2), "p99_ms": round(float(np.percentile(taken, 99)), 2)}


def memory_mb() -> int:
    """The most memory that this process held at once, in MB."""
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)


def sgemm_peak(rounds: int = 15) -> float:
    """Best rate of a float32 matrix product in NumPy's library, in GFLOP per second of CPU time."""
    size = 1_024
    rng = np.random.default_rng(0)
    left, right = (rng.normal(size=(size, size)).astype(np.float32) for _ in range(2))
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        left @ right
        best = min(best, time.process_time() - began)
    return 2 * size**3 / best / 1e9


def _scorer(task: Task, *, compiled: bool, exit: bool = True) -> Work:
    began = time.perf_counter()
    from model.serving.scorer import Scorer

    scorer = Scorer(task.folder, threads=task.threads, compiled=compiled, exit=exit)
    loaded = time.perf_counter() - began
    began = time.perf_counter()
    scorer.warm()
    if scorer.is_warm != compiled:
        raise RuntimeError("Compiled code does not work on this machine; the log says why.")
    warmed = time.perf_counter() - began
    # The language detector loads on the first doubtful text; a long run pays that once.
    scorer.score([*task.texts[:200], "ceci n'est pas une critique de film en anglais"])

    def work() -> Figures:
        figures = timed(task, task.texts, scorer.score)
        figures |= {"load_s": round(loaded, 2), "warm_s": round(warmed, 2), "version": scorer.version}
        verdicts = scorer.score([*task.exact, *task.exact])[: len(task.exact)]
        if exit:
            figures["probabilities"] = [verdict.probability for verdict in verdicts]
        if task.threads == 1:
            figures |= latency(task.ordinary, lambda text: scorer.score([text]), task.calls)
            figures["explanation"] = latency(task.ordinary, scorer.explain, task.calls // 8)
        figures["memory_mb"] = memory_mb()
        if compiled and exit and task.threads == 1:
            figures["lstm"] = _lstm_share(task)
        return figures

    return work


def _lstm_share(task: Task) -> Figures:
    """The compiled LSTM alone: its rate, and its recurrent products' FLOP/s beside SGEMM's before and after.

    Both by CPU time of one thread, so that other work on the machine does not decide the share.
    """
    from model.serving.compiled_lstm import CompiledLSTM
    from model.text.vocabulary import Vocabulary

    vocabulary = Vocabulary.read(Path(task.folder) / "vocabulary.txt")
    rows = [row for row in (vocabulary.ids(tokenize(text)) for text in task.texts) if len(row)]
    lengths = np.asarray([len(row) for row in rows], dtype=np.int64)
    ids, starts = np.concatenate(rows), np.cumsum(lengths) - lengths
    lstm = CompiledLSTM(Path(task.folder))
    before = sgemm_peak()
    figures = timed(task, task.texts, lambda _: lstm.logits(ids, starts, lengths))
    peak = max(before, sgemm_peak())
    # Of multiplications and additions.
    flops = 2 * lstm.products * float(lengths.sum()) / len(task.texts)
    reached = flops * figures["reviews_per_cpu_s"] / 1e9
    return figures | {
        "mflop_per_review": round(flops / 1e6, 1),
        "gflops": round(reached, 1),
        "sgemm_gflops": round(peak, 1),
        "share_of_sgemm": round(reached / peak, 3),
    }


def _keras(task: Task, *, one_by_one: bool) -> Work:
    began = time.perf_counter()
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(task.threads)
    tf.config.threading.set_inter_op_parallelism_threads(task.threads)
    from model.text.vocabulary import Vocabulary
    from model.training import keras_reference

    folder = Path(task.folder)
    network = keras_reference.load(folder)
    vocabulary = Vocabulary.read(folder / "vocabulary.txt")
    loaded = time.perf_counter() - began

    def predict(texts: list[str]) -> None:
        block = np.zeros((len(texts), PADDED), dtype=np.int32)
        for row, text in enumerate(texts):
            ids = vocabulary.ids(cap(tokenize(text), PADDED))
            block[row, : len(ids)] = ids
        network.predict(block, batch_size=128, verbose=0)

    def each(texts: list[str]) -> None:
        for text in texts:
            predict([text])

    predict(task.texts[:1] if one_by_one else task.texts[:128])

    def work() -> Figures:
        if one_by_one:
            figures = timed(task, task.some(0.01), each)
            return (
                figures
                | latency(task.ordinary, lambda text: predict([text]), task.calls // 8)
                | {"load_s": round(loaded, 2)}
            )
        figures = timed(task, task.some(0.125), predict)
        verdicts = keras_reference.KerasScorer(folder, network).score(task.exact)
        return figures | {"load_s": round(loaded, 2), "probabilities": [verdict.probability for verdict in verdicts]}

    return work


def _vader(task: Task) -> Work:
    began = time.perf_counter()
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    loaded = round(time.perf_counter() - began, 2)

    def work() -> Figures:
        figures = timed(task, task.some(0.04), lambda texts: [analyzer.polarity_scores(text) for text in texts])
        return figures | latency(task.ordinary, analyzer.polarity_scores, task.calls // 5) | {"load_s": loaded}

    return work


def _textblob(task: Task) -> Work:
    began = time.perf_counter()
    from textblob import TextBlob

    TextBlob("good").sentiment  # noqa: B018 - reads its lexicon
    loaded = round(time.perf_counter() - began, 2)

    def work() -> Figures:
        figures = timed(task, task.some(0.1), lambda texts: [TextBlob(text).sentiment for text in texts])
        return (
            figures
            | latency(task.ordinary, lambda text: TextBlob(text).sentiment, task.calls // 5)
            | {"load_s": loaded}
        )

    return work


def _tfidf(task: Task) -> Work:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=10.0, max_iter=50, tol=1e-2))
    pipeline.fit(task.fit, task.labels)

    def work() -> Figures:
        figures = timed(task, task.some(0.5), pipeline.predict_proba)
        return figures | latency(task.ordinary, lambda text: pipeline.predict_proba([text]), task.calls // 3)

    return work


CONTESTANTS: dict[str, Callable[[Task], Work]] = {
    "scorer": lambda task: _scorer(task, compiled=True),
    "scorer_whole": lambda task: _scorer(task, compiled=True, exit=False),
    "scorer_onnx": lambda task: _scorer(task, compiled=False),
    "keras_one": lambda task: _keras(task, one_by_one=True),
    "keras_batch": lambda task: _keras(task, one_by_one=False),
    "vader": _vader,
    "textblob": _textblob,
    "tfidf": _tfidf,
}


def write_task(task: Task, path: Path) -> None:
    """Writes a task for `main`."""
    path.write_text(json.dumps(asdict(task)), encoding="utf-8")


def main() -> int:
    """One contestant: NAME and the path of its task are the arguments."""
    name, path = sys.argv[1:]
    work = CONTESTANTS[name](Task(**json.loads(Path(path).read_text(encoding="utf-8"))))
    sys.stdout.write(READY + "\n")
    sys.stdout.flush()
    sys.stdin.readline()
    figures = work()
    sys.stdout.write(json.dumps({"memory_mb": memory_mb()} | figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
