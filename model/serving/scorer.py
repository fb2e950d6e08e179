"""The scorer: texts -> verdicts, from a model folder, with ONNX Runtime and NumPy."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from model import batches
from model.aspects import finder as finding
from model.aspects.finder import Aspect
from model.numeric import Floats, sigmoid
from model.serving import calibration, explain, flags, model_folder, topic_model
from model.serving.calibration import Blend, Curve, ShortTexts
from model.serving.dial import Dial
from model.serving.early_exit import Clauses, Exit
from model.serving.exact_lstm import ExactLSTM
from model.serving.explain import Logits
from model.serving.mixed import Rule
from model.serving.model_folder import CLAUSE_GRAPH, CLAUSES, GRAPH, SHIPPED
from model.serving.ngram_model import NgramModel
from model.serving.stars import Stars
from model.serving.verdict import DISTRUSTED, Explanation, Label, Verdict
from model.text import star_rows
from model.text.star_rows import StarRow
from model.text.tokens import cap, tokenize
from model.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from model.aspects.compiled_finder import CompiledFinder
    from model.serving.bulk import Bulk

T = TypeVar("T")
log = logging.getLogger(__name__)

# Sorting by length inside a window this long leaves a few percent of padding and keeps memory flat.
WINDOW = 4_096
BULK = 64
"""From so many texts in one call on, compiled code scores them (`model.serving.bulk`), after a second's start."""
# So many texts use it when it is ready: an explanation's do, which halves its time.
_FEW = 8
# Clauses of one call: they are short.
_CLAUSES = 16_384
# Clauses that are looked through for stars at once.
_STARRED = 256
# Rows x steps of one LSTM call: bounds its memory when reviews are very long.
_STEPS = 16_384
# What Python itself raises where compiled code cannot be loaded, made or run; Numba has errors of its own.
_PYTHONS: tuple[type[Exception], ...] = (ArithmeticError, AssertionError, AttributeError, ImportError, LookupError)
_BROKEN = (*_PYTHONS, MemoryError, NameError, OSError, RuntimeError, SyntaxError, TypeError, ValueError)


def _session(path: Path, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class _Reading(NamedTuple):
    """A verdict and what is behind it.

    logit: the calibrated one as a piece of a review; said: as served. sure: whether the text is no doubtful one and its
    probability lies beyond the model's own band, whatever `dial` asks for; by_words: whether it was read without its
    rows of stars.
    """

    verdict: Verdict
    logit: float
    said: float
    sure: bool
    by_words: bool = False

    @property
    def positive(self) -> bool:
        """The side that it takes, sure or not."""
        return self.verdict.probability >= 0.5

    def flagged(self, flag: str) -> "_Reading":
        """The same with one flag more."""
        return self._replace(verdict=replace(self.verdict, flags=(*self.verdict.flags, flag)))


class Flagged(Protocol):
    """A verdict, as far as aspects ask."""

    @property
    def flags(self) -> tuple[str, ...]:
        """As in `Verdict`."""


class Scorer:
    """Scores reviews with the model in `folder`, on `threads` CPU threads. Not for sharing between threads.

    compiled: whether calls with `BULK` texts or more use compiled code (`model.serving.bulk`) where it works; it
    changes no bit of a verdict, nor do `threads` or the texts beside it. exit: whether the LSTM is left out where
    something cheaper settles a text or a clause (`model.serving.early_exit`); without, it reads everything. Raises
    `model.ModelFolderError` when the folder is missing, incomplete or damaged.
    """

    def __init__(
        self, folder: str | PathLike[str] = SHIPPED, *, threads: int = 1, compiled: bool = True, exit: bool = True
    ) -> None:
        folder = Path(folder)
        self.folder = folder
        self.version: str = model_folder.verify(folder)
        self.card: dict[str, Any] = model_folder.read_card(folder)
        self._serving = model_folder.read_serving(folder)
        self.band = self._serving.band
        """A verdict closer to 0.5 is `uncertain`; may be set wider, to a `half_width` of `dial`."""
        self.dial = Dial.of_card(self.card)
        self.max_tokens = self._serving.max_tokens
        self._vocabulary = Vocabulary.read(folder / "vocabulary.txt")
        # Memory-mapped: the worker processes of one machine share one copy.
        self._vectors = np.load(folder / "embedding.npy", mmap_mode="r")
        table = np.load(folder / "wide.npy", mmap_mode="r")
        self._wide = NgramModel(table, self._serving.wide_bias, self._serving.wide_longest)
        self._blend, self._curve = calibration.of_reviews(self._serving)
        self._mixed, self._bounds, self.stars = _rules(self._serving)
        self._short = ShortTexts(self._serving.length_knee, self._serving.short_slope)
        self.exit = _exit(self._serving) if exit else None
        self._exact = ExactLSTM(folder)
        bound = model_folder.clause_bound(folder)
        self._clauses = Clauses(self._blend, self._curve, bound) if exit and bound is not None else None
        self._exact_clauses = ExactLSTM(folder, CLAUSES)  # opened where there is one
        scores = np.load(folder / "word_scores.npy") if self._serving.review_bounds else None
        topic = np.load(folder / topic_model.WORDS) if self._serving.topic_tokens else None
        self._words = flags.WordTable(self._vocabulary.words, scores, topic)
        self._topic = topic_model.read(folder, self._serving)
        self._threads, self._compiled = threads, compiled
        self._recurrent = _session(folder / GRAPH, threads)

    def score(self, texts: list[str]) -> list[Verdict]:
        """One verdict a text, in order, for any strings of any length; never raises for what a text holds.

        An empty text is `uncertain` at 0.5 with the flags `too_short` and `not_a_review`. Beyond the model's
        `max_tokens` (4,096 in the shipped one) the first quarter and the last three quarters of that are read and
        `truncated` is set.
        """
        verdicts: list[Verdict] = []
        for start in range(0, len(texts), WINDOW):
            window = texts[start : start + WINDOW]
            decided = self._decided(window, list(map(star_rows.star_rows, window)), many=len(texts) >= BULK)
            verdicts.extend(reading.verdict for reading in decided)
        return verdicts

    def _decided(self, texts: list[str], rows_of: Sequence[list[StarRow]], *, many: bool) -> list[_Reading]:
        """What each text is taken for. Beside rows of full stars ("★★★★★") the words decide where they are sure.

        rows_of: the rows of stars of each text.

        Such a row weighs as much as many words, and is an ornament to some. So a text with rows is read a second time
        without them, and full ones count where that leaves a doubt. Nobody adorns with "★☆☆☆☆": it counts as "2/10".
        """
        whole = self._readings(texts, many=many)
        starred = [(number, rows) for number, rows in enumerate(rows_of) if rows]
        bare = [star_rows.without(texts[number], rows) for number, rows in starred]
        for (number, rows), words in zip(starred, self._readings(bare, many=many) if bare else (), strict=True):
            if not words.sure:
                continue
            against = star_rows.contradict(rows, words.positive)
            differs = not whole[number].sure or words.positive != whole[number].positive
            if all(row.full for row in rows) and (against or differs):
                whole[number] = words._replace(by_words=True)
            if against:
                whole[number] = whole[number].flagged("stars_disagree")
        return whole

    def _readings(self, texts: list[str], *, many: bool) -> list[_Reading]:
        """The texts as they are, stars included."""
        found, logits, sums = self._read(texts, many=many)
        said = self._short.logits(logits, np.asarray(found, dtype=np.int64))
        return list(map(self._reading, texts, found, logits.tolist(), said.tolist(), sums))

    @property
    def words(self) -> tuple[str, ...]:
        """The words that the model knows, most frequent first."""
        return self._vocabulary.words

    def band_of(self, tokens: int) -> float:
        """How far from 0.5 the probability of a text of so many tokens must lie: `band`, or more for a short text."""
        return self._band_of(tokens, self.band)

    def _band_of(self, tokens: int, band: float) -> float:
        return max(band, self._serving.short_band) if tokens <= self._serving.short_tokens else band

    def bands(self, texts: Sequence[str]) -> Floats:
        """`band_of` of each raw text, float64 [n]."""
        return np.asarray([self.band_of(len(tokenize(text))) for text in texts], dtype=np.float64)

    def warm(self) -> None:
        """Gets ready for bulk work, which the first call with `BULK` texts or more does otherwise.

        Half a second, 4 s the first time on a machine; 100 MB and the folded table (`model.serving.compiled_lstm`). A
        warm scorer also explains in half the time.
        """
        _ = self._bulk

    def warm_aspects(self) -> None:
        """Gets ready for aspects of many texts, which the first call with `BULK` texts or more does otherwise.

        Half a second, 10 s the first time on a machine; may run beside calls that do not wait for it (`aspects_of`).
        """
        _ = self._compiled_finder

    def _pays(self, texts: int) -> bool:
        """Whether so many texts are faster in compiled code, which is ready anyway."""
        return self.is_warm and texts >= _FEW

    @property
    def is_warm(self) -> bool:
        """Whether compiled code is ready, and bulk calls use it."""
        return self.__dict__.get("_bulk") is not None

    def explain(self, text: str) -> Explanation:
        """The verdict on `text`, what leaving out each sentence and each key word changes, and whether it is mixed.

        Exact counterfactuals, scored in batches; longer texts are cut into at most 40 ranges of whole sentences, and
        of very long ones only some are left out, so that the time is bounded.
        """

        if not (rows := star_rows.star_rows(text)):
            return self._explained(text)
        (decided,) = self._decided([text], [rows], many=False)
        if not decided.by_words:
            return replace(self._explained(text), verdict=decided.verdict)
        found = self._explained(star_rows.without(text, rows))
        return replace(found, verdict=decided.verdict, mixed=self.mixed([text])[0])

    def _explained(self, text: str) -> Explanation:
        """The explanation of the text as it is, stars included."""

        def verdict(read: list[str], logit: float) -> Verdict:
            tokens = tokenize(text)
            # An odd text, whose sentences read otherwise than it does as a whole.
            if cap(tokens, self.max_tokens) != read:
                return self._readings([text], many=False)[0].verdict
            said = float(self.said(np.asarray([logit]), [tokens])[0])
            sums = self._sums([self._vocabulary.ids(read)], [read])[0]
            return self._reading(text, len(tokens), logit, said, sums).verdict

        return explain.explain(text, self.max_tokens, self._alone, self._decider, self.said, verdict, self._mixed)

    def mixed(self, texts: Sequence[str]) -> list[bool]:
        """Whether each text holds clearly positive and clearly negative sentences (`model.serving.mixed`).

        Every sentence is scored alone, which takes about as long as scoring the texts.
        """
        pieces = [[text[start:end] for start, end in explain.ranges(text)] for text in texts]
        sentences = [sentence for found in pieces for sentence in found]
        read = [tokens for found in pieces for tokens in explain.capped(list(map(tokenize, found)), self.max_tokens)]
        logits, _ = self._alone(sentences, read)
        ends = np.cumsum([len(found) for found in pieces])
        return [self._mixed.holds(part) for part in np.split(logits, ends[:-1])] if pieces else []

    def aspects(self, text: str) -> list[Aspect]:
        """What the clauses of `text` say about acting, story, music and so on, in order (`model.aspects`).

        None for a text that is no English review (`DISTRUSTED`). The same as `aspects_of` says of it among others.
        """
        return self.aspects_of([text])[0]

    def aspects_of(
        self, texts: Sequence[str], verdicts: Sequence["Flagged"] | None = None, *, may_wait: bool = True
    ) -> list[list[Aspect]]:
        """The aspects of each text; takes about as long as scoring the texts, and that too without their
        `verdicts`. Without `may_wait` compiled code is used only where it is ready (`warm_aspects`).

        At most 4,096 words and 200 clauses of a text are looked at, so that time and memory are bounded.
        """
        finder = self._finder(len(texts), may_wait=may_wait)
        found: list[list[Aspect]] = []
        for start in range(0, len(texts), WINDOW):
            window = list(texts[start : start + WINDOW])
            known: Sequence[Flagged] = self.score(window) if verdicts is None else verdicts[start : start + WINDOW]
            # An empty text has no clauses.
            read = [
                text if DISTRUSTED.isdisjoint(verdict.flags) else ""
                for text, verdict in zip(window, known, strict=True)
            ]
            reading = finder.read(read)
            found += reading.aspects(self._clause_logits(reading.pieces))
        return found

    def clauses_of(self, texts: Sequence[str]) -> list[str]:
        """The clauses that `aspects_of` scores, of texts that are taken for reviews, one text's after the other's."""
        return self._finder(len(texts)).read(texts).pieces

    def _finder(self, texts: int, *, may_wait: bool = True) -> "finding.Finder | CompiledFinder":
        """What finds the clauses of so many texts."""
        many = texts >= BULK or self._pays(texts)
        compiled = self._compiled_finder if many and (may_wait or "_compiled_finder" in self.__dict__) else None
        return compiled or finding.shipped()

    def _clause_logits(self, clauses: list[str]) -> Floats:
        """Calibrated logits (float64 [n]) of clauses as pieces of a review; the large LSTM reads few of them."""
        bulk = self._bulk if len(clauses) >= BULK or self._pays(len(clauses)) else None
        found = [np.zeros(0)]
        for start in range(0, len(clauses), _CLAUSES):
            window = clauses[start : start + _CLAUSES]
            if bulk is not None:
                parts = bulk.clauses(window, self._clauses.in_doubt if self._clauses else None)
                found.append(self._calibrated(parts.recurrent, parts.wide, parts.lengths, None))
            else:
                read = [cap(tokenize(clause), self.max_tokens) for clause in window]
                found.append(self._clauses_plainly(read))
        logits = np.concatenate(found)
        for number, reading in self._starred(clauses):
            logits[number] = reading.logit
        return logits

    def _clauses_plainly(self, read: Sequence[Sequence[str]]) -> Floats:
        """The same without compiled code, of tokenized clauses."""
        rows = [self._vocabulary.ids(tokens) for tokens in read]
        if self._clauses is None:
            return self._blended_of(rows, read, None)
        lengths = np.asarray([len(row) for row in rows], dtype=np.int64)
        wide, recurrent = self.wide_logits(read), np.zeros(len(rows))
        any_words = np.flatnonzero(lengths)
        words = [rows[number] for number in any_words]
        recurrent[any_words] = self._run(self._clause_graph, self._exact_clauses, words)
        doubtful = np.flatnonzero(self._clauses.in_doubt(recurrent, wide, lengths))
        recurrent[doubtful] = self.recurrent_logits([rows[number] for number in doubtful])
        return self._calibrated(recurrent, wide, lengths, None)

    def _alone(self, texts: list[str], documents: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        """Calibrated logits (float64 [n]) of sentences and what is read of each: as pieces of a review, and as a
        verdict says them."""
        logits = self.piece_logits(documents)
        said = self.said(logits, documents)
        for number, reading in self._starred(texts, documents):
            logits[number], said[number] = reading.logit, reading.said
        return logits, said

    def _starred(self, texts: Sequence[str], read: Sequence[Sequence[str]] | None = None) -> list[tuple[int, _Reading]]:
        """The numbers of the raw texts with rows of stars, and what each is taken for.

        read: what is read of each, all of it by default. One that is not read whole, as the middle of a very long
        review is not, does not count: it would take time without bound.
        """
        # Asked of many clauses at once: few texts hold any.
        blocks = range(0, len(texts), _STARRED)
        held = [first for first in blocks if star_rows.may_hold_rows("".join(texts[first : first + _STARRED]))]
        starred = {
            number: rows
            for first in held
            for number, text in enumerate(texts[first : first + _STARRED], first)
            if star_rows.may_hold_rows(text)  # tokens before rows, which take three times as long
            and (read is None or len(tokenize(text)) == len(read[number]))
            and (rows := star_rows.star_rows(text))
        }
        own = [texts[number] for number in starred]
        decided = self._decided(own, list(starred.values()), many=False) if starred else []
        return list(zip(starred, decided, strict=True))

    def logits(self, documents: Sequence[Sequence[str]]) -> Floats:
        """Calibrated logits (float64 [n]) of tokenized texts, as served; 0 for one without tokens."""
        return self.said(self.piece_logits(documents), documents)

    def piece_logits(self, documents: Sequence[Sequence[str]]) -> Floats:
        """The same of pieces of reviews: sentences and clauses, of which many do not say what their review says.

        What other rules than the label are fitted on (mixed, aspects, topic), so that they do not hang on what a
        verdict says of a text that stands alone (`model.serving.calibration.ShortTexts`).
        """
        return self._blended(documents, self.exit)

    def said(self, logits: Floats, documents: Sequence[Sequence[str]]) -> Floats:
        """The logits of tokenized texts as a verdict says them, of those that they have as pieces of reviews [n]."""
        return self._short.logits(logits, np.asarray([len(tokens) for tokens in documents], dtype=np.int64))

    def parts(self, documents: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        """Logits (each float64 [n]) of the LSTM alone and of the n-gram part alone for tokenized, not empty texts."""
        if self._pays(len(documents)) and (bulk := self._bulk):
            found = bulk.parts_of_tokens(documents)
            return found.recurrent, found.wide
        rows = [self._vocabulary.ids(tokens) for tokens in documents]
        return self.recurrent_logits(rows), self.wide_logits(documents)

    def recurrent_logits(self, rows: Sequence[NDArray[np.int32]]) -> Floats:
        """Logits (float64 [n]) of the LSTM alone for word ids (each int32 [length >= 1]), rounded as served."""
        return self._run(self._recurrent, self._exact, rows)

    @cached_property
    def _clause_graph(self) -> ort.InferenceSession:
        """The small LSTM for clauses; opened for the first aspects that compiled code does not find."""
        return _session(self.folder / CLAUSE_GRAPH, self._threads)

    def _run(self, graph: ort.InferenceSession, exact: ExactLSTM, rows: Sequence[NDArray[np.int32]]) -> Floats:
        """The same of one of the two LSTMs."""
        logits = np.zeros(len(rows))
        lengths = np.asarray([len(row) for row in rows], dtype=np.int64)
        for numbers in batches.ordered(lengths, self._serving.batch, _STEPS):
            ids = batches.padded([rows[number] for number in numbers])
            vectors = self._vectors[ids.T].astype(np.float32, copy=False)
            feed = {"vectors": vectors, "lengths": lengths[numbers].astype(np.int32)}
            logits[numbers] = graph.run(["logit"], feed)[0][:, 0]
        return exact.settled(logits, lambda numbers: [rows[number] for number in numbers])

    def settled(self, logits: Floats, rows: Sequence[NDArray[np.int32]]) -> Floats:
        """A runtime's logits [n] of these word ids, rounded as they are served (`model.serving.exact_lstm`)."""
        return self._exact.settled(logits, lambda numbers: [rows[number] for number in numbers])

    def wide_logits(self, documents: Sequence[Sequence[str]]) -> Floats:
        """Logits (float64 [n]) of the n-gram part alone; its bias for a text without tokens."""
        slices = [self._wide.logits(documents[first : first + 512]) for first in range(0, len(documents), 512)]
        return np.concatenate([np.zeros(0), *slices])

    def _decider(self, tokens: Sequence[str]) -> Logits:
        """The part of the model that decides on a text, n-grams alone or both, for whatever is left of the text.

        Its logits are those of pieces (`piece_logits`).
        """
        length = np.asarray([len(tokens)], dtype=np.int64)
        if (early := self.exit) is not None and early.ends(self.wide_logits([tokens]), length)[0]:
            return lambda documents: early.logits(
                self.wide_logits(documents), np.asarray([len(rest) for rest in documents], dtype=np.int64)
            )
        return lambda documents: self._blended(documents, None)

    @cached_property
    def _bulk(self) -> "Bulk | None":
        """The compiled way, made at the first bulk call; None, and one line in the log, where it does not work."""
        return self._where_it_works(self._made_bulk) if self._compiled else None

    def _made_bulk(self) -> "Bulk":
        # Here, since Numba takes a second to import and may be missing.
        from model.serving.bulk import Bulk

        known = (self._vocabulary, self._wide, self._words, self._topic, self.max_tokens)
        return Bulk(self.folder, *known, self._exact, self._exact_clauses, threads=self._threads)

    @cached_property
    def _compiled_finder(self) -> "CompiledFinder | None":
        """The same for clauses, made at the first bulk call for aspects."""
        return self._where_it_works(_made_finder) if self._bulk is not None else None

    def _where_it_works(self, made: Callable[[], T]) -> T | None:
        try:
            return made()
        except Exception as error:
            if not _of_the_compiler(error):  # a worker's time limit, thrown in by a signal: it is the caller's
                raise
            log.warning("Bulk work is slower, without compiled code: %s: %s", type(error).__name__, error)
            return None

    def _read(self, texts: list[str], *, many: bool) -> tuple[list[int], Floats, Floats]:
        """Numbers of tokens, calibrated logits [n], and the flags' sums [n, 6]; many: whether bulk work has begun."""
        bulk = self._bulk if many or self._pays(len(texts)) else None
        return self._plainly(texts) if bulk is None else self._by(bulk, texts)

    def _by(self, bulk: "Bulk", texts: list[str]) -> tuple[list[int], Floats, Floats]:
        """Numbers of tokens, calibrated logits [n], and the flags' sums [n, 6]."""
        parts = bulk.parts(texts, self.exit.ends if self.exit else None)
        return (
            parts.found.tolist(),
            self._calibrated(parts.recurrent, parts.wide, parts.lengths, self.exit),
            parts.sums,
        )

    def _calibrated(self, recurrent: Floats, wide: Floats, lengths: NDArray[np.int64], early: Exit | None) -> Floats:
        logits = self._curve.logits(self._blend.logits(recurrent, wide), lengths)
        if early is None:
            return logits
        return np.where(early.ends(wide, lengths), early.logits(wide, lengths), logits)

    def _plainly(self, texts: list[str]) -> tuple[list[int], Floats, Floats]:
        """As `_by`, with what every machine has."""
        documents = [tokenize(text) for text in texts]
        read = [cap(tokens, self.max_tokens) for tokens in documents]
        rows = [self._vocabulary.ids(tokens) for tokens in read]
        return list(map(len, documents)), self._blended_of(rows, read, self.exit), self._sums(rows, read)

    def _blended(self, documents: Sequence[Sequence[str]], early: Exit | None) -> Floats:
        """Calibrated logits [n]."""
        if self._pays(len(documents)) and (bulk := self._bulk):
            parts = bulk.parts_of_tokens(documents, early.ends if early else None)
            return self._calibrated(parts.recurrent, parts.wide, parts.lengths, early)
        return self._blended_of([self._vocabulary.ids(tokens) for tokens in documents], documents, early)

    def _blended_of(
        self, rows: Sequence[NDArray[np.int32]], documents: Sequence[Sequence[str]], early: Exit | None
    ) -> Floats:
        """The same without compiled code, of documents whose word ids are `rows`."""
        lengths = np.asarray([len(row) for row in rows], dtype=np.int64)
        wide = self.wide_logits(documents)
        read = np.flatnonzero(lengths if early is None else (lengths > 0) & ~early.ends(wide, lengths))
        recurrent = np.zeros(len(rows))
        for first in range(0, len(read), 512):
            numbers = read[first : first + 512]
            recurrent[numbers] = self.recurrent_logits([rows[number] for number in numbers])
        return self._calibrated(recurrent, wide, lengths, early)

    def _sums(self, rows: Sequence[NDArray[np.int32]], documents: Sequence[Sequence[str]]) -> Floats:
        """What the flags need of documents whose word ids are `rows`, [n, 6] (`flags.raised`)."""
        return flags.with_topic(self._words.sums_of(rows), self._topic.of_tokens(documents))

    def _reading(self, text: str, length: int, logit: float, said: float, sums: Floats) -> _Reading:
        """Of a text of `length` tokens; logit: as a piece of a review; said: as served; sums: of what is read
        (`_sums`)."""
        probability = float(sigmoid(np.asarray(said)))
        topic = flags.topic_logit(length, logit, sums, self._bounds)
        raised = flags.raised(text, length, topic, sums, self._words, self._bounds)
        doubtful = not length or not DISTRUSTED.isdisjoint(raised)
        if not doubtful and topic is not None and "too_short" not in raised:
            doubtful = self._bounds.topic.is_in_doubt(topic, logit)
        label: Label = "positive" if probability >= 0.5 else "negative"
        if doubtful or abs(probability - 0.5) < self.band_of(length):
            label = "uncertain"
        unfit = doubtful or length < self._serving.star_tokens
        stars = None if unfit or self.stars is None else self.stars.of(said)
        sure = not doubtful and abs(probability - 0.5) >= self._band_of(length, self._serving.band)
        return _Reading(Verdict(label, probability, raised, self.version, stars), logit, said, sure)


def _made_finder() -> "CompiledFinder":
    from model.aspects import compiled_finder  # as `Bulk`

    return compiled_finder.shipped()


def _rules(serving: model_folder.Serving) -> tuple[Rule, flags.Bounds, Stars | None]:
    """What `serving.json` says about mixed reviews, flags and stars."""
    bounds = flags.Bounds(
        serving.short_words,
        serving.unknown_share,
        serving.max_tokens,
        serving.foreign_oddness,
        serving.foreign_english,
        tuple((least, bound) for least, bound in serving.review_bounds),
        topic_model.rule(serving),
    )
    stars = Stars(tuple(serving.star_bounds)) if serving.star_bounds else None
    return Rule(serving.mixed_logit, serving.mixed_share), bounds, stars


def _exit(serving: model_folder.Serving) -> Exit | None:
    """What `serving.json` says about texts that end early."""
    if serving.exit_logit is None:
        return None
    curve = Curve(serving.length_knee, serving.exit_slope)
    return Exit(serving.exit_logit, Blend((serving.exit_weight,), serving.exit_bias), curve, serving.exit_step)


def _of_the_compiler(error: Exception) -> bool:
    """Whether compiled code does not work here: no Numba, a processor it does not know, a compiler that fails."""
    return isinstance(error, _BROKEN) or type(error).__module__.split(".")[0] in ("numba", "llvmlite")
