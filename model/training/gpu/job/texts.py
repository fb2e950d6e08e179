"""Documents as word pieces, or as a student's words, in one flat array on the device; spans of it as padded batches."""

import io
import lzma
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from model.text.vocabulary import UNKNOWN

PADDING, START, END = 0, 1, 2
"""MPNet's marks as `model.training.teachers.wordpieces` numbers them."""
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
    """All documents. words: int64 [n], rows of the table of entries; pieces: int32 [m], of them, on the device;
    piece_at: int64 [n + 1], where those of a word begin.
    """

    def __init__(self, words: Any, entries: dict[str, Any], device: str) -> None:
        """entries: as `model.training.gpu.pack.texts` (`longest` is the teacher's)."""
        self.words, self.entries, self.longest = words, entries, int(entries["longest"])
        flat, self.piece_at = _ragged(entries["pieces"].astype(np.int32), entries["piece_at"], words)
        self.pieces = torch.from_numpy(flat).to(device)

    def cut(self, spans: Any) -> "Cut":
        """Spans of words (int64 [s, 2], half-open) as the teacher reads them."""
        return Cut(self.pieces, self.piece_at[spans], self.longest)

    @cached_property
    def ids(self) -> torch.Tensor:
        """What students read of the words (int32 [n], on the device)."""
        return torch.from_numpy(self.entries["ids"].astype(np.int32)[self.words]).to(self.pieces.device)

    def read(self, spans: Any, longest: int) -> "Cut":
        """Spans of words as students read them, so many words at most."""
        return Cut(self.ids, spans, longest, marks=False)


class Cut:
    """Spans (bounds: int64 [s, 2]) of a flat array, at most `longest` of each (1/4 head + 3/4 tail), as batches.

    marks: whether they stand between the teacher's; without, an empty one is one unknown word. lengths: int64 [s], with
    the marks.
    """

    def __init__(self, flat: torch.Tensor, bounds: Any, longest: int, *, marks: bool = True) -> None:
        self.flat, self.bounds, self.longest, self.marks = flat, bounds, longest, marks
        short = np.minimum(bounds[:, 1] - bounds[:, 0], longest)
        self.lengths = short + 2 if marks else np.maximum(short, 1)
        self._there = torch.from_numpy(bounds).to(flat.device)

    def part(self, rows: Any) -> "Cut":
        """Those spans alone."""
        return Cut(self.flat, self.bounds[rows], self.longest, marks=self.marks)

    def places(self, rows: Any) -> torch.Tensor:
        """Where in the flat array each step of a padded batch stands (int64 [rows, steps]; -1: nowhere).

        steps: a multiple of 8.
        """
        steps = -(-int(self.lengths[rows].max()) // _MULTIPLE) * _MULTIPLE
        device = self.flat.device
        bounds = self._there[torch.from_numpy(rows).to(device)]
        first, last = bounds[:, :1], bounds[:, 1:]
        place = torch.arange(steps, device=device)[None] - int(self.marks)
        size = last - first
        tail = (size > self.longest) & (place >= self.longest // 4)
        found = torch.where(tail, last - self.longest + place, first + place)
        return torch.where((place >= 0) & (place < size.clamp(max=self.longest)), found, -1)

    def block(self, rows: Any) -> torch.Tensor:
        """The padded batch: ids (int64 [rows, steps])."""
        places = self.places(rows)
        ids = torch.where(places >= 0, self.flat[places.clamp(min=0)].long(), PADDING)
        if self.marks:
            ids[:, 0] = START
            ids.scatter_(1, torch.from_numpy(self.lengths[rows] - 1).to(ids.device)[:, None], END)
        else:
            ids[:, 0].masked_fill_(places[:, 0] < 0, UNKNOWN)
        return ids

    def shuffled(self, budget: int, rng: np.random.Generator, most: int = _MOST) -> list[Any]:
        """Batches of one epoch, like `model.batches.shuffled` but each as near to `budget` steps as `most` rows are."""
        order = rng.permutation(len(self.lengths))
        size = int(_WINDOW * min(most, max(1.0, budget / float(self.lengths.mean()))))
        found: list[Any] = []
        for start in range(0, len(order), size):
            part = order[start : start + size]
            part = part[np.argsort(-self.lengths[part], kind="stable")]
            first = 0
            while first < len(part):
                steps = -(-int(self.lengths[part[first]]) // _MULTIPLE) * _MULTIPLE
                rows = max(1, min(most, budget // steps))
                found.append(part[first : first + rows])
                first += rows
        return [found[number] for number in rng.permutation(len(found))]
