"""Made-up reviews in which it is known what sets a group apart."""

from __future__ import annotations

import random

from reporting.themes.theme import Document

WORDS = [f"{a}{b}" for a in ("ba", "ko", "li", "mu", "re", "so", "ti") for b in ("dan", "fer", "gol", "han", "jin")]


def reviews(
    n: int, *, planted: dict[int, tuple[str, float]] | None = None, groups: int = 2, seed: int = 1
) -> list[Document]:
    """`n` reviews in turn of each group, of random words; `planted`: group -> (sentence, share of its reviews)."""
    dice = random.Random(seed)
    made = []
    for at in range(n):
        group = at % groups
        text = " ".join(dice.choices(WORDS, k=20)).capitalize() + "."
        sentence, share = (planted or {}).get(group, ("", 0.0))
        if dice.random() < share:
            text += f" {sentence}."
        made.append(Document(text, group, at))
    return made
