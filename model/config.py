"""Typed configuration of one training run, read from a TOML file in `model/configs/`.

A relative path in a config file is looked up from the current directory, which for the shipped configs is the root of
the repository (`../shared/data/...`). With `data.downloaded` what was downloaded comes first (`model.data.places`).
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, model_validator

Share = Annotated[float, Field(ge=0.0, lt=1.0)]
Count = Annotated[int, Field(ge=1)]


_Kind = TypeVar("_Kind", bound=BaseModel)


class ConfigError(Exception):
    """A config file is missing, is not TOML or does not validate; the message is one a user can act on."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataConfig(_Section):
    """Where the training data is."""

    labelled: Path
    """Parquet, CSV, TSV, JSONL, or an aclImdb folder, of labelled reviews."""
    unlabelled: Path | None = None
    """Reviews without a label: for the vocabulary's counts and for `distil`."""
    glove: Path | None = None
    """GloVe vectors as text or Parquet; without them the embeddings start at random."""
    limit: Count | None = None
    """Use only that many training reviews, drawn at random (quick runs)."""
    downloaded: bool = False
    """Read what `reelfeel data download` left in `data/` in place of `labelled` and `glove`, where it is there. Not for
    figures: that file mixes the official training and test reviews and names no films."""


class VocabularyConfig(_Section):
    """Which words get an embedding of their own."""

    max_words: Count = 40_000
    min_count: Count = 3


class NetworkConfig(_Section):
    """The recurrent part: embedding -> bidirectional LSTM -> masked max and mean over time -> logit."""

    dimensions: Count = 100
    units: Count = 64
    """Of each direction."""
    groups: tuple[Count, ...] = ()
    """Sizes of groups of units, which together are `units`: a unit hears of the states only its own group's, so that
    more of them cost the same. Without any all hear all."""
    hidden: Annotated[int, Field(ge=0)] = 0
    """Units (rectified) of a hidden layer beside the linear output; its share is added to the logit."""
    spatial_dropout: Share = 0.25
    dropout: Share = 0.3
    half_embedding: bool = False
    """Ship the embedding as float16 (the network is rounded to it before it is measured)."""

    @model_validator(mode="after")
    def _groups_are_all_units(self) -> "NetworkConfig":
        if self.groups and sum(self.groups) != self.units:
            raise ValueError(f"network.groups are {sum(self.groups)} units together, network.units is {self.units}")
        return self

    @property
    def sizes(self) -> tuple[int, ...]:
        """Of all groups: one of all units where none are named."""
        return self.groups or (self.units,)


class TrainingConfig(_Section):
    """How the recurrent part is fitted."""

    epochs: Count = 6
    batch: Count = 64
    learning_rate: Annotated[float, Field(gt=0)] = 2e-3
    warmup: Share = 0.05
    """Share of all steps over which the learning rate rises; after it, it falls along a cosine."""
    decay: bool = True
    """Without it the learning rate stays; the average of the weights then does what its fall would."""
    clip: Annotated[float, Field(gt=0)] = 1.0
    word_dropout: Share = 0.1
    """Share of words replaced by the unknown word, drawn anew each epoch."""
    adversarial: Annotated[float, Field(ge=0)] = 0.0
    """How far, in lengths of a word vector over the whole review, a second reading of each batch is moved against the
    network (Miyato et al. 2017, whose 5.0 on normalised vectors of 256 is 0.3 here). Doubles an epoch's time."""
    ema: Share = 0.998
    """Decay per step of the running average of the weights, which is what is evaluated and shipped."""
    max_tokens: Count = 512
    """Longer reviews are cut to 1/4 head + 3/4 tail while training (never so short while serving)."""
    seed: int = 1
    threads: Count = 2


class LanguageModelConfig(_Section):
    """How a language model (`model.training.teachers.language_model`) is trained on all reviews."""

    epochs: Count = 3
    learning_rate: Annotated[float, Field(gt=0)] = 2e-3
    streams: Count = 32
    """Texts that the language model reads side by side, `steps` words of each in a batch."""
    steps: Count = 128
    candidates: Count = 3_000
    """Words in each softmax: the most frequent, those of the batch, random ones."""
    text_tokens: Count = 1024
    """Of a review that it reads (1/4 head + 3/4 tail)."""


class PretrainingConfig(LanguageModelConfig):
    """The network as a language model of all reviews, before it learns labels (`model.training.pretrain`)."""

    epochs: Count = 2
    candidates: Count = 2_000
    networks: Count = 1
    """Networks that learn the labels from there, with seeds of their own; the mean of their weights ships."""


class TeacherConfig(LanguageModelConfig):
    """The teachers (`model.training.teachers`): an n-gram model and, as named here, further ones of other kinds.

    What has no prefix is the language models' and their classifiers'.
    """

    earlier: Path | None = None
    """A model folder of an earlier run on the same data: the student starts with its weights, grown to
    `network.units`, and it teaches all but the labelled reviews. (Those it knows too well.) With `network.groups` the
    first of them must be its own, else the student starts with its embedding alone."""
    encoder: Path | None = None
    """The folder of a pretrained transformer (`model.training.teachers.transformer`), fine-tuned on the labels."""
    encoder_epochs: Count = 2
    encoder_folds: Annotated[int, Field(ge=2)] = 2
    """As `folds`; the transformer of one fold only labels each review that has no label, since that takes long."""
    encoder_tokens: Count = 192
    """WordPieces of a review that the transformer reads (1/4 head + 3/4 tail)."""
    encoder_label_tokens: Count | None = None
    """The same when it labels: a transformer fitted on short reviews reads longer ones well. By default as many."""
    encoder_rate: Annotated[float, Field(gt=0)] = 1e-4
    """Learning rate of the transformer's layers."""
    encoder_frozen: Annotated[int, Field(ge=0)] = 0
    """So many of its lower layers stay as they are, which saves time."""
    encoder_reviews: Count | None = None
    """For a transformer too slow for folds: it is fitted once, on that many labelled reviews drawn at random."""
    encoder_run: Path | None = None
    """Instead of fitting one: the `teachers` folder of a finished run with `encoder_reviews` on the same data. Its
    transformer labels further texts. Its labels there hold, but that reviews in doubt are asked anew."""
    encoder_labels: Count | None = None
    """With either of these two: it labels that many of the reviews that it was not fitted on, those of which `earlier`
    is least sure."""
    encoder_pieces: Annotated[int, Field(ge=0)] = 0
    """The same for pieces of those reviews; the student learns from no piece that the transformer has not read."""
    # The second name is the key's old one, read until the next version: records of earlier runs have it.
    encoder_predictions: Path | None = Field(None, validation_alias=AliasChoices("encoder_predictions", "encoder_said"))
    """Instead of fitting one here: the folder of a job on a GPU (`model.training.gpu`) packed from this config, in
    which transformers, fitted a fold each, labelled every document."""
    directions: tuple[Literal["forward", "backward"], ...] = ("forward",)
    """In which language models, each with its classifier, read. The student starts with the first one's embedding, if
    there is no `earlier`."""
    dimensions: Count = 300
    """Of the word embedding, with which the student starts."""
    units: Count = 512
    layers: Count = 3
    dropout: Share = 0.1
    classifier_epochs: Count = 2
    folds: Annotated[int, Field(ge=2)] = 3
    """A labelled review's soft label comes from models fitted without its film's fold."""
    max_tokens: Count = 400
    """Of a review that the classifier reads while it is fitted (1/4 head + 3/4 tail)."""
    label_tokens: Count = 400
    """The same when it labels."""
    latent_dimensions: Annotated[int, Field(ge=0)] = 0
    """Of the document vectors of a further teacher (`model.training.teachers.latent`); with 0 there is none."""

    def check_encoder(self) -> None:
        """Raises `ValueError` for settings of the transformer that say nothing without others."""
        one_fit = [self.encoder_reviews is not None, self.encoder_run is not None]
        if all(one_fit):
            raise ValueError("teacher.encoder_reviews and teacher.encoder_run exclude each other")
        if any(one_fit) != (self.encoder_labels is not None):
            raise ValueError("teacher.encoder_labels and encoder_reviews (or encoder_run) need each other")
        if self.encoder_pieces and not self.encoder_labels:
            raise ValueError("teacher.encoder_pieces needs encoder_labels: else the transformer labels all pieces")
        if self.encoder_labels and not self.earlier:
            raise ValueError("teacher.encoder_labels needs earlier: it says which reviews are in doubt")
        if self.encoder_predictions and (self.encoder_labels or not self.encoder):
            raise ValueError(
                "teacher.encoder_predictions needs encoder and excludes encoder_labels: all is labelled there"
            )
        if self.encoder_labels and not self.encoder:
            raise ValueError("teacher.encoder_labels needs encoder: nothing else would label them")


class DistilConfig(_Section):
    """A network (the student, which ships) learns from teachers on labelled and unlabelled reviews.

    Hinton, Vinyals, Dean 2015, "Distilling the Knowledge in a Neural Network". With a `teacher` section its soft labels
    serve; without one the teacher is a first network as `TrainingConfig` describes, blended with the n-gram part. All
    other settings are those of `TrainingConfig`.
    """

    epochs: Count = 4
    word_dropout: Share = 0.1
    students: Count = 1
    """Students with seeds of their own, from the same start; the mean of their weights ships (a model soup)."""
    # As above.
    students_folder: Path | None = Field(None, validation_alias=AliasChoices("students_folder", "students_said"))
    """Instead of training them here: `teacher.encoder_predictions`, where a second job on the GPU
    (`model.training.gpu`) left them."""
    limit: Count | None = None
    """Use only that many unlabelled reviews."""
    label_share: Share = 0.3
    """What a labelled review learns from is that share of its label and the rest of its soft label."""
    passes: Count = 1
    """So many times in an epoch it sees each whole review; pieces and edits once."""
    pieces: Annotated[int, Field(ge=0)] = 0
    """Pieces of whole sentences cut from each review as further examples."""
    piece_sentences: Count = 6
    """Sentences of the longest piece."""
    sentences: Annotated[int, Field(ge=0)] = 0
    """The same with single sentences."""
    edits: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """Of the sentences that `model.training.teachers.counterfactuals` turns into their opposite, the share that are
    further examples."""


class WideConfig(_Section):
    """The linear part on hashed n-grams with naive-Bayes weights."""

    bits: Annotated[int, Field(ge=8, le=26)] = 22
    """The table has 2**bits buckets."""
    longest: Annotated[int, Field(ge=1, le=3)] = 3
    min_count: Count = 2
    """n-grams in fewer training reviews weigh nothing."""
    smoothing: Annotated[float, Field(gt=0)] = 1.0
    inverse_l2: Annotated[float, Field(gt=0)] = 1.0


class ServingConfig(_Section):
    """What the scorer reads from the shipped folder."""

    max_tokens: Count = 4096
    batch: Count = 16
    stated_accuracy: Annotated[float, Field(gt=0.5, lt=1.0)] = 0.95
    """Verdicts outside the `uncertain` band are right this often on the dev part."""
    short_words: Count = 3
    """Fewer words than this raise the flag `too_short`."""
    unknown_share: Share = 0.35
    """A larger share of words outside the vocabulary raises the flag `unknown_words`."""


class SentencesConfig(_Section):
    """How a finished model, or its calibration alone, is fitted to single sentences with labels of their own.

    By `model.training.short_texts.fit_sentences`.
    """

    name: str
    notes: str = ""
    earlier: Path
    """The model folder to begin with."""
    sentences: Path
    """Parquet of sentences with fine-grained labels (docs/data.md)."""
    labelled: Path | None = None
    """Where the labelled reviews are, if not where the earlier model's config says."""
    training: TrainingConfig = TrainingConfig()
    dropout: Share = 0.3
    spatial_dropout: Share = 0.25
    reviews: Count = 500
    """Whole reviews in each pass, on which the model must stay as it is."""
    spans: Count = 1_000
    """The same of runs of one to six sentences."""
    singles: Count = 3_000
    """The same of single sentences."""
    sharpness: Annotated[float, Field(ge=1.0)] = 1.6
    """What the logits of single sentences are multiplied by: their reviews' labels made the model unsure of them."""
    share: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    """So far from the weights before to those after lie the ones that ship. At 0 the weights stay, and only the
    calibration of short texts is fitted."""
    topics: Path | None = None
    """With share 0: the folder of texts (docs/data.md) on which the topic model's figures are measured anew."""


class Config(_Section):
    """One training run from data to shipped folder."""

    name: str
    notes: str = ""
    """What a reader of the card must know about how this config came about."""
    data: DataConfig
    vocabulary: VocabularyConfig = VocabularyConfig()
    network: NetworkConfig = NetworkConfig()
    training: TrainingConfig = TrainingConfig()
    pretraining: PretrainingConfig | None = None
    teacher: TeacherConfig | None = None
    distil: DistilConfig | None = None
    """Without it the first network ships."""
    wide: WideConfig = WideConfig()
    serving: ServingConfig = ServingConfig()
    sentences: SentencesConfig | None = None
    """Only in a model folder's record: how it was fitted to sentences after the run."""

    @model_validator(mode="after")
    def _distil_has_data(self) -> "Config":
        if self.distil and not self.data.unlabelled:
            raise ValueError("distil needs data.unlabelled")
        if self.teacher and not self.distil:
            raise ValueError("teacher needs distil: nothing would learn from it")
        if self.pretraining and self.distil:
            raise ValueError("pretraining excludes distil: a student starts with what its teachers learned")
        if self.distil and not self.teacher and (self.distil.pieces or self.distil.sentences or self.distil.edits):
            raise ValueError("distil.pieces, distil.sentences and distil.edits need a teacher")
        if self.teacher:
            self.teacher.check_encoder()
        students = self.distil.students_folder if self.distil else None
        if students and not (self.teacher and self.teacher.earlier and self.teacher.encoder_predictions == students):
            raise ValueError(
                "distil.students_folder needs teacher.earlier, and is the same as teacher.encoder_predictions"
            )
        if self.teacher and self.teacher.earlier is None:
            if not self.teacher.directions:
                raise ValueError("teacher needs directions or earlier: the student starts with what they learned")
            if self.teacher.dimensions != self.network.dimensions:
                raise ValueError(
                    "network.dimensions must be teacher.dimensions: the student starts with that embedding"
                )
        return self


def read(path: Path) -> Config:
    """The validated config of a run in the TOML file `path`.

    Raises `ConfigError` when the file is missing, is not TOML, or has a wrong or unknown key.
    """
    found = _read(path, Config)
    if found.sentences:
        raise ConfigError(
            f"The config file {path} is wrong at 'sentences': `reelfeel fit-sentences` reads those alone."
        )
    return found


def read_sentences(path: Path) -> SentencesConfig:
    """The same of a fit to sentences."""
    return _read(path, SentencesConfig)


def _read(path: Path, kind: type[_Kind]) -> _Kind:
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"The config file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The config file {path} is not valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"The config file {path} is wrong at '{where}': {first['msg']}.") from error
