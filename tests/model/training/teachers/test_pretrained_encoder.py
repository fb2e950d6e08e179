"""A transformer fitted once: what it is asked, and a later run that uses it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model import config
from model.data.errors import DataError
from model.numeric import Floats
from model.storage import write_arrays
from model.training.teachers import (
    pretrained_encoder,
    transformer,
)
from model.training.teachers.documents import Documents


def test_a_transformer_is_asked_about_what_it_was_not_fitted_on_and_is_in_doubt() -> None:
    # Reviews 0 to 3 with labels, 4 to 6 without; their pieces; two of dev.
    found = Documents([[]] * 16, 4, 3, np.asarray([*range(7), *range(7), 14, 15]), 2)
    earlier = np.asarray([0.1, -0.2, 3.0, 0.3, -2.0, 0.4, -1.0, *[0.0, 1.5, 0.9, 0.0, -1.0, 2.0, -3.0], 0.0, 0.0])
    fitted = np.asarray([0, 3])
    assert pretrained_encoder.doubtful(found, earlier, fitted, 3, 0).tolist() == [1, 5, 6, 14, 15]
    assert pretrained_encoder.doubtful(found, earlier, fitted, 3, 2).tolist() == [1, 5, 6, 9, 11, 14, 15]
    # Others are asked in place of what is known.
    known = np.arange(16) == 11
    assert pretrained_encoder.doubtful(found, earlier, fitted, 3, 2, known).tolist() == [1, 5, 6, 8, 9, 14, 15]


@pytest.fixture
def fitted_once(
    third_config: config.Config, tmp_path: Path
) -> tuple[Documents, Path, Callable[[config.Config, Path], Floats]]:
    """Documents, the folder of a transformer fitted once and asked about some, and how to ask another one."""
    rng = np.random.default_rng(2)
    tokens = [rng.choice(["good", "bad", "film", "plot", "cast", "the"], 100).tolist() for _ in range(156)]
    tokens, dev = tokens[:140], tokens[140:]
    found = Documents([*tokens, *(row[:20] for row in tokens), *dev], 80, 60, np.arange(296) % 140, 16)
    found.owner[280:] = np.arange(280, 296)
    labels = rng.integers(0, 2, 80).astype(np.float32)
    # Doubt grows from first to last.
    doubt = np.linspace(0.1, 3.0, len(found.tokens))

    def asked(settings: config.Config, folder: Path, *, resume: bool = False) -> Floats:
        assert settings.teacher is not None
        folder.mkdir(exist_ok=True)
        run = settings.teacher.encoder_run
        before = pretrained_encoder.Earlier.read(run) if run else None
        encoder = pretrained_encoder.Encoder.read(settings.teacher)
        return pretrained_encoder.EncoderTeacher(settings.teacher, encoder, labels, before, 1, folder).logits(
            found, doubt, resume
        )

    asked(third_config, tmp_path / "third")
    return found, tmp_path / "third", asked


def _fourth(third: config.Config, folder: Path, **changes: object) -> config.Config:
    """As in `2026-11-d-mpnet-longer.toml`: its transformer is that of the run before, and reads more."""
    assert third.teacher is not None
    own: dict[str, object] = {"encoder_run": folder, "encoder_reviews": None, "encoder_label_tokens": 90}
    return third.model_copy(update={"teacher": third.teacher.model_copy(update=own | changes)})


def test_a_fitted_transformer_labels_more_for_a_later_run(
    fitted_once: tuple[Documents, Path, Callable[..., Floats]],
    third_config: config.Config,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, third, asked = fitted_once
    with np.load(third / pretrained_encoder.LABELS) as stored:
        first = stored["logits"]
    reviews, pieces = slice(0, found.reviews), slice(found.reviews, found.taught)
    assert [int((~np.isnan(first[part])).sum()) for part in (reviews, pieces)] == [30, 20]
    monkeypatch.setattr(transformer.Classifier, "fit", None)
    fourth = _fourth(third_config, third, encoder_labels=20)
    said = asked(fourth, tmp_path / "fourth")
    # Doubt is what it was: it asks about 20 of the same 30 reviews anew, and about the next 20 pieces.
    assert [int((~np.isnan(said[part])).sum()) for part in (reviews, pieces)] == [30, 40]
    known = ~np.isnan(first) & (np.arange(len(first)) < found.taught)
    changed = np.flatnonzero(known & (said != first))
    assert changed.tolist() == np.flatnonzero(known)[:20].tolist()
    # It is the same transformer: where it reads no more it says the same, and it reads no review that it learned from.
    same = asked(_fourth(third_config, third, encoder_label_tokens=None), tmp_path / "same")
    np.testing.assert_allclose(same[known], first[known], atol=2e-2)
    learned = pretrained_encoder.drawn(found, 40, 1)
    assert np.isnan(said[: found.taught][np.isin(found.owner[: found.taught], learned)]).all()
    # Killed while it labels, it goes on after what it said.
    monkeypatch.setattr(pretrained_encoder, "_CHUNK", 25)
    real, calls = transformer.Classifier.predict, iter([True, False])

    def dying(self: transformer.Classifier, rows: list[np.ndarray]) -> Floats:
        if not next(calls, False):
            raise KeyboardInterrupt
        return real(self, rows)

    monkeypatch.setattr(transformer.Classifier, "predict", dying)
    with pytest.raises(KeyboardInterrupt):
        asked(fourth, tmp_path / "killed")
    with np.load(tmp_path / "killed" / pretrained_encoder.LABELS) as stored:
        assert int((~np.isnan(stored["logits"])).sum()) == 25
    monkeypatch.setattr(transformer.Classifier, "predict", real)
    np.testing.assert_allclose(asked(fourth, tmp_path / "killed", resume=True), said, atol=2e-2)


def test_a_fitted_transformer_that_cannot_be_used(
    fitted_once: tuple[Documents, Path, Callable[..., Floats]], third_config: config.Config, tmp_path: Path
) -> None:
    _, third, asked = fitted_once
    with pytest.raises(DataError, match=r"Its own config is trained first"):
        asked(_fourth(third_config, tmp_path / "none"), tmp_path / "a")
    with pytest.raises(DataError, match="other frozen layers"):
        asked(_fourth(third_config, third, encoder_frozen=0), tmp_path / "b")
    with np.load(third / pretrained_encoder.FITTED) as stored:
        arrays = dict(stored)
    write_arrays(third / pretrained_encoder.FITTED, arrays | {"rows": arrays["rows"] + np.uint64(1)})
    with pytest.raises(DataError, match="learned from other reviews"):
        asked(_fourth(third_config, third), tmp_path / "c")
