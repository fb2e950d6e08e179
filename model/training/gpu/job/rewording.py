"""Texts with words drawn anew by a masked language model: as a student may read them in other words.

What is hidden is guessed from what is left (kin of conditional BERT, Wu et al. 2019), so most reviews still say what
they said; what a teacher says of the new ones is their label.
"""

from typing import Any

import numpy as np
import torch

from model import batches
from model.text.vocabulary import UNKNOWN
from model.training.gpu.job.encoder import MOST, Encoder
from model.training.gpu.job.log import say
from model.training.gpu.job.packed import Packed
from model.training.gpu.job.texts import Texts

# Rows of scores of all pieces.
_AT_ONCE = 8192


class Rewording:
    """Of labelled and unlabelled reviews. Words that are one piece, and that students know, become others such."""

    def __init__(self, packed: Packed, model: Encoder, budget: int) -> None:
        """budget: pieces of words in a batch."""
        self.packed, self.model, self.budget = packed, model, budget
        entries = packed.stored
        begin = entries["piece_at"]
        single = (np.diff(begin) == 1) & entries["plain"] & (entries["ids"] != UNKNOWN)
        rows = np.flatnonzero(single)
        # The entry that a piece stands for; of several the first, which is written last.
        self.entry_of = np.full(model.mask + 1, -1, dtype=np.int64)
        self.entry_of[entries["pieces"][begin[rows[::-1]]]] = rows[::-1]
        texts = packed.texts
        self.open = np.flatnonzero(single[texts.words[: packed.documents[packed.whole - 1, 1]]])
        self.cut = texts.cut(np.concatenate([self._parts(*span) for span in packed.documents[: packed.whole]]))

    def _parts(self, first: int, end: int) -> Any:
        """Spans (int64 [s, 2]) of like length, of a review longer than the model reads."""
        at, longest = self.packed.texts.piece_at, self.packed.texts.longest
        edges = np.linspace(first, end, max(1, -(-int(at[end] - at[first]) // longest)) + 1).astype(np.int64)
        return np.stack([edges[:-1], edges[1:]], axis=1)

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def drawn(self, share: float) -> Texts:
        """The texts with about that share of their open words drawn anew (some as they were)."""
        texts, device = self.packed.texts, self.cut.flat.device
        at = texts.piece_at[self.open]
        open_ = torch.zeros(len(texts.pieces), dtype=torch.bool, device=device)
        open_[torch.from_numpy(at).to(device)] = True
        barred = torch.from_numpy(self.entry_of < 0).to(device)
        flat = texts.pieces.clone()
        for rows in batches.ordered(self.cut.lengths, MOST, self.budget):
            ids, places = self.cut.block(rows), self.cut.places(rows)
            hidden = (places >= 0) & open_[places.clamp(min=0)] & (torch.rand(ids.shape, device=device) < share)
            states = self.model.states(torch.where(hidden, self.model.mask, ids))[hidden]
            where = places[hidden]
            for first in range(0, len(states), _AT_ONCE):
                part = slice(first, first + _AT_ONCE)
                scores = self.model.spoken(states[part]).float().masked_fill(barred, -1e9)
                # The highest score with Gumbel noise is a draw from their softmax.
                noise = -torch.log(-torch.log(torch.rand_like(scores).clamp(1e-9, 1 - 1e-7)))
                flat[where[part]] = (scores + noise).argmax(1).int()
        there = torch.from_numpy(at).to(device)
        new = flat[there].cpu().numpy()
        moved = new != texts.pieces[there].cpu().numpy()
        words = texts.words.copy()
        words[self.open[moved]] = self.entry_of[new[moved]]
        say(f"reworded: {int(moved.sum())} of {int(self.packed.documents[self.packed.whole - 1, 1])} words")
        return Texts(words, self.packed.stored, str(device))
