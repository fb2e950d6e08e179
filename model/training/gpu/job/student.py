"""The network of `model.training.network` in PyTorch, and its training."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from model import batches
from model.serving import unit_groups
from model.text.vocabulary import UNKNOWN
from model.training.gpu.job.encoder import MOST
from model.training.gpu.job.log import say
from model.training.gpu.job.readings import Example
from model.training.gpu.job.texts import Cut

# PyTorch's marks of the two directions, and its names of what Keras calls kernel, recurrent and bias. Both have the
# gates in the same order.
_MARKS = ("", "_reverse")
_KINDS = {"kernel": "weight_ih_l0", "recurrent": "weight_hh_l0", "bias": "bias_ih_l0"}
_TOLD = 30.0
"""Seconds between two lines of the log."""


def _turned(name: str, value: Any) -> Any:
    """Keras' weights as PyTorch has them, and the other way round: their products are the other's transposed."""
    return np.ascontiguousarray(value if name == "embedding" else value.T)


class Student(nn.Module):  # type: ignore[misc]
    """Word ids -> logit. Groups of units of an LSTM (`model.serving.unit_groups`) stay apart."""

    def __init__(self, weights: dict[str, Any], spatial: float = 0.0, drop: float = 0.0) -> None:
        """weights: float32, as `model.training.network.recurrent_weights`, and `embedding`; spatial, drop: shares
        dropped."""
        super().__init__()
        self.spatial, self.drop = spatial, drop
        self.embedding = nn.Parameter(torch.zeros(weights["embedding"].shape))
        units = len(weights["forward_recurrent"])
        self.lstm = nn.LSTM(self.embedding.shape[1], units, batch_first=True, bidirectional=True)
        self.logit = nn.Linear(4 * units, 1)
        hidden = len(weights.get("hidden_bias", ()))
        self.hidden = nn.Linear(4 * units, hidden) if hidden else None
        self.hidden_logit = nn.Linear(hidden, 1, bias=False) if hidden else None
        apart = _turned("recurrent", unit_groups.mask(unit_groups.sizes(weights)))
        self.register_buffer("apart", torch.from_numpy(apart))
        with torch.no_grad():
            for name, parameter in self.named().items():
                parameter.copy_(torch.from_numpy(_turned(name, weights[name])))
            for mark in _MARKS:
                # One bias only, as in Keras.
                getattr(self.lstm, f"bias_hh_l0{mark}").zero_().requires_grad_(False)

    def named(self) -> dict[str, nn.Parameter]:
        """What is trained, by Keras' names."""
        found = {"embedding": self.embedding, "logit_kernel": self.logit.weight, "logit_bias": self.logit.bias}
        for direction, mark in zip(unit_groups.DIRECTIONS, _MARKS, strict=True):
            found |= {f"{direction}_{ours}": getattr(self.lstm, theirs + mark) for ours, theirs in _KINDS.items()}
        if self.hidden is not None and self.hidden_logit is not None:
            found |= {"hidden_kernel": self.hidden.weight, "hidden_bias": self.hidden.bias}
            found["hidden_logit"] = self.hidden_logit.weight
        return found

    def weights(self) -> dict[str, Any]:
        """By Keras' names (float32), as they were given."""
        return {name: _turned(name, value.detach().cpu().numpy()) for name, value in self.named().items()}

    def keep_apart(self) -> None:
        """Takes what lies between groups out of the gradient."""
        for mark in _MARKS:
            getattr(self.lstm, f"weight_hh_l0{mark}").grad.mul_(self.apart)

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Logits (float32 [rows]) of ids [rows, steps]; lengths: int64 [rows] on the CPU, the longest first."""
        x = F.embedding(ids, self.embedding)
        if self.training:
            keep = torch.rand(x.shape[0], 1, x.shape[2], device=x.device) >= self.spatial
            x = x * keep / (1.0 - self.spatial)
        packed = pack_padded_sequence(x, lengths, batch_first=True)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=ids.shape[1])
        real = (ids != 0)[:, :, None]
        highest = torch.where(real, states, -1e9).max(1).values
        mean = torch.where(real, states, 0.0).sum(1) / real.sum(1)
        pooled = F.dropout(torch.cat([highest, mean], 1), self.drop, self.training)
        logit = self.logit(pooled)
        if self.hidden is not None and self.hidden_logit is not None:
            logit = logit + self.hidden_logit(F.relu(self.hidden(pooled)))
        return logit[:, 0]


@torch.inference_mode()  # type: ignore[untyped-decorator]
def predict(student: Student, cut: Cut, budget: int) -> Any:
    """Logits (float32 [spans]) in the order of the spans; budget: words in a batch."""
    student.eval()
    found = torch.zeros(len(cut.lengths), device=cut.flat.device)
    for rows in batches.ordered(cut.lengths, MOST, budget):
        longest_first = rows[::-1].copy()
        logits = student(cut.block(longest_first), torch.from_numpy(cut.lengths[longest_first]))
        found[torch.from_numpy(longest_first).to(found.device)] = logits
    return found.cpu().numpy()


def _share(progress: float, warmup: float) -> float:
    """Of the full learning rate: linear warm-up, then half a cosine."""
    fallen = 0.5 * (1.0 + np.cos(np.pi * max(0.0, progress - warmup) / (1.0 - warmup)))
    return max(0.003, float(fallen) * min(1.0, progress / warmup + 1e-3))


def train(
    student: Student,
    examples: Sequence[Example],
    *,
    seconds: float,
    rate: float,
    warmup: float,
    budget: int,
    most: int,
    ema: float,
    word_dropout: float,
    seed: int,
) -> None:
    """Until the time is up; leaves the student with the running average of its weights.

    budget, most: words and rows of a batch; ema: decay of the average per step.
    """
    device = student.embedding.device
    rng = np.random.default_rng([seed, 21])
    parameters = list(student.named().values())
    adam = torch.optim.Adam(parameters, lr=rate, eps=1e-7, fused=device.type == "cuda")
    average = [parameter.detach().clone() for parameter in parameters]
    student.train()
    began, told, done, words, progress = time.monotonic(), 0.0, 0, 0, 0.0
    recent = torch.zeros((), device=device)
    while progress < 1.0:
        plan = [(own, rows) for own in examples for rows in own.cut.shuffled(budget, rng, most)]
        for place in rng.permutation(len(plan)):
            passed = time.monotonic() - began
            progress = passed / seconds
            if progress >= 1.0:
                break
            (cut, targets), rows = plan[place]
            ids = cut.block(rows)
            dropped = (torch.rand(ids.shape, device=device) < word_dropout) & (ids != 0)
            logits = student(torch.where(dropped, UNKNOWN, ids), torch.from_numpy(cut.lengths[rows]))
            loss = F.binary_cross_entropy_with_logits(logits, targets[torch.from_numpy(rows).to(device)])
            loss.backward()
            student.keep_apart()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
            adam.param_groups[0]["lr"] = rate * _share(progress, warmup)
            adam.step()
            adam.zero_grad(set_to_none=True)
            with torch.no_grad():
                torch._foreach_lerp_(average, parameters, 1.0 - min(ema, (1.0 + done) / (10.0 + done)))
            recent = torch.lerp(recent, loss.detach(), max(0.005, 1.0 / (done + 1)))
            done += 1
            words += int(cut.lengths[rows].sum())
            if passed > told + _TOLD:
                told = passed
                say(f"student {seed}: step {done}, {words / 1e6:.1f}M words, loss {recent.item():.4f}")
    say(f"student {seed} ended at step {done}, {words / 1e6:.1f}M words, loss {recent.item():.4f}")
    with torch.no_grad():
        torch._foreach_copy_(parameters, average)
