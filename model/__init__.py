"""The face of the trained LSTM: scorer, classifier, verdicts, explanations and the shipped model folder.

The names load on first use, so `import model` is quick. None of them brings pandas, scikit-learn or TensorFlow: these
are for data, training and experiments.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model.aspects.finder import Aspect
    from model.serving.classifier import Classifier
    from model.serving.model_folder import SHIPPED, ModelFolderError
    from model.serving.scorer import Scorer
    from model.serving.verdict import FLAGS, Explanation, Label, Sentence, Verdict, Word

_HOMES = {
    "Aspect": "model.aspects.finder",
    "Scorer": "model.serving.scorer",
    "Classifier": "model.serving.classifier",
    **dict.fromkeys(("SHIPPED", "ModelFolderError"), "model.serving.model_folder"),
    **dict.fromkeys(("FLAGS", "Explanation", "Label", "Sentence", "Verdict", "Word"), "model.serving.verdict"),
}

__all__ = [
    "FLAGS",
    "SHIPPED",
    "Aspect",
    "Classifier",
    "Explanation",
    "Label",
    "ModelFolderError",
    "Scorer",
    "Sentence",
    "Verdict",
    "Word",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'model' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
