"""The pretrained transformer in PyTorch: further pretraining on the reviews, fine-tuning, labelling.

Weights in bfloat16 with float32 masters. The architecture is that of `model.teachers.transformer`, MPNet's.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from model import batches
from model.gpu.job.texts import END, Cut

HALF = torch.bfloat16
Say = Callable[[str], None]
_MOST = 4096
"""Spans that are labelled at once."""
_HIDDEN = 0.2
"""Share of the pieces that are hidden; four fifths of those as the mask, a tenth as another piece."""


class Layer(nn.Module):  # type: ignore[misc]
    """One block: attention and two products, each added and normalised (as BERT has it)."""

    def __init__(self, width: int, inner: int, heads: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.first, self.second = nn.LayerNorm(width, epsilon), nn.LayerNorm(width, epsilon)

    def forward(self, x: torch.Tensor, mask: torch.Tensor, drop: float) -> torch.Tensor:
        """States [rows, steps, width]; mask: added to the scores of attention; drop: share dropped."""
        rows, steps, width = x.shape
        split = self.qkv(x).view(rows, steps, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        read = F.scaled_dot_product_attention(split[0], split[1], split[2], attn_mask=mask)
        read = self.out(read.transpose(1, 2).reshape(rows, steps, width))
        x = self.first(x + F.dropout(read, drop, drop > 0))
        inner = self.down(F.gelu(self.up(x)))
        return self.second(x + F.dropout(inner, drop, drop > 0))


class Encoder(nn.Module):  # type: ignore[misc]
    """States of WordPiece ids; heads for masked words and for the verdict."""

    def __init__(self, weights: dict[str, Any], layers: int, heads: int, epsilon: float) -> None:
        super().__init__()
        words = weights["embeddings.word_embeddings.weight"]
        self.width = words.shape[1]
        places = weights["embeddings.position_embeddings.weight"]
        inner = weights["encoder.layer.0.intermediate.dense.weight"].shape[0]
        self.words = nn.Embedding(*words.shape)
        self.places = nn.Embedding(*places.shape)
        self.norm = nn.LayerNorm(self.width, epsilon)
        self.layers = nn.ModuleList([Layer(self.width, inner, heads, epsilon) for _ in range(layers)])
        self.dense, self.mlm_norm = nn.Linear(self.width, self.width), nn.LayerNorm(self.width, epsilon)
        self.mlm_bias = nn.Parameter(torch.zeros(len(words)))
        self.head = nn.Linear(2 * self.width, 1)
        near = torch.from_numpy(weights["distances"][weights["buckets"]]).float()
        self.register_buffer("near", near.permute(2, 0, 1)[None].contiguous())
        self._read(weights)

    def _read(self, weights: dict[str, Any]) -> None:
        def put(target: torch.Tensor, value: Any) -> None:
            with torch.no_grad():
                target.copy_(torch.from_numpy(np.ascontiguousarray(value)).float())

        put(self.words.weight, weights["embeddings.word_embeddings.weight"])
        put(self.places.weight, weights["embeddings.position_embeddings.weight"])
        put(self.norm.weight, weights["embeddings.LayerNorm.weight"])
        put(self.norm.bias, weights["embeddings.LayerNorm.bias"])
        for number, layer in enumerate(self.layers):
            prefix = f"encoder.layer.{number}."
            for kind in ("weight", "bias"):
                three = [weights[f"{prefix}attention.self.{name}.{kind}"] for name in ("query", "key", "value")]
                put(getattr(layer.qkv, kind), np.concatenate(three))
                put(getattr(layer.out, kind), weights[f"{prefix}attention.output.dense.{kind}"])
                put(getattr(layer.first, kind), weights[f"{prefix}attention.output.LayerNorm.{kind}"])
                put(getattr(layer.up, kind), weights[f"{prefix}intermediate.dense.{kind}"])
                put(getattr(layer.down, kind), weights[f"{prefix}output.dense.{kind}"])
                put(getattr(layer.second, kind), weights[f"{prefix}output.LayerNorm.{kind}"])
        with torch.no_grad():
            self.dense.weight.copy_(torch.eye(self.width))
            self.dense.bias.zero_()
        self.fresh_head(1)

    def fresh_head(self, seed: int) -> None:
        """A head that has learned nothing."""
        drawn = np.random.default_rng([seed, 7]).normal(0.0, 0.02, (1, 2 * self.width))
        with torch.no_grad():
            self.head.weight.copy_(torch.from_numpy(drawn))
            self.head.bias.zero_()

    def states(self, ids: torch.Tensor, drop: float = 0.0) -> torch.Tensor:
        """Top states [rows, steps, width] of ids [rows, steps], 0 = padding at the end."""
        steps = ids.shape[1]
        x = self.norm(self.words(ids) + self.places.weight[:steps])
        x = F.dropout(x, drop, drop > 0)
        closed = torch.where(ids == 0, -1e4, 0.0).to(x.dtype)[:, None, None, :]
        mask = self.near[:, :, :steps, :steps].to(x.dtype) + closed
        for layer in self.layers:
            x = layer(x, mask, drop)
        return x

    def logits(self, ids: torch.Tensor, drop: float = 0.0) -> torch.Tensor:
        """Logits of positive (float32 [rows])."""
        states = self.states(ids, drop)
        real = (ids != 0)[:, :, None]
        mean = (states * real).float().sum(1) / real.sum(1)
        highest = torch.where(real, states, torch.full_like(states, -1e4)).max(1).values.float()
        pooled = F.dropout(torch.cat([mean, highest], 1), 2 * drop, drop > 0)
        return (pooled @ self.head.weight.float().T + self.head.bias.float())[:, 0]

    def spoken(self, states: torch.Tensor) -> torch.Tensor:
        """Logits [n, words] of what stands at places with those states [n, width]."""
        return self.mlm_norm(F.gelu(self.dense(states))) @ self.words.weight.T + self.mlm_bias


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


def pretrain(
    model: Encoder, cut: Cut, *, epochs: float, seconds: float, rate: float, budget: int, seed: int, say: Say
) -> None:
    """Masked language modelling (Devlin et al. 2019) on the texts themselves; whichever ends first ends it."""
    words = len(model.mlm_bias)
    # MPNet's mask is its last piece.
    mask = words - 1
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
            shown = torch.where(hidden & (how < 0.8), mask, ids)
            other = torch.randint(END + 1, mask, ids.shape, device=ids.device)
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
    say: Say,
) -> None:
    """On those rows of the cut and of the labels (float32 [labelled])."""
    model.fresh_head(seed)
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 5])
    optimizer = Masters(_body(model, rate) + [(p, 10 * rate) for p in model.head.parameters()])
    part = cut.part(rows)
    plans = [batches.shuffled(part.lengths, batch, rng) for _ in range(epochs)]
    total, done, began = sum(map(len, plans)), 0, time.monotonic()
    recent = torch.zeros((), device=cut.flat.device)
    for plan in plans:
        for numbers in plan:
            ids = part.block(numbers)
            wanted = targets[torch.from_numpy(rows[numbers]).to(ids.device)]
            loss = F.binary_cross_entropy_with_logits(model.logits(ids, 0.1), wanted)
            loss.backward()
            optimizer.step(share_of(done / total, 0.1))
            recent = torch.lerp(recent, loss.detach(), max(0.01, 1.0 / (done + 1)))
            done += 1
        say(f"fine-tuning {seed}: step {done}/{total} loss {recent.item():.4f} at {time.monotonic() - began:.0f} s")


@torch.inference_mode()  # type: ignore[untyped-decorator]
def label(model: Encoder, cut: Cut, budget: int) -> Any:
    """Logits (float32 [spans]) in the order of the spans."""
    found = torch.zeros(len(cut.lengths), device=cut.flat.device)
    for rows in batches.ordered(cut.lengths, _MOST, budget):
        ids = cut.block(rows)
        found[torch.from_numpy(rows).to(ids.device)] = model.logits(ids).float()
    return found.cpu().numpy()
