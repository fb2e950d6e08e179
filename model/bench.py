"""Speed of the scorer, and of Keras on the same reviews in the same run: `python -m model.bench`."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from model import SHIPPED, readers
from model.scorer import Scorer
from model.text import cap, tokenize
from model.vocabulary import Vocabulary

DATA = Path("../shared/data/imdb_train.parquet")


def _rate(count: int, seconds: float) -> float:
    return round(count / seconds, 1)


def served(texts: list[str], folder: Path, threads: int) -> dict[str, float]:
    """Reviews a second of `Scorer.score`, raw text to verdict; s to load; ms for one review, for its explanation."""
    began = time.perf_counter()
    scorer = Scorer(folder, threads=threads)
    loaded = time.perf_counter() - began
    # The detector and the word caches load on first use; a long run pays that once.
    scorer.score([*texts[:200], "ceci n'est pas une critique de film en anglais"])
    began, cpu = time.perf_counter(), time.process_time()
    scorer.score(texts)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    singles = []
    for text in texts[:100]:
        began = time.perf_counter()
        scorer.score([text])
        singles.append(time.perf_counter() - began)
    began = time.perf_counter()
    for text in texts[:20]:
        scorer.explain(text)
    explained = (time.perf_counter() - began) / 20
    return {
        "reviews": len(texts),
        "load_s": round(loaded, 3),
        "reviews_per_s": _rate(len(texts), wall),
        "reviews_per_cpu_s": _rate(len(texts), cpu),
        "one_review_ms": round(1000 * float(np.median(singles)), 2),
        "one_explanation_ms": round(1000 * explained, 2),
    }


def keras_predict(texts: list[str], folder: Path, threads: int) -> dict[str, float]:
    """Reviews a second of the same network in `keras.Model.predict`, padded to 400 words, batches of 128.

    What a straightforward deployment does; tokenizing counts, the n-gram part and the flags are left out.
    """
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    from model import reference

    network = reference.load(folder)
    vocabulary = Vocabulary.read(folder / "vocabulary.txt")

    def block(part: list[str]) -> Any:
        padded = np.zeros((len(part), 400), dtype=np.int32)
        for row, text in enumerate(part):
            ids = vocabulary.ids(cap(tokenize(text), 400))
            padded[row, : len(ids)] = ids
        return padded

    network.predict(block(texts[:128]), batch_size=128, verbose=0)
    began, cpu = time.perf_counter(), time.process_time()
    network.predict(block(texts), batch_size=128, verbose=0)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    rows = [vocabulary.ids(tokenize(text)) for text in texts]
    reference.logits(network, rows[:128])
    began = time.perf_counter()
    reference.logits(network, rows)
    by_length = time.perf_counter() - began
    return {
        "reviews": len(texts),
        "reviews_per_s": _rate(len(texts), wall),
        "reviews_per_cpu_s": _rate(len(texts), cpu),
        "by_length_reviews_per_s": _rate(len(texts), by_length),
    }


def main(arguments: list[str] | None = None) -> int:
    """Prints the figures as JSON; `--keras N` compares with Keras on N reviews, drawn evenly."""
    parser = argparse.ArgumentParser(prog="python -m model.bench", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=DATA)
    parser.add_argument("--folder", type=Path, default=SHIPPED)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("--keras", type=int, default=0)
    chosen = parser.parse_args(arguments)
    texts = readers.read(chosen.file).texts[: chosen.limit]
    found: dict[str, Any] = {"model": Scorer(chosen.folder).version, "threads": chosen.threads}
    found["scorer"] = served(texts, chosen.folder, chosen.threads)
    if chosen.keras:
        sample = texts[:: max(1, len(texts) // chosen.keras)]
        found["scorer_sample"] = served(sample, chosen.folder, chosen.threads)
        found["keras_sample"] = keras_predict(sample, chosen.folder, chosen.threads)
        ratio = found["scorer_sample"]["reviews_per_s"] / found["keras_sample"]["reviews_per_s"]
        found["scorer_over_keras"] = round(ratio, 2)
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
