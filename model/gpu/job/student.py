"""The network of `model.network` in PyTorch, and its training on many batches of soft labels."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from texts import Cut

UNKNOWN = 1
_GATES = (0, 1, 2, 3)
"""cuDNN's gates i, f, g, o are Keras' i, f, c, o."""


class Student(nn.Module):
    """Word ids -> logit."""

    def __init__(self, embedding: Any, weights: dict[str, Any], spatial: float, drop: float) -> None:
        super().__init__()
        self.spatial, self.drop = spatial, drop
        units = len(weights["forward_recurrent"])
        self.embedding = nn.Parameter(torch.from_numpy(embedding.astype(np.float32)))
        self.lstm = nn.LSTM(embedding.shape[1], units, batch_first=True, bidirectional=True)
        self.logit = nn.Linear(4 * units, 1)
        with torch.no_grad():
            for direction, mark in (("forward", ""), ("backward", "_reverse")):
                for ours, theirs in (("kernel", "weight_ih_l0"), ("recurrent", "weight_hh_l0"), ("bias", "bias_ih_l0")):
                    value = torch.from_numpy(weights[f"{direction}_{ours}"].T.copy())
                    getattr(self.lstm, theirs + mark).copy_(value)
                # One bias only, as in Keras.
                getattr(self.lstm, "bias_hh_l0" + mark).zero_()
                getattr(self.lstm, "bias_hh_l0" + mark).requires_grad_(False)
            self.logit.weight.copy_(torch.from_numpy(weights["logit_kernel"].T.copy()))
            self.logit.bias.copy_(torch.from_numpy(weights["logit_bias"]))

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """ids [b, t]; lengths int64 [b] on the CPU, the longest first."""
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
        return self.logit(pooled)[:, 0]

    def exported(self, values: dict[str, torch.Tensor]) -> dict[str, Any]:
        """Weights by Keras' names, float32, the embedding among them."""
        found = {"embedding": values["embedding"], "logit_kernel": values["logit.weight"].T}
        found["logit_bias"] = values["logit.bias"]
        for direction, mark in (("forward", ""), ("backward", "_reverse")):
            for ours, theirs in (("kernel", "weight_ih_l0"), ("recurrent", "weight_hh_l0"), ("bias", "bias_ih_l0")):
                found[f"{direction}_{ours}"] = values[f"lstm.{theirs}{mark}"].T
        return {name: np.ascontiguousarray(value.float().cpu().numpy()) for name, value in found.items()}


@torch.inference_mode()
def predict(model: Student, cut: Cut, budget: int = 65_536) -> Any:
    """Logits (float32 [spans])."""
    model.eval()
    found = torch.zeros(len(cut.lengths), device=cut.flat.device)
    for rows in cut.ordered(budget):
        ids, _ = cut.block(rows)
        found[torch.from_numpy(rows).to(ids.device)] = model(ids, torch.from_numpy(cut.lengths[rows]))
    model.train()
    return found.cpu().numpy()


class Example:
    """A cut and its targets (float32 [spans], on the device)."""

    def __init__(self, cut: Cut, targets: Any) -> None:
        self.cut = cut
        self.targets = torch.from_numpy(targets.astype(np.float32)).to(cut.flat.device)


def train(
    model: Student, examples: list[Example], plan: dict[str, Any], seed: int, seconds: float,
    say: Callable[[str], None],
) -> dict[str, torch.Tensor]:
    """The running average of the weights after the passes, or when the time is up."""
    device = model.embedding.device
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 21])
    parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
    adam = torch.optim.Adam(list(parameters.values()), lr=plan["rate"], eps=1e-7, fused=device.type == "cuda")
    average = {name: p.detach().clone() for name, p in parameters.items()}
    model.train()
    began, done, total, progress = time.monotonic(), 0, 0, 0.0
    recent = torch.zeros((), device=device)
    while progress < 1.0:
        batches = [
            (number, rows)
            for number, example in enumerate(examples)
            for rows in example.cut.shuffled(plan["budget"], plan["most"], rng)
        ]
        total = total or int(len(batches) * plan["passes"])
        for place in rng.permutation(len(batches)):
            progress = max(done / total, (time.monotonic() - began) / seconds)
            if progress >= 1.0:
                break
            number, rows = batches[place]
            cut = examples[number].cut
            ids, _ = cut.block(rows)
            wanted = examples[number].targets[torch.from_numpy(rows).to(device)]
            dropped = (torch.rand(ids.shape, device=device) < plan["word_dropout"]) & (ids != 0)
            logits = model(torch.where(dropped, UNKNOWN, ids), torch.from_numpy(cut.lengths[rows]))
            loss = F.binary_cross_entropy_with_logits(logits, wanted)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0, foreach=True)
            share = min(1.0, progress / 0.05 + 1e-3) * 0.5 * (1.0 + np.cos(np.pi * max(0.0, progress - 0.05) / 0.95))
            adam.param_groups[0]["lr"] = plan["rate"] * max(0.01, float(share))
            adam.step()
            adam.zero_grad(set_to_none=True)
            keep = min(plan["ema"], (1.0 + done) / (10.0 + done))
            with torch.no_grad():
                torch._foreach_lerp_(list(average.values()), list(parameters.values()), 1.0 - keep)
            recent = torch.lerp(recent, loss.detach(), max(0.005, 1.0 / (done + 1)))
            done += 1
            if done % 500 == 0:
                say(f"student {seed}: step {done}/{total} loss {recent.item():.4f} at {time.monotonic() - began:.0f} s")
    say(f"student {seed} ended at step {done}/{total} loss {recent.item():.4f} after {time.monotonic() - began:.0f} s")
    return average
