"""The models that the shipped one is compared with: typed config, training, folder on disk, logits.

tfidf    TF-IDF n-grams and logistic regression (Salton & Buckley 1988 for the weights)
nbsvm    naive-Bayes-weighted n-grams and logistic regression (Wang & Manning 2012), which is
`model.serving.ngram_model` alone average  mean of the word vectors and one dense layer (Iyyer et al. 2015, "Deep
Unordered Composition") cnn      convolutions of several widths with max over time (Kim 2014, "Convolutional Neural
Networks for Sentence ...") lstm     one left-to-right LSTM, logit from its last state (Hochreiter & Schmidhuber 1997)
bilstm   `model.training.network`, the recurrent network of a plain training run

All read the tokens of `model.text.tokens`, and the networks start from the same vectors, so that only the model
differs. None sees unlabelled reviews or a teacher.
"""

import json
import os
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from model import batches
from model.config import ConfigError, Count, NetworkConfig, Share, TrainingConfig, WideConfig
from model.data.corpus import Corpus
from model.numeric import Floats
from model.serving.ngram_model import NgramModel
from model.text.tokens import cap
from model.text.vocabulary import Vocabulary
from model.training import fit, fit_ngrams, network
from model.training.network import EMBEDDING, OUTPUT
from model.training.network import build as build_bilstm

if TYPE_CHECKING:
    import keras

T = TypeVar("T")
Documents = Sequence[Sequence[str]]
MOST_TOKENS = 4096
"""What a network reads of a long review outside training: all of it, short of absurd lengths."""
_BATCH, _STEPS = 128, 40_000
_SETTINGS, _WEIGHTS, _WORDS = "settings.json", "weights.npz", "vocabulary.txt"


class Section(BaseModel):
    """Part of a config file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Common(Section):
    name: str
    title: str
    """What the table calls it."""
    notes: str = ""


class TfidfConfig(_Common):
    """TF-IDF with logarithmic counts -> logistic regression."""

    kind: Literal["tfidf"]
    longest: Annotated[int, Field(ge=1, le=3)] = 2
    min_count: Count = 2
    """n-grams in fewer training reviews are left out."""
    inverse_l2: Annotated[float, Field(gt=0)] = 10.0


class NbsvmConfig(_Common):
    """The n-gram part of the shipped model, by itself."""

    kind: Literal["nbsvm"]
    wide: WideConfig = WideConfig()


class AverageConfig(_Common):
    """Mean of the word vectors -> dense layer with ReLU -> logit."""

    kind: Literal["average"]
    hidden: Count = 64
    spatial_dropout: Share = 0.2
    dropout: Share = 0.3
    training: TrainingConfig = TrainingConfig()


class CnnConfig(_Common):
    """Convolutions with ReLU, each of `filters` outputs -> max over time -> logit."""

    kind: Literal["cnn"]
    filters: Count = 100
    widths: tuple[Count, ...] = (3, 4, 5)
    """Words a convolution sees at once."""
    spatial_dropout: Share = 0.0
    dropout: Share = 0.5
    training: TrainingConfig = TrainingConfig()


class LstmConfig(_Common):
    """LSTM from left to right -> state after the last word -> logit."""

    kind: Literal["lstm"]
    units: Count = 128
    spatial_dropout: Share = 0.2
    dropout: Share = 0.3
    training: TrainingConfig = TrainingConfig()


class BilstmConfig(_Common):
    """`model.training.network` -> logit; its `dimensions` are those of the word vectors, whatever the file says."""

    kind: Literal["bilstm"]
    network: NetworkConfig = NetworkConfig()
    training: TrainingConfig = TrainingConfig()


NeuralConfig = AverageConfig | CnnConfig | LstmConfig | BilstmConfig
BaselineConfig = Annotated[
    TfidfConfig | NbsvmConfig | AverageConfig | CnnConfig | LstmConfig | BilstmConfig, Field(discriminator="kind")
]
_ADAPTER: TypeAdapter[BaselineConfig] = TypeAdapter(BaselineConfig)
RECURRENT = frozenset({"lstm", "bilstm"})
"""Kinds that are LSTMs."""


def read_toml(path: Path, adapter: "TypeAdapter[T]") -> T:
    """The validated contents of a TOML file; raises `ConfigError` when it is missing, not TOML, or wrong."""
    try:
        return adapter.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"The config file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The config file {path} is not valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the top"
        raise ConfigError(f"The config file {path} is wrong at '{where}': {first['msg']}.") from error


def read(path: Path) -> BaselineConfig:
    """The validated baseline config in the TOML file `path`; raises `ConfigError`."""
    return read_toml(path, _ADAPTER)


class Baseline(Protocol):
    """A trained baseline."""

    def logits(self, documents: Documents) -> Floats:
        """Logit of positive (float64 [n], not calibrated) of tokenized reviews."""

    def write(self, folder: Path) -> None:
        """Everything that `load` needs, and nothing else, into `folder`."""


class Tfidf:
    """The terms' inverse document frequencies and weights (float32 [terms] each) and a bias in logit units."""

    def __init__(self, terms: list[str], idf: NDArray[np.float32], weights: NDArray[np.float32], bias: float) -> None:
        self.terms, self.idf, self.weights, self.bias = terms, idf, weights, bias
        longest = max(term.count(" ") for term in terms) + 1
        self._vectorizer = _vectorizer(longest, vocabulary={term: row for row, term in enumerate(terms)})
        self._vectorizer.idf_ = idf.astype(np.float64)

    def logits(self, documents: Documents) -> Floats:
        """As `Baseline.logits`."""
        features = self._vectorizer.transform(documents)
        return np.asarray(features @ self.weights.astype(np.float64) + self.bias, dtype=np.float64)

    def write(self, folder: Path) -> None:
        """As `Baseline.write`; no token holds white space, so a term is a line."""
        (folder / _WORDS).write_text("\n".join(self.terms) + "\n", encoding="utf-8")
        np.savez(folder / _WEIGHTS, allow_pickle=False, idf=self.idf, weights=self.weights, bias=np.asarray(self.bias))

    @classmethod
    def load(cls, folder: Path) -> "Tfidf":
        """What `write` wrote."""
        terms = (folder / _WORDS).read_text(encoding="utf-8").removesuffix("\n").split("\n")
        with np.load(folder / _WEIGHTS) as stored:
            return cls(terms, stored["idf"], stored["weights"], float(stored["bias"]))


def _as_given(tokens: list[str]) -> list[str]:
    return tokens


def _vectorizer(longest: int, **options: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    # The reviews come as tokens: scikit-learn's own tokenizer, which drops "n't", "!" and "a", stays out of it.
    given = {"tokenizer": _as_given, "preprocessor": _as_given, "token_pattern": None, "lowercase": False}
    return TfidfVectorizer(ngram_range=(1, longest), sublinear_tf=True, **given, **options)


def _train_tfidf(config: TfidfConfig, documents: Documents, labels: NDArray[np.int8]) -> Tfidf:
    from sklearn.linear_model import LogisticRegression

    vectorizer = _vectorizer(config.longest, min_df=config.min_count, dtype=np.float32)
    features = vectorizer.fit_transform(documents)
    fitted = LogisticRegression(C=config.inverse_l2, max_iter=300).fit(features, labels)
    weights = fitted.coef_.ravel().astype(np.float32)
    terms = [str(term) for term in vectorizer.get_feature_names_out()]
    return Tfidf(terms, vectorizer.idf_.astype(np.float32), weights, float(fitted.intercept_[0]))


class Ngrams:
    """`model.serving.ngram_model.NgramModel` as a baseline."""

    def __init__(self, part: NgramModel) -> None:
        self._part = part

    def logits(self, documents: Documents) -> Floats:
        """As `Baseline.logits`."""
        return self._part.logits(documents)

    def write(self, folder: Path) -> None:
        """As `Baseline.write`."""
        self._part.write(folder / "wide.npy")
        settings = {"bias": self._part.bias, "longest": self._part.longest}
        (folder / _SETTINGS).write_text(json.dumps(settings), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Ngrams":
        """What `write` wrote."""
        settings = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
        return cls(NgramModel(np.load(folder / "wide.npy"), settings["bias"], settings["longest"]))


class Neural:
    """A Keras network with its vocabulary."""

    def __init__(self, config: NeuralConfig, network: "keras.Model", vocabulary: Vocabulary) -> None:
        import tensorflow as tf

        self.config, self.network, self.vocabulary = config, network, vocabulary
        signature = [tf.TensorSpec([None, None], tf.int32)]
        # Kept, so that only the first call pays for tracing the graph.
        self._run = tf.function(lambda ids: network(ids, training=False), input_signature=signature)

    def logits(self, documents: Documents) -> Floats:
        """As `Baseline.logits`, in batches by length; an empty review is one unknown word."""
        rows = [self.vocabulary.ids(cap(list(tokens), MOST_TOKENS) or [""]) for tokens in documents]
        lengths = np.asarray([len(row) for row in rows], dtype=np.int64)
        logits = np.zeros(len(rows))
        for numbers in batches.ordered(lengths, _BATCH, _STEPS):
            logits[numbers] = self._run(batches.padded([rows[number] for number in numbers])).numpy()[:, 0]
        return logits

    def write(self, folder: Path) -> None:
        """As `Baseline.write`."""
        weights = {f"w{number}": value for number, value in enumerate(self.network.get_weights())}
        np.savez(folder / _WEIGHTS, allow_pickle=False, **weights)
        self.vocabulary.write(folder / _WORDS)
        (folder / _SETTINGS).write_text(self.config.model_dump_json(indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, config: NeuralConfig, folder: Path) -> "Neural":
        """What `write` wrote."""
        vocabulary = Vocabulary.read(folder / _WORDS)
        with np.load(folder / _WEIGHTS) as stored:
            weights = [stored[f"w{number}"] for number in range(len(stored.files))]
        # The embedding comes first: it is the first layer with weights.
        network = build(config, len(vocabulary), weights[0].shape[1])
        network.set_weights(weights)
        return cls(config, network, vocabulary)


def build(config: NeuralConfig, words: int, dimensions: int) -> "keras.Model":
    """An untrained Keras model: int32 [batch, steps] (0 = padding at the end) -> float32 [batch, 1] logits.

    A row's logit does not depend on how far it is padded. `words` and `dimensions` are those of the embedding table.
    """
    import keras

    if isinstance(config, BilstmConfig):
        return build_bilstm(config.network.model_copy(update={"dimensions": dimensions}), words)
    ops = keras.ops
    ids = keras.Input((None,), dtype="int32", name="ids")
    mask = ops.not_equal(ids, 0)
    vectors = keras.layers.Embedding(words, dimensions, name=EMBEDDING)(ids)
    vectors = keras.layers.SpatialDropout1D(config.spatial_dropout)(vectors)
    real = ops.expand_dims(mask, -1)
    if isinstance(config, LstmConfig):
        features = keras.layers.LSTM(config.units, name="recurrent")(vectors, mask=mask)
    elif isinstance(config, AverageConfig):
        number = ops.maximum(ops.sum(ops.cast(real, "float32"), axis=1), 1.0)
        mean = ops.sum(ops.where(real, vectors, 0.0), axis=1) / number
        features = keras.layers.Dense(config.hidden, activation="relu")(mean)
    else:
        # Zeros behind the end, as the convolution's own padding puts there: the batch's width must not show.
        vectors = ops.where(real, vectors, 0.0)
        pooled = []
        for width in config.widths:
            maps = keras.layers.Conv1D(config.filters, width, padding="same", activation="relu")(vectors)
            pooled.append(ops.max(ops.where(real, maps, 0.0), axis=1))
        features = keras.layers.Concatenate()(pooled) if len(pooled) > 1 else pooled[0]
    features = keras.layers.Dropout(config.dropout)(features)
    return keras.Model(ids, keras.layers.Dense(1, name=OUTPUT)(features), name=config.kind)


def start_tensorflow(threads: int) -> None:
    """Imports TensorFlow with that number of threads; too late, and without effect, when it already runs."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    # Every prediction traces its own graph, which TensorFlow takes for a mistake.
    tf.get_logger().setLevel("ERROR")
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        return


def _train_neural(config: NeuralConfig, corpus: Corpus, folder: Path) -> tuple[Neural, float]:
    start_tensorflow(config.training.threads)
    import keras

    keras.utils.set_random_seed(config.training.seed)
    built = build(config, *corpus.vectors.shape)
    network.set_embedding(built, corpus.vectors)
    folder.mkdir(parents=True, exist_ok=True)

    def examples(rows: NDArray[np.int64], limit: int) -> fit.Examples:
        return fit.Examples(corpus.ids(rows, limit), corpus.reviews.labels[rows].astype(np.float32))

    train = examples(corpus.split.train, config.training.max_tokens)
    dev = examples(corpus.split.dev, MOST_TOKENS)
    history = fit.fit(built, train, dev, config.training, folder, resume=True)
    return Neural(config, built, corpus.vocabulary), sum(record["cpu_seconds"] for record in history)


def train(config: BaselineConfig, corpus: Corpus, folder: Path) -> tuple[Baseline, float]:
    """The trained baseline and the CPU seconds of all threads that its training took, tokenizing not counted.

    A network leaves checkpoints in `folder` and goes on after the last finished epoch that it finds there; its seconds
    are those of all epochs.
    """
    if isinstance(config, TfidfConfig | NbsvmConfig):
        documents, labels = corpus.part(corpus.split.train)
        began = time.process_time()
        if isinstance(config, TfidfConfig):
            return _train_tfidf(config, documents, labels), time.process_time() - began
        return Ngrams(fit_ngrams.train(documents, labels, config.wide)), time.process_time() - began
    return _train_neural(config, corpus, folder)


def load(config: BaselineConfig, folder: Path) -> Baseline:
    """The baseline that was written to `folder`; `config` as it was trained with."""
    if isinstance(config, TfidfConfig):
        return Tfidf.load(folder)
    if isinstance(config, NbsvmConfig):
        return Ngrams.load(folder)
    return Neural.load(config, folder)
