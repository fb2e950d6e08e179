"""The pretrained transformer in PyTorch, its reading and labelling, in bfloat16.

The architecture is that of `model.training.teachers.transformer`, MPNet's.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from model import batches
from model.training.gpu.job.texts import Cut, unpacked

MOST = 4096
"""Spans that are read at once, where nothing is learned."""


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

    @property
    def mask(self) -> int:
        """The piece in whose place one is to be guessed: MPNet's last."""
        return len(self.mlm_bias) - 1

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


def read(folder: Path, device: str) -> Encoder:
    """The packed one."""
    stored: dict[str, Any] = {}
    for number in (0, 1):
        stored |= unpacked(folder / f"encoder_{number}.npz.xz")
    found = {}
    for name, value in stored.items():
        if not name.endswith(".scale"):
            found[name] = value * stored[name + ".scale"] if value.dtype == np.int8 else value
    places, kinds = "embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight"
    found[places] = found[places] + found[kinds][0]
    layers, heads = map(int, found["shape"])
    model = Encoder(found, layers, heads, float(found["epsilon"][0]))
    model.to(device).to(torch.bfloat16)
    return model


@torch.inference_mode()  # type: ignore[untyped-decorator]
def label(model: Encoder, cut: Cut, budget: int) -> Any:
    """Logits (float32 [spans]) in the order of the spans."""
    found = torch.zeros(len(cut.lengths), device=cut.flat.device)
    for rows in batches.ordered(cut.lengths, MOST, budget):
        ids = cut.block(rows)
        found[torch.from_numpy(rows).to(ids.device)] = model.logits(ids).float()
    return found.cpu().numpy()
