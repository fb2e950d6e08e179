"""Many texts at a time, from raw text to both parts' logits: tokenizing, n-grams and LSTM as machine code.

For `Scorer.score` on many texts. The same numbers to the bit as the plain way, which defines them and remains for
single reviews, for explanations, and where Numba is missing.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from model.numeric import Floats
from model.serving import text_kernel
from model.serving.compiled_lstm import CompiledLSTM, Int32s, Int64s
from model.serving.exact_lstm import ExactLSTM
from model.serving.flags import WordTable, with_topic
from model.serving.model_folder import CLAUSES
from model.serving.ngram_model import NgramModel
from model.serving.topic_model import TopicModel
from model.text import ngrams
from model.text.cleaning import clean_all
from model.text.tokens import cap, split
from model.text.vocabulary import Vocabulary

T = TypeVar("T")

Ends = Callable[[Floats, Int64s], NDArray[np.bool_]]
"""N-gram logits and numbers of tokens of n texts -> which of them the LSTM need not read."""
Doubt = Callable[[Floats, Floats, Int64s], NDArray[np.bool_]]
"""Logits of the small LSTM and of the n-grams, and tokens, of n clauses -> which of them the large LSTM must read."""

# Texts of one task: large enough that Python's share of it is small, small enough to spread over threads.
_SLICE = 128
# Of the small LSTM, both directions together: the words that make up nearly all of any clause.
_CLAUSE_TABLE_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Parts:
    """What is known of n texts, in order.

    recurrent, wide: logits of the LSTM (0 where it read nothing) and of the n-grams (the bias for no tokens), float64
    [n]; sums: over the tokens read, as `model.serving.flags.with_topic`, float64 [n, 6]; lengths and found: tokens read
    and tokens there are.
    """

    recurrent: Floats
    wide: Floats
    sums: Floats
    lengths: Int64s
    found: Int64s


@dataclass(frozen=True, slots=True)
class Slice:
    """Some texts as numbers: word ids of all tokens, and where each text lies in them; the rest as in `Parts`."""

    ids: Int32s
    starts: Int64s
    lengths: Int64s
    found: Int64s
    wide: Floats
    sums: Floats


class Index:
    """Word -> row of the vocabulary, for compiled code."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        spelled = [word.encode("utf-8") for word in vocabulary.words]
        self._spelled = np.frombuffer(b"".join(spelled) + b"\0", dtype=np.uint8)
        self._begins = np.cumsum([0, *map(len, spelled)], dtype=np.int64)
        self._rows = vocabulary.ids(vocabulary.words)
        self._slots = np.full(1 << (2 * len(spelled)).bit_length(), -1, dtype=np.int32)
        text_kernel.index(self._spelled, self._begins, self._slots)

    def scanned(self, texts: Sequence[str]) -> tuple[Int32s, NDArray[np.uint32], Int64s]:
        """Word ids and checksums [tokens] of clean lower-case ASCII texts, and the number of tokens of each [n]."""
        joined = np.frombuffer("".join(texts).encode("ascii") + b"\0", dtype=np.uint8)
        bounds = np.cumsum([0, *map(len, texts)], dtype=np.int64)
        ids = np.empty(len(joined), dtype=np.int32)
        checksums = np.empty(len(joined), dtype=np.uint32)
        lengths = np.empty(len(texts), dtype=np.int64)
        words = (self._slots, self._spelled, self._begins, self._rows)
        found = text_kernel.scan(joined, bounds, *words, ids, checksums, lengths)
        return ids[:found], checksums[:found], lengths


class Bulk:
    """A model folder's two parts for many texts at a time, on `threads` threads of this process.

    Raises what importing Numba or compiling raises. Memory beside what it is given: the folded table of
    `model.serving.compiled_lstm`, and a few hundred bytes a token that is read of the
    texts in one call.
    """

    def __init__(
        self,
        folder: Path,
        vocabulary: Vocabulary,
        wide: NgramModel,
        words: WordTable,
        topic: TopicModel,
        max_tokens: int,
        exact: ExactLSTM,
        clauses: ExactLSTM,
        threads: int = 1,
    ) -> None:
        self._folder = folder
        self._lstm, self._exact, self._exact_clauses = CompiledLSTM(folder), exact, clauses
        self._vocabulary, self._wide, self._words, self._max_tokens = vocabulary, wide, words, max_tokens
        self._topic = topic
        self._index = Index(vocabulary)
        self._halves = wide.table.dtype == np.float16
        self._weights = wide.table.view(np.uint16) if self._halves else wide.table
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="bulk") if threads > 1 else None
        self.encoded(["compiles the rest"])

    def parts(self, texts: Sequence[str], ends: Ends | None = None) -> Parts:
        """Both parts' logits and the flags' sums of raw texts; the LSTM reads none that `ends` says end early."""
        return self._parts(self._joined(texts, self.encoded), ends)

    def parts_of_tokens(self, documents: Sequence[Sequence[str]], ends: Ends | None = None) -> Parts:
        """The same of tokenized texts, none longer than is read."""
        return self._parts(self._joined(documents, self._encoded_tokens), ends)

    def clauses(self, texts: Sequence[str], doubt: Doubt | None) -> Parts:
        """Both parts' logits of clauses, without the flags' sums, which are 0.

        doubt: the small LSTM reads all of them, and the large one those that it says are in doubt; without it, the
        large one reads all.
        """
        known = self._joined(texts, partial(self.encoded, flagged=False))
        if doubt is None:
            return self._parts(known, None)
        any_words = np.flatnonzero(known.lengths)
        recurrent = self._recurrent(self._clause_lstm, self._exact_clauses, known, any_words)
        doubtful = np.flatnonzero(doubt(recurrent, known.wide, known.lengths))
        recurrent[doubtful] = self._recurrent(self._lstm, self._exact, known, doubtful)[doubtful]
        return Parts(recurrent, known.wide, known.sums, known.lengths, known.found)

    @cached_property
    def _clause_lstm(self) -> CompiledLSTM:
        """Made at the first clauses: a tenth of a second, and memory that only aspects need."""
        return CompiledLSTM(self._folder, CLAUSES, table_bytes=_CLAUSE_TABLE_BYTES)

    def _parts(self, known: Slice, ends: Ends | None) -> Parts:
        """Both parts' logits of texts as numbers."""
        lengths = known.lengths
        read = np.flatnonzero(lengths if ends is None else (lengths > 0) & ~ends(known.wide, lengths))
        recurrent = self._recurrent(self._lstm, self._exact, known, read)
        return Parts(recurrent, known.wide, known.sums, lengths, known.found)

    def _recurrent(self, lstm: CompiledLSTM, exact: ExactLSTM, known: Slice, read: Int64s) -> Floats:
        """Logits (float64 [n]) of an LSTM for the texts with these numbers, none empty; 0 for the others."""
        found = np.zeros(len(known.lengths))
        if len(read):
            ids, starts, lengths = known.ids, known.starts, known.lengths
            logits = lstm.logits(ids, starts[read], lengths[read], self._pool, self._threads)
            found[read] = exact.settled(
                logits, lambda numbers: [ids[starts[at] : starts[at] + lengths[at]] for at in read[numbers].tolist()]
            )
        return found

    def _joined(self, texts: Sequence[T], encode: Callable[[Sequence[T]], Slice]) -> Slice:
        """All texts as numbers, encoded by slices."""
        slices = [texts[first : first + _SLICE] for first in range(0, len(texts), _SLICE)]
        encoded = list((self._pool.map if self._pool else map)(encode, slices))
        lengths, found = (np.concatenate([getattr(part, name) for part in encoded]) for name in ("lengths", "found"))
        begins = np.cumsum([0, *(len(part.ids) for part in encoded)])
        starts = np.concatenate([part.starts + begin for part, begin in zip(encoded, begins, strict=False)])
        ids = np.concatenate([part.ids for part in encoded])
        wide, sums = (np.concatenate([getattr(part, name) for part in encoded]) for name in ("wide", "sums"))
        return Slice(ids, starts, lengths, found, wide, sums)

    def encoded(self, texts: Sequence[str], *, flagged: bool = True) -> Slice:
        """One task's texts as numbers, their n-gram logits and, where they are wanted, the flags' sums."""
        cleaned = [text.lower() for text in clean_all(texts)]
        plain = np.asarray([text.isascii() for text in cleaned])
        ids, checksums, lengths = self._index.scanned([text if text.isascii() else "" for text in cleaned])
        starts, found = np.cumsum(lengths) - lengths, lengths.copy()
        scanned, long = starts, lengths > self._max_tokens
        all_ids, all_checksums = [ids], [checksums]
        if long.any():  # only what is read is kept: a call holds the numbers of all its texts
            read = np.repeat(~long, lengths)
            all_ids, all_checksums = [ids[read]], [checksums[read]]
            starts = np.cumsum(np.where(long, 0, lengths)) - lengths
        # What compiled code does not read and what is too long comes after the rest: a few texts in a hundred.
        place = len(all_ids[0])
        for number in np.flatnonzero(~plain | long).tolist():
            if plain[number]:
                own = slice(scanned[number], scanned[number] + lengths[number])
                own_ids, own_checksums = ids[own], checksums[own]
            else:
                tokens = split(cleaned[number])
                own_ids, own_checksums = self._vocabulary.ids(tokens), ngrams.checksums(tokens)
            kept = np.asarray(cap(list(range(len(own_ids))), self._max_tokens), dtype=np.int64)
            all_ids.append(own_ids[kept])
            all_checksums.append(own_checksums[kept])
            starts[number], lengths[number], found[number] = place, len(kept), len(own_ids)
            place += len(kept)
        ids, checksums = np.concatenate(all_ids), np.concatenate(all_checksums)
        wide = self._wide_logits(checksums, starts, lengths)
        sums = self._flag_sums(ids, checksums, starts, lengths) if flagged else np.zeros((len(texts), 6))
        return Slice(ids, starts, lengths, found, wide, sums)

    def _encoded_tokens(self, documents: Sequence[Sequence[str]]) -> Slice:
        tokens = [token for document in documents for token in document]
        ids = self._vocabulary.ids(tokens)
        lengths = np.asarray([len(document) for document in documents], dtype=np.int64)
        starts = np.cumsum(lengths) - lengths
        checksums = ngrams.checksums(tokens)
        wide = self._wide_logits(checksums, starts, lengths)
        return Slice(ids, starts, lengths, lengths, wide, self._flag_sums(ids, checksums, starts, lengths))

    def _flag_sums(self, ids: Int32s, checksums: NDArray[np.uint32], starts: Int64s, lengths: Int64s) -> Floats:
        return with_topic(self._words.sums(ids, starts, lengths), self._topic.of_checksums(checksums, starts, lengths))

    def _wide_logits(self, checksums: NDArray[np.uint32], starts: Int64s, lengths: Int64s) -> Floats:
        sums = np.zeros(len(lengths))
        text_kernel.wide(
            checksums, starts, lengths, self._wide.longest, self._wide.bits, self._weights, self._halves, sums
        )
        return sums + self._wide.bias
