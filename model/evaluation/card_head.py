"""The card's YAML head, as the Hugging Face hub reads it, and the card's example of use."""

from typing import Any

import yaml

from model.data.download import SOURCES

_HUB, _NAME = "stanfordnlp/imdb", "Large Movie Review Dataset v1.0"
KNOWN = {
    "imdb_train.parquet": (_HUB, f"{_NAME} (Maas et al. 2011), train half"),
    SOURCES["imdb"].file: (_HUB, f"{_NAME} (Maas et al. 2011), both halves mixed"),
}
"""Labelled files whose origin is known by their name: the hub's id of the data set, and what it is."""
METRICS = {"accuracy": "Accuracy", "precision": "Precision", "recall": "Recall", "f1": "F1", "roc_auc": "ROC AUC"}
"""Figures of the validation part that the hub has names for."""
EXAMPLE = """\
from model import Classifier
classify = Classifier()
print(classify(["A slow start, but the last hour is a marvel.", "A waste of two hours."]))
"""


def labelled_file(card: dict[str, Any]) -> str:
    """Name of the file of labelled reviews that the model learned from."""
    return str(card["data"]["files"]["labelled"]["file"])


def head(card: dict[str, Any]) -> str:
    """YAML between two lines of dashes: license, language, data, metrics, and the figures as a `model-index`.

    A model of a file of unknown origin has no license and no data set in it: these are for its maker to state.
    """
    file = labelled_file(card)
    known = KNOWN.get(file)
    hub, data = known or (file, file)
    found = card["metrics"]["validation"]["metrics"]
    task = {"type": "text-classification", "name": "Sentiment of film reviews"}
    figures = [{"type": name, "name": title, "value": found[name]} for name, title in METRICS.items()]
    part = {"type": hub, "name": f"{data}: validation part", "split": "train"}
    result = {"task": task, "dataset": part, "metrics": figures}
    said = {
        **({"license": "mit"} if known else {}),
        "language": ["en"],
        "pipeline_tag": "text-classification",
        "tags": ["sentiment-analysis", "film-reviews", "lstm", "onnx"],
        **({"datasets": [hub]} if known else {}),
        "metrics": list(METRICS),
        "model-index": [{"name": card["model"], "results": [result]}],
    }
    return f"---\n{yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)}---\n"


def use() -> list[str]:
    """Lines of the section that shows how to use the model from Python."""
    return [
        "## Use",
        "",
        "From Python, where Reelfeel is installed (`make install`):",
        "",
        f"```python\n{EXAMPLE}```",
        "",
        'Each text gets `{"label", "score"}`: the likelier of `positive` and `negative`, with its calibrated '
        "probability. `Scorer` says more, with `uncertain` and flags among it. `Scorer(FOLDER)` and "
        "`Classifier(FOLDER)` open another model folder.",
        "",
    ]
