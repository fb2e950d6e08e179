"""Finds themes: three readings of the same reviews, in memory and time that are bounded.

1. tables of upper bounds; 2. exact counts of what can be a theme, and the statistics; 3. evidence of what is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reporting.themes.counting import Bounds, Exact, Seen
from reporting.themes.evidence import Evidence, spans
from reporting.themes.merging import Candidate, distinct
from reporting.themes.phrases import BATCH, Encoder, Numbers, Places
from reporting.themes.statistics import adjusted, chance, log_odds
from reporting.themes.theme import MINIMUMS, Contrast, Document, Found, Minimums, Theme
from reporting.themes.words import plain_text

MOST_GROUPS: Final = 64
THEMES: Final = 20
"""Most themes of one contrast."""
SPARE: Final = 8
"""Candidates of a contrast for one theme: some are names, variants, or one person's."""
BITS: Final = 22
"""Of the tables: 48 MiB."""
_LOOK_BITS: Final = 16
_BATCH_CHARS: Final = 8 << 20
_KEPT_PAIRS: Final = 5_000_000
"""Pairs of phrase and review that the first reading keeps, 10 bytes each: of some 30,000 reviews."""

Read = Callable[[], Iterable[Document]]
Flags = NDArray[np.bool_]


class _Batch:
    """Some of the reviews, and which phrases each of those that count holds."""

    def __init__(self, documents: list[Document], counted: Flags, keys: Numbers, holders: Places) -> None:
        """`keys`, `holders`: each phrase once a review that counts, and the review's place in `documents`."""
        self.documents, self.counted, self.keys, self.holders = documents, counted, keys, holders
        self.groups = np.asarray([one.group for one in documents], dtype=np.int64)

    @property
    def key_groups(self) -> Places:
        """The group of each of `keys`."""
        return self.groups[self.holders]


class _Corpus:
    """The reviews, to be read several times. What the first reading found is kept as far as memory is meant for it."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.encoder = Encoder()
        """For all readings, so that it meets each word once."""
        self._counted: list[Flags] = []
        """For each batch, which of its reviews are no copies: a byte a review."""
        self._kept: list[tuple[Numbers, Places]] = []
        self._n_kept = 0

    def batches(self) -> Iterator[_Batch]:
        """All reviews in their order, the same batches at each reading."""
        seen = Seen()
        for number, documents in enumerate(_grouped(iter(self._read()))):
            if number < len(self._kept):
                yield _Batch(documents, self._counted[number], *self._kept[number])
                continue
            phrases = self.encoder.phrases([one.text for one in documents])
            if number == len(self._counted):
                new = [not (print_ and seen.add(print_)) for print_ in phrases.prints.tolist()]
                self._counted.append(np.asarray(new, dtype=bool))
            counted = self._counted[number]
            keys, holders = phrases.once_each()
            mine = counted[holders]
            keys, holders = keys[mine], holders[mine].astype(np.int16)
            if number == len(self._kept) and self._n_kept + len(keys) <= _KEPT_PAIRS:
                self._kept.append((keys, holders))
                self._n_kept += len(keys)
            yield _Batch(documents, counted, keys, holders)


def _grouped(documents: Iterator[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    chars = 0
    for one in documents:
        batch.append(one)
        chars += len(one.text)
        if len(batch) == BATCH or chars >= _BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def find_themes(
    read: Read,
    contrasts: Sequence[Contrast],
    *,
    minimums: Minimums = MINIMUMS,
    most: int = THEMES,
    bits: int = BITS,
) -> Found:
    """The themes of each contrast, strongest first; names and others up to `most` each.

    `read` gives the reviews anew at each call, in the same order; it is called three times. Groups are numbered from 0,
    at most `MOST_GROUPS` (ValueError). Memory holds a batch of reviews and tables of fixed size, whatever is read.
    A review counts once for a phrase, and a text of eight words or more that occurs again is a copy and counts not.
    """
    n_groups = 1 + max((group for one in contrasts for group in (one.group, *one.rest)), default=0)
    if n_groups > MOST_GROUPS:
        raise ValueError(f"at most {MOST_GROUPS} groups, not {n_groups}")
    corpus = _Corpus(read)
    bounds, sizes, copies = _bounds(corpus, n_groups, bits)
    asked = [one for one in contrasts if _large_enough(one, sizes, minimums)]
    few = tuple(one.name for one in contrasts if one not in asked)
    groups = {one.name: int(sizes[one.group]) for one in contrasts}
    found = Found({one.name: () for one in contrasts}, int(sizes.sum()), copies, too_few=few, groups=groups)
    if not asked:
        return found
    exact = Exact(bounds, {one.group: minimums.of(int(sizes[one.group])) for one in asked})
    for batch in corpus.batches():
        exact.add(batch.keys, batch.key_groups)
    keys, counts = exact.table(n_groups)
    tested = sum(bounds.at_most(exact.least[one.group]) for one in asked)
    passed = _passed(asked, keys, counts, sizes, exact.least, tested, minimums)
    evidence = _evidence(corpus, asked, passed, most)
    themes = {one.name: _chosen(one, passed[one.name], evidence, sizes, minimums, most) for one in asked}
    return Found({**found.themes, **themes}, found.reviews, copies, tested, exact.raised, few, groups)


def _large_enough(contrast: Contrast, sizes: Places, minimums: Minimums) -> bool:
    return min(_sides(contrast, sizes)) >= minimums.group


def _sides(contrast: Contrast, sizes: Places) -> tuple[int, int]:
    """Reviews of its group, and of the rest."""
    return int(sizes[contrast.group]), int(sizes[list(contrast.rest)].sum())


def _bounds(corpus: _Corpus, n_groups: int, bits: int) -> tuple[Bounds, Places, int]:
    bounds, sizes, copies = Bounds(bits), np.zeros(n_groups, dtype=np.int64), 0
    for batch in corpus.batches():
        bounds.add(batch.keys, batch.key_groups)
        sizes += np.bincount(batch.groups[batch.counted], minlength=n_groups)
        copies += int((~batch.counted).sum())
    return bounds, sizes, copies


Passed = dict[int, tuple[int, int, float, float, float]]
"""Phrase -> reviews that hold it, those of the rest, log odds, z, false-discovery rate; strongest first."""


def _passed(
    contrasts: Sequence[Contrast],
    keys: Numbers,
    counts: Places,
    sizes: Places,
    least: dict[int, int],
    tested: int,
    minimums: Minimums,
) -> dict[str, Passed]:
    """What passes the minimums and the false-discovery rate, over all contrasts together."""
    rows: list[tuple[str, int, int, int, float, float]] = []
    chances: list[float] = []
    for one in contrasts:
        of, rest_of = _sides(one, sizes)
        mine, rest = counts[:, one.group], counts[:, list(one.rest)].sum(axis=1)
        enough = np.flatnonzero(mine >= least[one.group])
        odds, z = log_odds(mine[enough], of, rest[enough], rest_of)
        for place in np.flatnonzero(odds >= minimums.log_odds).tolist():
            at = int(enough[place])
            rows.append((one.name, int(keys[at]), int(mine[at]), int(rest[at]), float(odds[place]), float(z[place])))
            chances.append(chance(int(mine[at]), of, int(rest[at]), rest_of))
    passed: dict[str, Passed] = {one.name: {} for one in contrasts}
    rates = adjusted(chances, tested)
    for at in sorted(range(len(rows)), key=lambda at: -rows[at][5]):
        name, key, reviews, others, odds_of, z_of = rows[at]
        if rates[at] <= minimums.false:
            passed[name][key] = (reviews, others, odds_of, z_of, rates[at])
    return passed


def _evidence(
    corpus: _Corpus, contrasts: Sequence[Contrast], passed: dict[str, Passed], most: int
) -> dict[tuple[int, int], Evidence]:
    """(phrase, group) -> its evidence, of the strongest of each contrast."""
    found = {(key, one.group): Evidence() for one in contrasts for key in islice(passed[one.name], SPARE * most)}
    wanted = np.unique(np.asarray([key for key, _ in found], dtype=np.uint64))
    if not len(wanted):
        return found
    for batch in corpus.batches():
        at = _among(batch.keys, wanted)
        samples: dict[int, dict[int, Evidence]] = {}
        for key, holder in zip(batch.keys[at].tolist(), batch.holders[at].tolist(), strict=True):
            document = batch.documents[holder]
            evidence = found.get((key, document.group))
            if evidence is not None:
                evidence.note_author(document)
                if evidence.take():
                    samples.setdefault(holder, {})[key] = evidence
        _look_at(corpus.encoder, [(batch.documents[holder], of) for holder, of in samples.items()])
    return found


def _among(keys: Numbers, wanted: Numbers) -> Places:
    """The places of those that are wanted; most of the others are told by their last bits."""
    table = np.zeros(1 << _LOOK_BITS, dtype=bool)
    last = np.uint64((1 << _LOOK_BITS) - 1)
    table[wanted & last] = True
    at = np.flatnonzero(table[keys & last])
    found: Places = at[np.isin(keys[at], wanted)]
    return found


def _look_at(encoder: Encoder, samples: list[tuple[Document, dict[int, Evidence]]]) -> None:
    """Adds the first place of each phrase in each of these reviews."""
    if not samples:
        return
    plains = [plain_text(document.text) for document, _ in samples]
    phrases = encoder.of_plain(plains)
    wanted = np.unique(np.asarray([key for _, of in samples for key in of], dtype=np.uint64))
    at = _among(phrases.keys, wanted)
    places: dict[int, dict[tuple[int, int], Evidence]] = {}
    for number, key, first, size in sorted(
        zip(*(one[at].tolist() for one in (phrases.documents, phrases.keys, phrases.first, phrases.sizes)), strict=True)
    ):
        evidence = samples[number][1].pop(key, None)
        if evidence is not None:
            places.setdefault(number, {})[first, size] = evidence
    for number, of in places.items():
        document, plain = samples[number][0], plains[number]
        tokens = phrases.places(number, plain, max(first + size for first, size in of))
        for place, span in spans(plain, tokens, of):
            of[place].add(document, plain, span)


def _chosen(
    contrast: Contrast,
    passed: Passed,
    evidence: dict[tuple[int, int], Evidence],
    sizes: Places,
    minimums: Minimums,
    most: int,
) -> tuple[Theme, ...]:
    of, rest_of = _sides(contrast, sizes)
    names: list[Candidate] = []
    others: list[Candidate] = []
    for key, (reviews, rest, odds, z, rate) in passed.items():
        known = evidence.get((key, contrast.group))
        if known is not None and known.words and not known.holds_name and known.of_many(minimums):
            one = Candidate(key, known.words, reviews, rest, odds, z, rate)
            (names if known.is_name else others).append(one)
    themes = []
    for one in [*distinct(names, most), *distinct(others, most)]:
        known = evidence[one.key, contrast.group]
        themes.append(
            Theme(known.phrase, one.reviews, of, one.rest_reviews, rest_of, one.log_odds, one.z, one.false_rate,
                  known.is_name, known.best())
        )  # fmt: skip
    return tuple(sorted(themes, key=lambda theme: -theme.z))
