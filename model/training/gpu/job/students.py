"""The second job on a GPU, after the first: `python3 -m model.training.gpu.job.students FOLDER [plan.json]`.

A transformer, pretrained further, learns the first job's labels (labels.npz), labels more of the reviews than the
first could, and the same reviews in other words; students, the networks of which one ships, learn from all of it. One
is trained for long; from its weights some others go on side by side, each by itself, and are written as
student_{seed}.npz into FOLDER (float16), with checks.npz: their logits of dev and validation. A plan's keys change
`PLAN`.
"""

import copy
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch

from model.storage import write_arrays
from model.training.gpu.job import command, encoder, fitting
from model.training.gpu.job.log import say
from model.training.gpu.job.packed import Packed
from model.training.gpu.job.readings import Calibrated, Example, Readings, figures
from model.training.gpu.job.rewording import Rewording
from model.training.gpu.job.student import Student, predict, train
from model.training.gpu.job.texts import unpacked

PLAN: dict[str, Any] = {
    "seed": 1,
    "pretrain": {"epochs": 1.0, "seconds": 60.0, "rate": 1e-4, "budget": 24_576},
    "learn": {"seconds": 90.0, "rate": 5e-5, "budget": 24_576},
    "label_budget": 65_536,
    "reword": [0.15, 0.3],
    "network": {"spatial": 0.1, "drop": 0.1},
    "training": {"budget": 65_536, "most": 2048, "ema": 0.998, "word_dropout": 0.1},
    "first": {"seconds": 320.0, "rate": 2.5e-3, "warmup": 0.05},
    "then": {"seconds": 165.0, "rate": 1.2e-3, "warmup": 0.1},
    "students": [1, 2, 3],
}
"""seconds: a step of the job ends then, its learning rate too; budget: pieces of words, or words, in a batch; reword:
for each further reading the share of open words that are drawn anew; students: seeds of those that are written."""


class Job:
    """The packed texts and the first job's labels, and what is done with them."""

    def __init__(self, folder: Path, plan: dict[str, Any], device: str) -> None:
        self.folder, self.plan, self.device = folder, plan, device
        # All that must be there, before anything takes long.
        self.start = {name: value.astype(np.float32) for name, value in unpacked(folder / "start.npz.xz").items()}
        self.packed = Packed(folder, device)
        with np.load(folder / "labels.npz") as predictions:
            self.readings = Readings(self.packed, dict(predictions), budget=plan["label_budget"], seed=plan["seed"])
        self.examples: list[Example] = []

    def teach(self) -> None:
        """A teacher; from it the examples."""
        plan, readings, texts = self.plan, self.readings, self.packed.texts
        teacher = encoder.read(self.folder, self.device)
        say(f"read: {len(texts.pieces)} pieces of words, {len(readings.reviews)} reviews to learn from")
        fitting.pretrain(teacher, texts.cut(readings.reviews), **plan["pretrain"], seed=plan["seed"])
        pretrained = copy.deepcopy(teacher)
        fitting.learn(teacher, readings.sets(), **plan["learn"], seed=plan["seed"])
        readings.calibrate(teacher)
        self.examples = [*readings.edits(), *readings.of(texts, teacher)]
        rewording = Rewording(self.packed, pretrained, plan["label_budget"] // 2)
        for share in plan["reword"]:
            self.examples += readings.of(rewording.drawn(share), teacher)

    def train(self, weights: dict[str, Any], seed: int, stage: str) -> dict[str, Any]:
        """The weights of a student that began with those."""
        # One each, so that students side by side do not wait for one another.
        with torch.cuda.stream(torch.cuda.Stream() if self.device == "cuda" else None):
            student = Student(weights, **self.plan["network"]).to(self.device)
            train(student, self.examples, **self.plan["training"], **self.plan[stage], seed=seed)
            found: dict[str, Any] = student.weights()
            return found

    def finish(self, weights: dict[str, Any], seed: int) -> dict[str, Any]:
        """One of the students that are written; its weights as they are there."""
        found = {name: value.astype(np.float16) for name, value in self.train(weights, seed, "then").items()}
        write_arrays(self.folder / f"student_{seed}.npz", found)
        return {name: value.astype(np.float32) for name, value in found.items()}

    def logits_of(self, name: str, weights: dict[str, Any]) -> dict[str, Any]:
        """Logits of dev and of validation by a student with those weights."""
        packed, student = self.packed, Student(weights).to(self.device)
        held = packed.documents[packed.whole : packed.reviews]
        logits = predict(
            student, packed.texts.read(held, int(packed.stored["served"])), self.plan["training"]["budget"]
        )
        dev, validation = np.split(logits, [packed.dev])
        probabilities = Calibrated(dev, self.readings.dev, packed.dev_labels)(dev, self.readings.dev)
        say(f"{name} on dev: {figures(probabilities, packed.dev_labels)}")
        return {f"dev_{name}": dev, f"validation_{name}": validation}

    def run(self) -> None:
        """All of it."""
        self.teach()
        # What the teachers needed is cached for a stream that no student uses.
        torch.cuda.empty_cache()
        words = sum(int(example.cut.lengths.sum()) for example in self.examples)
        say(f"{len(self.examples)} sets of examples, {words / 1e6:.1f}M words together")
        checks = self.logits_of("start", self.start)
        first = self.train(self.start, self.plan["seed"], "first")
        checks |= self.logits_of("first", first)
        seeds = self.plan["students"]
        with ThreadPoolExecutor(len(seeds)) as pool:
            for seed, weights in zip(seeds, pool.map(lambda seed: self.finish(first, seed), seeds), strict=True):
                checks |= self.logits_of(str(seed), weights)
        write_arrays(self.folder / "checks.npz", checks)
        say("checks.npz is there")


if __name__ == "__main__":
    Job(*command.order(PLAN)).run()
