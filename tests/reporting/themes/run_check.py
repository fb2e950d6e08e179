"""How far themes can be trusted, on real reviews: found again on the other half, and found where there is nothing.

    python -m tests.reporting.themes.run_check ../shared/data/imdb_train.parquet ../shared/data/imdb_unsup.parquet

Reads columns `text`, `movie` and, where there is one, `label`. Prints the table of docs/themes.md.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reporting.themes.finder import THEMES, find_themes
from reporting.themes.theme import MINIMUMS, Contrast, Document, Found, Minimums

FILMS = 30


def main(paths: Sequence[str]) -> None:
    """Prints the figures."""
    import pandas as pd

    frames = [pd.read_parquet(path) for path in paths]
    everything = pd.concat(frames, ignore_index=True).sample(frac=1, random_state=1)
    labelled = everything[everything["label"].notna()] if "label" in everything else everything.iloc[:0]
    print("| reviews | by | groups | themes of one half | found again | same way | shuffled: themes |")
    print("|---|---|---|---|---|---|---|")
    if len(labelled):
        show("verdict", labelled, labelled["label"].astype(int).tolist(), 2)
    films = [name for name, _ in Counter(everything["movie"]).most_common(FILMS)]
    numbers = {name: number for number, name in enumerate(films)}
    show("film", everything, [numbers.get(one, FILMS) for one in everything["movie"]], FILMS + 1)


def show(by: str, frame: Any, groups: list[int], n_groups: int) -> None:
    """One line of the table."""
    texts = frame["text"].tolist()
    asked = [one for one in range(n_groups) if by == "verdict" or one < FILMS]
    contrasts = [Contrast(str(one), one, tuple(other for other in range(n_groups) if other != one)) for one in asked]
    documents = [Document(text, group, key) for key, (text, group) in enumerate(zip(texts, groups, strict=True))]
    halves = split(documents)
    minimums = MINIMUMS if by == "verdict" else Minimums(group=10)
    began = time.process_time()
    first = find_themes(lambda: halves[0], contrasts, minimums=minimums)
    cost = (time.process_time() - began) / len(halves[0]) * 1000
    second = find_themes(lambda: halves[1], contrasts, minimums=minimums, most=20 * THEMES)
    found, again, same = compared(first, second, halves[1], contrasts)
    dice = random.Random(3)
    dice.shuffle(groups)
    mixed = [Document(one.text, group, one.key) for one, group in zip(documents, groups, strict=True)]
    chance = sum(map(len, find_themes(lambda: mixed, contrasts, minimums=minimums).themes.values()))
    share = f"{again / found:.1%}"
    print(f"| {len(documents):,} | {by} | {len(asked)} | {found} | {again} ({share}) | {same / found:.1%} | {chance} |")
    print(f"  {cost:.2f} ms of processor time a review", file=sys.stderr)


def split(documents: list[Document]) -> tuple[list[Document], list[Document]]:
    """Two halves with as much of each group."""
    ordered = sorted(documents, key=lambda one: one.group)
    return ordered[::2], ordered[1::2]


def compared(first: Found, second: Found, half: list[Document], contrasts: Sequence[Contrast]) -> tuple[int, int, int]:
    """Themes of the first half, how many of them are themes of the second, and in how many the share is higher there.

    A theme is found again as itself, or inside or around a theme of the other half.
    """
    found = again = same = 0
    by_group: dict[int, list[str]] = {}
    for one in half:
        by_group.setdefault(one.group, []).append(plain(one.text))
    every = [text for texts in by_group.values() for text in texts]
    for contrast in contrasts:
        others = [plain(theme.phrase) for theme in second.themes[contrast.name]]
        mine = by_group[contrast.group]
        for theme in first.themes[contrast.name]:
            phrase = plain(theme.phrase)
            found += 1
            again += any(phrase in other or other in phrase for other in others)
            share = sum(phrase in text for text in mine) / len(mine)
            same += share > sum(phrase in text for text in every) / len(every)
    return found, again, same


def plain(text: str) -> str:
    """Words between single blanks, with one on either side."""
    words: Callable[[str], list[str]] = str.split
    return f" {' '.join(words(''.join(sign if sign.isalnum() else ' ' for sign in text.lower())))} "


if __name__ == "__main__":
    main([str(Path(one)) for one in sys.argv[1:]])
