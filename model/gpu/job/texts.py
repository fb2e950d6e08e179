"""Documents as WordPieces in one flat array on the device; spans of it, cut into padded batches."""

import io
import lzma
from pathlib import Path
from typing import Any

import numpy as np
import torch

PADDING, START, END = 0, 1, 2
"""MPNet's marks as `model.teachers.wordpieces` numbers them."""
_MULTIPLE = 8
# Of a batch whose size is a number of steps: rows at most, and how many batches are sorted by length together.
_MOST, _WINDOW = 512, 64


def unpacked(path: Path) -> dict[str, Any]:
    """Arrays of an .npz in .xz."""
    with np.load(io.BytesIO(lzma.decompress(path.read_bytes()))) as stored:
        return {name: stored[name] for name in stored.files}


def _ragged(flat: Any, offsets: Any, rows: Any) -> tuple[Any, Any]:
    """The rows of a ragged table one after the other, and where each begins (and the last ends)."""
    lengths = (offsets[1:] - offsets[:-1])[rows]
    ends = np.cumsum(lengths)
    starts = ends - lengths
    picked = np.repeat(offsets[rows] - starts, lengths) + np.arange(ends[-1])
    return flat[picked], np.append(0, ends)


class Texts:
    """All documents. pieces: int32 [m] on the device; piece_at: int64 [words + 1], where the pieces of a word begin."""

    def __init__(self, words: Any, entries: dict[str, Any], device: str) -> None:
        """words: int64 [n], rows of the table of entries (`pieces` and `piece_at`; `longest`: see `Cut`)."""
        self.longest = int(entries["longest"])
        flat, self.piece_at = _ragged(entries["pieces"].astype(np.int32), entries["piece_at"], words)
        self.pieces = torch.from_numpy(flat).to(device)

    def cut(self, spans: Any) -> "Cut":
        """Spans of words (int64 [s, 2], half-open) as the teacher reads them."""
        return Cut(self.pieces, self.piece_at[spans], self.longest)


class Cut:
    """Spans (bounds: int64 [s, 2]) of the flat pieces, at most `longest` (1/4 head + 3/4 tail), as batches.

    lengths: int64 [s], with both marks.
    """

    def __init__(self, flat: torch.Tensor, bounds: Any, longest: int) -> None:
        self.flat, self.bounds, self.longest = flat, bounds, longest
        self.lengths = np.minimum(bounds[:, 1] - bounds[:, 0], longest) + 2
        self._there = torch.from_numpy(bounds).to(flat.device)

    def part(self, rows: Any) -> "Cut":
        """Those spans alone."""
        return Cut(self.flat, self.bounds[rows], self.longest)

    def block(self, rows: Any) -> torch.Tensor:
        """Padded ids (int64 [rows, steps], steps a multiple of 8) between their marks."""
        steps = -(-int(self.lengths[rows].max()) // _MULTIPLE) * _MULTIPLE
        device = self.flat.device
        bounds = self._there[torch.from_numpy(rows).to(device)]
        first, last = bounds[:, :1], bounds[:, 1:]
        place = torch.arange(steps, device=device)[None] - 1
        size = last - first
        tail = (size > self.longest) & (place >= self.longest // 4)
        source = torch.where(tail, last - self.longest + place, first + place)
        short = size.clamp(max=self.longest)
        inside = (place >= 0) & (place < short)
        ids = torch.where(inside, self.flat[torch.where(inside, source, 0)].long(), PADDING)
        ids = torch.where(place == -1, START, ids)
        return torch.where(place == short, END, ids)

    def shuffled(self, budget: int, rng: np.random.Generator) -> list[Any]:
        """Batches of one epoch, like `model.batches.shuffled` but each as near to `budget` steps as rows allow."""
        order = rng.permutation(len(self.lengths))
        size = int(_WINDOW * min(_MOST, max(1.0, budget / float(self.lengths.mean()))))
        found: list[Any] = []
        for start in range(0, len(order), size):
            part = order[start : start + size]
            part = part[np.argsort(-self.lengths[part], kind="stable")]
            first = 0
            while first < len(part):
                steps = -(-int(self.lengths[part[first]]) // _MULTIPLE) * _MULTIPLE
                rows = max(1, min(_MOST, budget // steps))
                found.append(part[first : first + rows])
                first += rows
        return [found[number] for number in rng.permutation(len(found))]
