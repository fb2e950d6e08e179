"""The scorer in the shape of the common pipelines for text classification: texts -> `{"label", "score"}`."""

from collections.abc import Iterable
from os import PathLike
from typing import Any, TypedDict

from model.serving.model_folder import SHIPPED
from model.serving.scorer import Scorer


class Classified(TypedDict):
    """label: `positive` or `negative`; score: calibrated probability of that label, 0 to 1."""

    label: str
    score: float


class Classifier:
    """Says which of its two labels a text has; takes and gives what `transformers.pipeline` does.

    Every text gets a label here: a score near 0.5 is what `Scorer.score` calls `uncertain`, and only the flags there
    say that a text is no English film review. Options are those of `Scorer`, and so is what it raises.
    """

    def __init__(self, folder: str | PathLike[str] = SHIPPED, **options: Any) -> None:
        self.scorer = Scorer(folder, **options)

    def __call__(self, texts: str | Iterable[str], *, top_k: int | None = 1) -> list[Any]:
        """One `Classified` a text, in a list, for one text too.

        top_k: so many labels a text, the likelier first; None: all. Other than 1 it gives a list of `Classified` for
        one text, and a list of such lists for several. Raises `ValueError` for a `top_k` below 1.
        """
        if top_k is not None and top_k < 1:
            raise ValueError(f"top_k is {top_k}: it must be at least 1, or None for all labels")
        if isinstance(texts, str):
            return self._ranked([texts])[0][:top_k]
        ranked = [labels[:top_k] for labels in self._ranked([*texts])]
        return [best for best, *_ in ranked] if top_k == 1 else ranked

    def _ranked(self, texts: list[str]) -> list[list[Classified]]:
        """Both labels of each text, the likelier first; `positive` first at 0.5."""
        return [_both(verdict.probability) for verdict in self.scorer.score(texts)]


def _both(probability: float) -> list[Classified]:
    found = [Classified(label="positive", score=probability), Classified(label="negative", score=1.0 - probability)]
    return found if probability >= 0.5 else found[::-1]
