"""What the transformer learns: masked words of the reviews, labels, another teacher's soft labels.

Weights in bfloat16 with float32 masters.
"""

import time
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from model import batches
from model.training.gpu.job.encoder import Encoder
from model.training.gpu.job.log import say
from model.training.gpu.job.texts import END, Cut

_HIDDEN = 0.2
"""Share of the pieces that are hidden; four fifths of those as the mask, a tenth as another piece."""


class Masters:
    """AdamW on float32 copies of a model's bfloat16 weights."""

    def __init__(self, parameters: list[tuple[nn.Parameter, float]], decay: float = 0.01) -> None:
        self.parameters = [parameter for parameter, _ in parameters]
        self.copies = [parameter.detach().float().clone() for parameter in self.parameters]
        fused = self.copies[0].is_cuda
        rates: dict[float, list[torch.Tensor]] = {}
        for own, (_, rate) in zip(self.copies, parameters, strict=True):
            rates.setdefault(rate, []).append(own)
        self.adam = torch.optim.AdamW(
            [{"params": p, "lr": rate, "rate": rate} for rate, p in rates.items()],
            betas=(0.9, 0.98),
            eps=1e-6,
            weight_decay=decay,
            fused=fused,
        )

    def step(self, share: float) -> None:
        """share: of the full learning rate."""
        for copy, parameter in zip(self.copies, self.parameters, strict=True):
            copy.grad = parameter.grad.float() if parameter.grad is not None else torch.zeros_like(copy)
            parameter.grad = None
        torch.nn.utils.clip_grad_norm_(self.copies, 1.0, foreach=True)
        for group in self.adam.param_groups:
            group["lr"] = group["rate"] * share
        self.adam.step()
        with torch.no_grad():
            torch._foreach_copy_(self.parameters, self.copies)


def _body(model: Encoder, rate: float) -> list[tuple[nn.Parameter, float]]:
    """All weights but those of the two heads, with their learning rate."""
    return [(p, rate) for name, p in model.named_parameters() if not name.startswith(("head", "dense", "mlm"))]


def share_of(done: float, warmup: float = 0.06) -> float:
    """Linear warm-up, linear decay, of the progress 0 to 1."""
    return max(0.02, min(done / warmup, (1.0 - done) / (1.0 - warmup)))


def pretrain(model: Encoder, cut: Cut, *, epochs: float, seconds: float, rate: float, budget: int, seed: int) -> None:
    """Masked language modelling (Devlin et al. 2019) on the texts themselves; whichever ends first ends it."""
    top = [(p, 5 * rate) for name, p in model.named_parameters() if name.startswith(("dense", "mlm"))]
    optimizer = Masters(_body(model, rate) + top)
    began, done, total, recent = time.monotonic(), 0, 0, torch.zeros((), device=cut.flat.device)
    rng = np.random.default_rng([seed, 3])
    progress = 0.0
    while progress < 1.0:
        plan = cut.shuffled(budget, rng)
        total = total or int(len(plan) * epochs)
        for rows in plan:
            progress = max(done / total, (time.monotonic() - began) / seconds)
            if progress >= 1.0:
                break
            ids = cut.block(rows)
            hidden = (torch.rand(ids.shape, device=ids.device) < _HIDDEN) & (ids > END)
            how = torch.rand(ids.shape, device=ids.device)
            shown = torch.where(hidden & (how < 0.8), model.mask, ids)
            other = torch.randint(END + 1, model.mask, ids.shape, device=ids.device)
            shown = torch.where(hidden & (how >= 0.9), other, shown)
            states = model.states(shown, 0.1)[hidden]
            loss = F.cross_entropy(model.spoken(states).float(), ids[hidden])
            loss.backward()
            optimizer.step(share_of(progress))
            recent = torch.lerp(recent, loss.detach(), max(0.02, 1.0 / (done + 1)))
            done += 1
            if done % 200 == 0:
                say(f"pretraining: step {done}/{total} loss {recent.item():.3f} at {time.monotonic() - began:.0f} s")
    say(f"pretraining ended at step {done}/{total} loss {recent.item():.3f} after {time.monotonic() - began:.0f} s")


def _for_verdicts(model: Encoder, rate: float) -> Masters:
    return Masters(_body(model, rate) + [(p, 10 * rate) for p in model.head.parameters()])


def _step(model: Encoder, optimizer: Masters, ids: torch.Tensor, wanted: torch.Tensor, share: float) -> torch.Tensor:
    """One, on documents (ids) and the probabilities wanted of them; returns the loss."""
    loss = F.binary_cross_entropy_with_logits(model.logits(ids, 0.1), wanted)
    loss.backward()
    optimizer.step(share)
    return loss.detach()


def fine_tune(
    model: Encoder,
    cut: Cut,
    rows: Any,
    targets: torch.Tensor,
    *,
    epochs: int,
    rate: float,
    batch: int,
    seed: int,
) -> None:
    """On those rows of the cut and of the labels (float32 [labelled])."""
    model.fresh_head(seed)
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 5])
    optimizer = _for_verdicts(model, rate)
    part = cut.part(rows)
    plans = [batches.shuffled(part.lengths, batch, rng) for _ in range(epochs)]
    total, done, began = sum(map(len, plans)), 0, time.monotonic()
    recent = torch.zeros((), device=cut.flat.device)
    for plan in plans:
        for numbers in plan:
            ids = part.block(numbers)
            wanted = targets[torch.from_numpy(rows[numbers]).to(ids.device)]
            loss = _step(model, optimizer, ids, wanted, share_of(done / total, 0.1))
            recent = torch.lerp(recent, loss, max(0.01, 1.0 / (done + 1)))
            done += 1
        say(f"fine-tuning {seed}: step {done}/{total} loss {recent.item():.4f} at {time.monotonic() - began:.0f} s")


def learn(model: Encoder, sets: list[tuple[Cut, Any]], *, seconds: float, rate: float, budget: int, seed: int) -> None:
    """One pass over all cuts and their probabilities of positive (each [spans]), unless the time is up before."""
    model.fresh_head(seed)
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 12])
    optimizer = _for_verdicts(model, rate)
    device = sets[0][0].flat.device
    targets = [torch.from_numpy(wanted.astype(np.float32)).to(device) for _, wanted in sets]
    plan = [(number, rows) for number, (cut, _) in enumerate(sets) for rows in cut.shuffled(budget, rng)]
    began, done, recent = time.monotonic(), 0, torch.zeros((), device=device)
    for place in rng.permutation(len(plan)):
        progress = max(done / len(plan), (time.monotonic() - began) / seconds)
        if progress >= 1.0:
            break
        number, rows = plan[place]
        wanted = targets[number][torch.from_numpy(rows).to(device)]
        loss = _step(model, optimizer, sets[number][0].block(rows), wanted, share_of(progress, 0.1))
        recent = torch.lerp(recent, loss, max(0.01, 1.0 / (done + 1)))
        done += 1
        if done % 200 == 0:
            say(f"learning: step {done}/{len(plan)} loss {recent.item():.4f} at {time.monotonic() - began:.0f} s")
    say(f"learning ended at step {done}/{len(plan)} loss {recent.item():.4f} after {time.monotonic() - began:.0f} s")
