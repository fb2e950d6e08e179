"""Texts as flat arrays on the device: word entries, their WordPieces, and spans of them cut into padded batches."""

import lzma
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

START, END, PADDING = 1, 2, 0
"""MPNet's marks as `model.teachers.wordpieces` numbers them."""


def unpacked(path: Path) -> dict[str, Any]:
    """Arrays of an .npz in .xz."""
    with np.load(io.BytesIO(lzma.decompress(path.read_bytes()))) as stored:
        return {name: stored[name] for name in stored.files}


def ragged(flat: Any, offsets: Any, rows: Any) -> tuple[Any, Any]:
    """Concatenation of the rows of a ragged table, and the offsets of the result."""
    lengths = (offsets[1:] - offsets[:-1])[rows]
    ends = np.cumsum(lengths)
    starts = ends - lengths
    picked = np.repeat(offsets[rows] - starts, lengths) + np.arange(ends[-1] if len(ends) else 0)
    return flat[picked], np.append(0, ends)


class Texts:
    """One reading of all documents.

    words: int64 [n] entries; pieces: int32 [m] of them on the device; piece_at: int64 [n + 1]; ids: student's word ids.
    """

    def __init__(self, words: Any, entries: dict[str, Any], device: str) -> None:
        self.entries, self.device, self.words = entries, device, words
        flat, self.piece_at = ragged(entries["pieces"].astype(np.int32), entries["piece_at"], words)
        self.pieces = torch.from_numpy(flat).to(device)
        self.ids = torch.from_numpy(entries["ids"].astype(np.int32)[words]).to(device)

    def cut(self, spans: Any, limit: int, marks: bool) -> "Cut":
        """Spans (int64 [s, 2], of words) as what the teacher (marks) or the student reads."""
        bounds = self.piece_at[spans] if marks else spans
        return Cut(self.pieces if marks else self.ids, bounds, limit, marks)


class Cut:
    """Spans of a flat array, cut to `limit` (1/4 head + 3/4 tail), as padded batches."""

    def __init__(self, flat: torch.Tensor, bounds: Any, limit: int, marks: bool) -> None:
        self.flat, self.bounds, self.limit, self.marks = flat, bounds, limit, marks
        self.lengths = np.minimum(bounds[:, 1] - bounds[:, 0], limit) + 2 * marks
        self.on = torch.from_numpy(bounds).to(flat.device)

    def block(self, rows: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Padded ids (int64 [b, t], t a multiple of 8) and where each comes from in the flat array (-1: nowhere)."""
        steps = -(-int(self.lengths[rows].max()) // 8) * 8
        device = self.flat.device
        bounds = self.on[torch.from_numpy(rows).to(device)]
        first, last = bounds[:, :1], bounds[:, 1:]
        place = torch.arange(steps, device=device)[None] - int(self.marks)
        size = last - first
        tail = (size > self.limit) & (place >= self.limit // 4)
        source = torch.where(tail, last - self.limit + place, first + place)
        short = size.clamp(max=self.limit)
        inside = (place >= 0) & (place < short)
        source = torch.where(inside, source, -1)
        ids = torch.where(inside, self.flat[source.clamp(min=0)].long(), PADDING)
        if self.marks:
            ids = torch.where(place == -1, START, ids)
            ids = torch.where(place == short, END, ids)
        return ids, source

    def ordered(self, budget: int, most: int = 4096) -> Iterator[Any]:
        """Row numbers by length, the longest first, in batches of `budget` steps."""
        order = np.argsort(-self.lengths, kind="stable")
        first = 0
        while first < len(order):
            size = max(1, min(most, budget // (-(-int(self.lengths[order[first]]) // 8) * 8)))
            yield order[first : first + size]
            first += size

    def shuffled(self, budget: int, most: int, rng: np.random.Generator, window: int = 64) -> list[Any]:
        """Batches of one pass: shuffled, sorted by length inside windows of about `window` batches, shuffled again."""
        order = rng.permutation(len(self.lengths))
        mean = max(1.0, float(self.lengths.mean()))
        span = int(window * min(most, max(1, budget // mean)))
        found = []
        for start in range(0, len(order), span):
            part = order[start : start + span]
            part = part[np.argsort(-self.lengths[part], kind="stable")]
            first = 0
            while first < len(part):
                size = max(1, min(most, budget // (-(-int(self.lengths[part[first]]) // 8) * 8)))
                found.append(part[first : first + size])
                first += size
        return [found[number] for number in rng.permutation(len(found))]
