"""What a machine with a GPU gets."""

import io
import lzma
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import cli
import model
from model import config
from model.data import corpus as data
from model.data.corpus import Corpus
from model.data.errors import DataError
from model.serving import unit_groups
from model.training import network
from model.training.gpu import pack
from model.training.teachers import counterfactuals, gpu_results, token_spans, transformer, wordpieces
from model.training.teachers.documents import documents


def _unpacked(path: Path) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(lzma.decompress(path.read_bytes()))) as stored:
        return dict(stored)


def _packed(settings: config.Config, corpus: Corpus) -> Path:
    return next(iter(pack.run(settings, corpus))).parent


def test_the_job_reads_what_the_teacher_would(gpu_config: config.Config, tiny_mpnet: Path) -> None:
    corpus = data.prepare(gpu_config)
    # All that a contraction can follow.
    corpus.unlabelled[0][:] = ["n't", "do", "n't", "8/10", "n't", "(", "n't", "ca", "n't", "n't", ".", "fin", "."]
    place = _packed(gpu_config, corpus)
    stored = _unpacked(place / "texts.npz.xz")
    words = stored["low"].astype(np.int64) | (stored["high"].astype(np.int64) << 16)
    ends = np.cumsum(stored["lengths"].astype(np.int64))
    starts = ends - stored["lengths"]
    assert gpu_config.distil is not None
    found = documents(corpus, gpu_config.distil, 1)
    dev = found.tokens[found.held]
    held = [corpus.tokens[row] for row in corpus.split.validation]
    assert stored["counts"].tolist() == [found.labelled, found.unlabelled, found.dev, len(held), 0]
    reader = wordpieces.WordPieces.read(tiny_mpnet)

    def read(first: int, end: int) -> list[int]:
        at = stored["piece_at"]
        return [int(piece) for row in words[first:end] for piece in stored["pieces"][at[row] : at[row + 1]]]

    reviews = [*found.tokens[: found.reviews], *dev, *held]
    for tokens, first, end in zip(reviews, starts.tolist(), ends.tolist(), strict=True):
        assert read(first, end) == reader.encode(tokens, 10_000)[1:-1].tolist()
    # Pieces are given by where they stand.
    at = [(owner, *span) for owner, span in zip(found.owner[found.reviews :], stored["spans"].tolist(), strict=False)]
    for tokens, (owner, first, end) in zip(found.tokens[found.reviews : found.taught], at, strict=True):
        assert reviews[owner][first:end] == tokens
    pieces_of_dev = found.tokens[found.held.stop :]
    for number, (tokens, (first, end)) in enumerate(zip(pieces_of_dev, stored["dev_spans"].tolist(), strict=True)):
        assert dev[number % found.dev][first:end] == tokens
    assert stored["labels"].tolist() == corpus.reviews.labels[corpus.split.train].tolist()
    assert stored["longest"] == 60


def test_students_read_what_they_would_here(gpu_config: config.Config, student_config: config.Config) -> None:
    corpus = data.prepare(student_config)
    corpus.unlabelled[0][:] = ["n't", "do", "n't", "8/10", "n't", ".", "n't", "fin", "n't", "superb", "!"]
    place = _packed(gpu_config, corpus)
    before, digests = _unpacked(place / "texts.npz.xz"), (place / gpu_results.DIGESTS).read_bytes()
    assert not (place / "start.npz.xz").exists()
    _packed(student_config, corpus)
    assert (place / gpu_results.DIGESTS).read_bytes() == digests
    stored = _unpacked(place / "texts.npz.xz")
    # What the first job reads comes first.
    for name in before.keys() - {"counts", "longest"}:
        np.testing.assert_array_equal(before[name], stored[name][: len(before[name])])
    assert student_config.distil is not None
    found = documents(corpus, student_config.distil, 1)
    turned = counterfactuals.chosen(found.tokens[: found.reviews], student_config.distil.edits, 1)
    held = [corpus.tokens[row] for row in corpus.split.validation]
    cut = [*found.tokens[: found.reviews], *found.tokens[found.held]]
    everything = [*cut, *held, *(edit.tokens for edit in turned)]
    assert stored["counts"].tolist() == [found.labelled, found.unlabelled, found.dev, len(held), len(turned)]
    assert len(turned) > 10
    np.testing.assert_allclose(stored["edits"], [edit.probability for edit in turned], rtol=1e-6)
    words = stored["low"].astype(np.int64) | (stored["high"].astype(np.int64) << 16)
    each = np.split(stored["ids"][words], np.cumsum(stored["lengths"].astype(np.int64))[:-1])
    for tokens, ids in zip(everything, each, strict=True):
        assert ids.tolist() == corpus.vocabulary.ids(tokens).tolist()
    sentences = np.split(stored["sentences"], np.cumsum(stored["sentence_counts"].astype(np.int64))[:-1])
    for tokens, lengths in zip(cut, sentences, strict=True):
        assert lengths.tolist() == np.diff(token_spans.sentence_starts(tokens)).tolist()
    assert (stored["learned"], stored["served"], stored["piece_sentences"], stored["label_share"]) == (64, 4096, 6, 0.3)
    # Neither before a contraction nor where the teacher reads nothing (its pieces are letters).
    first = words[stored["lengths"][: found.labelled].sum(dtype=np.int64) :]
    assert np.flatnonzero(stored["plain"][first[:11]]).tolist() == [5, 9, 10]


def test_students_begin_with_the_earlier_model(student_config: config.Config, tiny_folder: Path) -> None:
    stored = _unpacked(_packed(student_config, data.prepare(student_config)) / "start.npz.xz")
    table = stored.pop("embedding")
    np.testing.assert_array_equal(table, np.load(tiny_folder / "embedding.npy").astype(np.float16))
    assert network.shape_of(stored).sizes == (8, 4)
    assert stored["hidden_kernel"].shape == (48, 3)
    with np.load(tiny_folder / "keras_weights.npz") as earlier:
        own = unit_groups.parts(stored, (8, 4))[0]
        assert all(np.array_equal(value, earlier[name]) for name, value in own.items())


def test_eight_bits_are_near_the_weights(gpu_config: config.Config, tiny_mpnet: Path) -> None:
    place = _packed(gpu_config, data.prepare(gpu_config))
    first, second = (_unpacked(place / f"encoder_{number}.npz.xz") for number in (0, 1))
    assert not set(first) & set(second)
    stored = first | second
    read = transformer.read(tiny_mpnet, 60)
    assert stored["shape"].tolist() == [read.layers, read.heads]
    np.testing.assert_array_equal(stored["distances"], read.distances)
    for name, value in read.weights.items():
        if name in stored and stored[name].dtype == np.int8:
            scale = stored[name + ".scale"]
            assert (np.abs(stored[name] * scale - value) <= 0.51 * scale).all()
        elif name.startswith(("embeddings.", "encoder.layer.")):
            np.testing.assert_array_equal(stored[name], value)


def test_what_cannot_be_packed(gpu_config: config.Config, tiny_encoder: Path, tmp_path: Path) -> None:
    corpus = data.prepare(gpu_config)
    assert gpu_config.teacher is not None
    for changes, words in (
        ({"encoder_predictions": None}, "teacher.encoder_predictions"),
        ({"encoder": tiny_encoder}, "MPNet"),
    ):
        teacher = gpu_config.teacher.model_copy(update=changes)
        with pytest.raises(DataError, match=words):
            pack.run(gpu_config.model_copy(update={"teacher": teacher}), corpus)
    path = Path(model.__file__).parent / "configs" / "tiny.toml"
    result = CliRunner().invoke(cli.app, ["pack", str(path)])
    assert result.exit_code == 65, result.output
