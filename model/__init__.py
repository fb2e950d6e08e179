"""The trained LSTM: data, text, vectors, network, training, evaluation, export, scoring, explaining.

Serving needs only the names below. They load on first use, so `import model` is quick, and none of them imports
TensorFlow: that is for `model.training.train` alone.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model.serving.model_folder import ModelFolderError
    from model.serving.scorer import Scorer
    from model.serving.verdict import FLAGS, Explanation, Label, Sentence, Verdict, Word

SHIPPED = Path(__file__).parent / "shipped"
"""The model folder that comes with the repository."""

_HOMES = {
    "Scorer": "model.serving.scorer",
    "ModelFolderError": "model.serving.model_folder",
    **dict.fromkeys(("FLAGS", "Explanation", "Label", "Sentence", "Verdict", "Word"), "model.serving.verdict"),
}

__all__ = ["FLAGS", "SHIPPED", "Explanation", "Label", "ModelFolderError", "Scorer", "Sentence", "Verdict", "Word"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'model' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
