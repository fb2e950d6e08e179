"""Pieces that are cut from reviews stay as they were."""

from model import config
from model.data import corpus as data
from model.training.teachers import token_spans
from model.training.teachers.documents import documents


def test_more_pieces_leave_those_cut_before_as_they_were(tiny_config: config.Config) -> None:
    corpus = data.prepare(tiny_config)
    assert tiny_config.distil is not None
    one = documents(corpus, tiny_config.distil, 1)
    more = documents(corpus, tiny_config.distil.model_copy(update={"pieces": 2, "sentences": 1}), 1)
    assert more.taught == 4 * one.reviews
    assert more.dev_pieces == 3 * more.dev == 3 * one.dev
    assert more.tokens[: one.taught] == one.tokens[: one.taught]
    dev = more.tokens[more.taught : more.taught + more.dev]
    assert dev == one.tokens[one.taught : one.taught + one.dev]
    sentences = more.tokens[more.taught - one.reviews : more.taught] + more.tokens[-more.dev :]
    assert all(len(token_spans.sentence_starts(sentence)) == 2 for sentence in sentences)
    # Each piece is of the review that owns it, of dev as of the others.
    for piece, owner in zip(more.tokens, more.owner.tolist(), strict=True):
        assert " ".join(piece) in " ".join(more.tokens[owner])
    assert set(more.owner[more.taught :].tolist()) == set(range(more.taught, more.taught + more.dev))
