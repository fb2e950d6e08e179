"""One job on a machine with a GPU: teachers, their labels, reworded texts, students. `run.py FOLDER OUT [plan.json]`.

Needs PyTorch and NumPy alone. Each step's result is written to OUT when it is there; the time a step may take is in the
plan, so that the job ends within a lease.
"""

import copy
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

import encoder as teachers
import student as students
from texts import Texts, unpacked

BEGAN = time.monotonic()
PLAN: dict[str, Any] = {
    "seed": 1,
    "mask": 30526,
    "mlm": {"epochs": 3.0, "seconds": 150.0, "rate": 1e-4, "budget": 24_576},
    "tune": {"epochs": 3, "rate": 3e-5, "batch": 32},
    "label_budget": 65_536,
    "copies": [0.15, 0.3],
    "copies_until": 520.0,
    "until": 700.0,
    "more_pieces": 2,
    "students": 3,
    "student": {
        "passes": 2.0, "rate": 2e-3, "budget": 32_768, "most": 1536, "ema": 0.998, "word_dropout": 0.05,
        "spatial": 0.1, "drop": 0.1,
    },
}


def say(text: str) -> None:
    print(f"[{time.monotonic() - BEGAN:6.1f}] {text}", flush=True)


def weights(folder: Path) -> dict[str, Any]:
    stored: dict[str, Any] = {}
    for number in (0, 1):
        stored |= unpacked(folder / f"encoder_{number}.npz.xz")
    found = {}
    for name, value in stored.items():
        if not name.endswith(".scale"):
            found[name] = value * stored[name + ".scale"] if value.dtype == np.int8 else value
    places, kinds = "embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight"
    found[places] = found[places] + found[kinds][0]
    return found


class Calibrated:
    """Probabilities from a teacher's logits, with weights fitted on spans of dev and their reviews' labels."""

    def __init__(self, logits: Any, words: Any, labels: Any) -> None:
        features = self._features(logits, words)
        self.weights = np.zeros(features.shape[1])
        for _ in range(30):
            p = 1.0 / (1.0 + np.exp(-features @ self.weights))
            curve = (features * (p * (1 - p))[:, None]).T @ features + 1e-3 * np.eye(len(self.weights))
            self.weights += np.linalg.solve(curve, features.T @ (labels - p) - 1e-3 * self.weights)

    def _features(self, logits: Any, words: Any) -> Any:
        long = np.log(np.maximum(words, 1.0)) - 3.0
        return np.stack([logits, logits * long, np.ones_like(long)], axis=1).astype(np.float64)

    def __call__(self, logits: Any, words: Any) -> Any:
        return 1.0 / (1.0 + np.exp(-self._features(logits, words) @ self.weights))


def log_loss(p: Any, labels: Any) -> float:
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return float(-np.mean(labels * np.log(p) + (1 - labels) * np.log(1 - p)))


def write(path: Path, arrays: dict[str, Any]) -> None:
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **arrays)
    partial.replace(path)


class Job:
    def __init__(self, folder: Path, out: Path, plan: dict[str, Any], device: str) -> None:
        self.folder, self.out, self.plan, self.device = folder, out, plan, device
        stored = unpacked(folder / "texts.npz.xz")
        words = stored["low"].astype(np.int64) | (stored["high"].astype(np.int64) << 16)
        self.stored = stored
        self.texts = Texts(words, stored, device)
        ends = np.cumsum(stored["lengths"].astype(np.int64))
        self.documents = np.stack([ends - stored["lengths"], ends], axis=1)
        counts = stored["counts"].astype(np.int64)
        self.labelled, self.unlabelled, self.dev, self.validation, self.edits = map(int, counts)
        stops = np.append(0, np.cumsum(counts))
        self.parts = [slice(int(a), int(b)) for a, b in zip(stops, stops[1:])]
        self.whole = self.labelled + self.unlabelled
        number = stored["sentence_counts"].astype(np.int64)
        owner = np.repeat(np.arange(len(number)), number)
        owner[owner >= self.whole] = owner[owner >= self.whole]
        lengths = stored["sentences"].astype(np.int64)
        last = np.cumsum(lengths)
        # Sentences fill documents, and those come in this order: labelled, unlabelled, dev.
        self.sentence_spans = np.stack([last - lengths, last], axis=1)
        self.sentence_owner = owner
        self.first_sentence = np.append(0, np.cumsum(number))
        folds = stored["folds"].astype(np.int64)
        self.folds = int(folds.max()) + 1
        self.fold = np.append(folds, np.arange(self.labelled, self.whole + self.dev) % self.folds)
        assert last[-1] == self.documents[self.whole + self.dev - 1, 1]

    def spans(self, name: str, first: int, number: int) -> tuple[Any, Any]:
        """Global spans of the config's pieces, and their documents."""
        inside = self.stored[name].astype(np.int64)
        owner = first + np.tile(np.arange(number), len(inside) // number)
        return inside + self.documents[owner, :1], owner

    def by_fold(self, model_of: list[Any], cut: Any, owner: Any, budget: int) -> Any:
        """Logits of spans, each by the model that never saw its document."""
        found = np.zeros(len(owner), dtype=np.float32)
        for number, model in enumerate(model_of):
            mine = np.flatnonzero(self.fold[owner] == number)
            part = teachers.Cut(cut.flat, cut.bounds[mine], cut.limit, cut.marks)
            found[mine] = teachers.label(model, part, budget)
        return found

    def teach(self) -> list[Any]:
        plan, texts = self.plan, self.texts
        found = weights(self.folder)
        layers, heads = map(int, found["shape"])
        model = teachers.Encoder(found, layers, heads, float(found["epsilon"][0])).to(self.device).to(teachers.HALF)
        say(f"read; {len(texts.pieces)} pieces of words, {len(self.documents)} documents")
        cut = texts.cut(self.documents[: self.whole], 510, True)
        words = model.words.weight.shape[0]
        mlm = plan["mlm"]
        teachers.pretrain(
            model, cut, plan["mask"], words, mlm["epochs"], mlm["seconds"], mlm["rate"], mlm["budget"], say
        )
        self.masked = model
        targets = torch.from_numpy(self.stored["labels"].astype(np.float32)).to(self.device)
        found_models = []
        folds = self.fold[: self.labelled]
        for number in range(self.folds):
            mine = copy.deepcopy(model)
            rows = np.flatnonzero(folds != number)
            tune = plan["tune"]
            teachers.fine_tune(
                mine, cut, rows, targets, tune["epochs"], tune["rate"], tune["batch"], plan["seed"] + number, say
            )
            found_models.append(mine)
        return found_models

    def label(self, models: list[Any]) -> dict[str, Any]:
        """Of all reviews and of the config's pieces; written as labels.npz."""
        budget, texts = self.plan["label_budget"], self.texts
        held = np.arange(self.whole, self.whole + self.dev + self.validation)
        cut = texts.cut(self.documents[: held[-1] + 1], 510, True)
        reviews = np.zeros(held[-1] + 1, dtype=np.float32)
        fold = self.fold[: self.labelled]
        each = []
        for number, model in enumerate(models):
            out = np.flatnonzero(fold == number)
            rows = np.concatenate([out, np.arange(self.labelled, held[-1] + 1)])
            said = teachers.label(model, teachers.Cut(cut.flat, cut.bounds[rows], cut.limit, True), budget)
            reviews[out] = said[: len(out)]
            reviews[self.labelled :] += said[len(out) :] / len(models)
            each.append(said[len(out) :])
        labels, dev_labels = self.stored["labels"], self.stored["dev_labels"]
        say(f"out of fold {np.mean((reviews[: self.labelled] > 0) == (labels == 1)):.4f}")
        dev = reviews[self.whole : self.whole + self.dev]
        alone = [float(np.mean((one[self.unlabelled :][: self.dev] > 0) == (dev_labels == 1))) for one in each]
        say(f"dev, each {alone}, together {np.mean((dev > 0) == (dev_labels == 1)):.4f}")
        spans, owner = self.spans("spans", 0, self.whole)
        pieces = self.by_fold(models, texts.cut(spans, 510, True), owner, budget)
        dev_spans, dev_owner = self.spans("dev_spans", self.whole, self.dev)
        # No fold saw dev: all of them may speak.
        dev_cut = texts.cut(dev_spans, 510, True)
        dev_pieces = np.mean([teachers.label(model, dev_cut, budget) for model in models], axis=0)
        found = {"reviews": reviews, "pieces": pieces, "dev_pieces": dev_pieces.astype(np.float32)}
        write(self.out / "labels.npz", found)
        say("labels.npz is there")
        return found

    def calibrate(self, models: list[Any], reviews: Any) -> None:
        budget, texts = self.plan["label_budget"], self.texts
        labels = self.stored["dev_labels"].astype(np.float64)
        dev = slice(self.whole, self.whole + self.dev)
        length = self.documents[dev, 1] - self.documents[dev, 0]
        self.of_reviews = Calibrated(reviews[dev], length, labels)
        p = self.of_reviews(reviews[dev], length)
        say(f"dev log loss {log_loss(p, labels):.4f}")
        rows = np.arange(dev.start, dev.stop)
        single = self.by_fold(models, texts.cut(self.documents[dev], 510, True), rows, budget)
        self.of_one = Calibrated(single, length, labels)
        mine = self.sentence_owner >= self.whole
        spans = np.concatenate([self.sentence_spans[mine], self.spans("dev_spans", self.whole, self.dev)[0]])
        owner = np.concatenate([self.sentence_owner[mine], self.spans("dev_spans", self.whole, self.dev)[1]])
        said = self.by_fold(models, texts.cut(spans, 510, True), owner, budget)
        length, gold = spans[:, 1] - spans[:, 0], labels[owner - self.whole]
        self.of_pieces = Calibrated(said, length, gold)
        p = self.of_pieces(said, length)
        say(f"dev pieces: {np.mean((p > 0.5) == (gold == 1)):.4f}, {log_loss(p, gold):.4f}; {self.of_pieces.weights}")

    def random_pieces(self, rng: Any) -> tuple[Any, Any]:
        """A piece of two to six sentences of each review, where it has that many."""
        number = self.stored["sentence_counts"].astype(np.int64)[: self.whole]
        owner = np.flatnonzero(number > 2)
        size = 2 + (rng.random(len(owner)) * (np.minimum(number[owner], 6) - 1)).astype(np.int64)
        first = self.first_sentence[owner] + (rng.random(len(owner)) * (number[owner] - size + 1)).astype(np.int64)
        return np.stack([self.sentence_spans[first, 0], self.sentence_spans[first + size - 1, 1]], axis=1), owner

    def examples(self, models: list[Any], texts: Texts, reviews: Any | None, seed: int) -> list[Any]:
        """What a student learns from one reading of the texts. reviews: the teachers' logits, where known."""
        budget, rng = self.plan["label_budget"], np.random.default_rng([seed, 31])
        found = []
        documents = self.documents[: self.whole]
        length = documents[:, 1] - documents[:, 0]
        if reviews is None:
            reviews = self.by_fold(models, texts.cut(documents, 510, True), np.arange(self.whole), budget)
            targets = self.of_one(reviews, length)
        else:
            targets = self.of_reviews(reviews[: self.whole], length)
            targets[: self.labelled] = self.of_one(reviews[: self.labelled], length[: self.labelled])
            targets[: self.labelled] = 0.5 * targets[: self.labelled] + 0.5 * self.stored["labels"]
        found.append(students.Example(texts.cut(documents, 512, False), targets))
        mine = self.sentence_owner < self.whole
        groups = [(self.sentence_spans[mine], self.sentence_owner[mine])]
        groups += [self.random_pieces(rng) for _ in range(self.plan["more_pieces"])]
        for spans, owner in groups:
            said = self.by_fold(models, texts.cut(spans, 510, True), owner, budget)
            targets = self.of_pieces(said, spans[:, 1] - spans[:, 0])
            found.append(students.Example(texts.cut(spans, 512, False), targets))
        return found

    def reread(self, share: float) -> Texts:
        """The texts with a share of their words drawn anew by the masked language model."""
        texts, entries = self.texts, self.stored
        size = np.diff(entries["piece_at"])
        single = np.flatnonzero((size == 1) & entries["plain"])
        alone = entries["pieces"][entries["piece_at"][:-1][single]].astype(np.int64)
        entry_of = np.full(self.masked.words.weight.shape[0], -1, dtype=np.int64)
        # The last one wins: entries come in the order of their first use, so go backward for the first.
        entry_of[alone[::-1]] = single[::-1]
        # Marks and rare pieces are not drawn.
        entry_of[:999] = -1
        entry_of[entries["ids"][np.maximum(entry_of, 0)] == students.UNKNOWN] = -1
        allowed = torch.from_numpy(entry_of >= 0).to(self.device)
        plain = np.zeros(len(size), dtype=bool)
        plain[single] = entries["ids"][single] != students.UNKNOWN
        whole_words = self.documents[self.whole - 1, 1]
        words = texts.words[:whole_words]
        open_ = np.zeros(len(texts.pieces), dtype=bool)
        at = texts.piece_at[:whole_words][plain[words]]
        open_[at] = True
        # Chunks, so that long reviews are read whole.
        chunks = []
        for first, end in self.documents[: self.whole]:
            step = max(1, -(-(texts.piece_at[end] - texts.piece_at[first]) // 500))
            edges = np.linspace(first, end, step + 1).astype(np.int64)
            chunks.append(np.stack([edges[:-1], edges[1:]], axis=1))
        cut = texts.cut(np.concatenate(chunks), 510, True)
        flat = teachers.reworded(
            self.masked, cut, self.plan["mask"], allowed, torch.from_numpy(open_).to(self.device), share,
            self.plan["label_budget"] // 2,
        )
        changed = (flat != texts.pieces).cpu().numpy()
        new = texts.words.copy()
        where = np.flatnonzero(plain[words])
        moved = changed[texts.piece_at[where]]
        drawn = flat.cpu().numpy()[texts.piece_at[where[moved]]]
        new[where[moved]] = entry_of[drawn]
        say(f"reworded: {int(moved.sum())} of {len(words)} words")
        return Texts(new, entries, self.device)

    def students(self, examples: list[Any], until: float) -> None:
        plan = self.plan["student"]
        begins = unpacked(self.folder / "start.npz.xz")
        dev = self.texts.cut(self.documents[self.parts[2]], 4096, False)
        held = self.texts.cut(self.documents[self.parts[3]], 4096, False)
        edited = self.documents[self.parts[4]]
        if len(edited):
            own = students.Example(self.texts.cut(edited, 512, False), self.stored["edits"])
            # As many as the reviews' own sentences would otherwise outweigh.
            examples = [*examples, own, own]
        labels = self.stored["dev_labels"].astype(np.float64)

        def figures(model: Any) -> str:
            said = students.predict(model, dev)
            fitted = Calibrated(said, np.full(len(said), 20.0), labels)
            p = fitted(said, np.full(len(said), 20.0))
            return f"dev {np.mean((said > 0) == (labels == 1)):.4f}, {log_loss(p, labels):.4f}"

        def fresh() -> Any:
            own = {name: begins[name] for name in begins if name != "embedding"}
            return students.Student(begins["embedding"], own, plan["spatial"], plan["drop"]).to(self.device)

        say(f"start: {figures(fresh())}")
        averages: dict[int, Any] = {}

        def one(seed: int) -> None:
            stream = torch.cuda.Stream() if self.device == "cuda" else None
            with torch.cuda.stream(stream) if stream else torch.no_grad():
                with torch.enable_grad():
                    model = fresh()
                    left = until - (time.monotonic() - BEGAN)
                    averages[seed] = (model, students.train(model, examples, plan, seed, left, say))

        threads = [threading.Thread(target=one, args=(seed,)) for seed in range(1, self.plan["students"] + 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.device == "cuda":
            torch.cuda.synchronize()
        said_dev, said_held = {}, {}
        for seed, (model, average) in sorted(averages.items()):
            with torch.no_grad():
                for name, parameter in model.named_parameters():
                    if name in average:
                        parameter.copy_(average[name])
            say(f"student {seed}: {figures(model)}")
            said_dev[f"dev_{seed}"] = students.predict(model, dev)
            said_held[f"held_{seed}"] = students.predict(model, held)
            found = model.exported(average)
            table = found.pop("embedding").astype(np.float16)
            half = len(table) // 2
            write(self.out / f"student_{seed}_a.npz", {"embedding": table[:half]} | found)
            write(self.out / f"student_{seed}_b.npz", {"embedding": table[half:]})
        write(self.out / "said.npz", said_dev | said_held)

    def run(self) -> None:
        models = self.teach()
        found = self.label(models)
        self.calibrate(models, found["reviews"])
        examples = self.examples(models, self.texts, found["reviews"], 0)
        # Whole reviews with the labels of all models are what counts most.
        examples.append(examples[0])
        say(f"{len(examples)} sets of examples")
        for number, share in enumerate(self.plan["copies"], start=1):
            if time.monotonic() - BEGAN > self.plan["copies_until"]:
                say("no time for a further copy")
                break
            examples += self.examples(models, self.reread(share), None, number)
            say(f"{len(examples)} sets of examples")
        del models
        self.students(examples, self.plan["until"])
        (self.out / "done").write_text("done")
        say("done")


if __name__ == "__main__":
    plan = PLAN | (json.loads(Path(sys.argv[3]).read_text()) if len(sys.argv) > 3 else {})
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    # It would plan anew for each shape of a batch.
    torch.backends.cuda.enable_cudnn_sdp(False)
    target = Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    say(json.dumps(plan))
    torch.manual_seed(plan["seed"])
    Job(Path(sys.argv[1]), target, plan, "cuda" if torch.cuda.is_available() else "cpu").run()
