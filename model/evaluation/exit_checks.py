"""Checks early exit: for each bound, what ends early and what that changes, against the model that reads everything."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.evaluation.metrics import measure
from model.numeric import Floats, Labels, sigmoid
from model.serving.early_exit import Exit
from model.serving.scorer import Scorer
from model.text.tokens import cap, tokenize


def _row(
    bound: float | None, served: Floats, ended: NDArray[np.bool_], lengths: NDArray[np.int64], whole: Floats
) -> dict[str, Any]:
    words = float(lengths[ended].sum() / max(1, lengths.sum()))
    differ = float((served != whole).mean())
    return {"bound": bound, "share": round(float(ended.mean()), 6), "words": round(words, 6), "differ": differ}


def _said(probabilities: Floats, band: Floats) -> Floats:
    """1 positive, 0 negative, 0.5 inside the uncertain band of each."""
    return np.where(np.abs(probabilities - 0.5) >= band, np.round(probabilities), 0.5)


def measured(
    folder: Path, exits: Sequence[Exit], texts: Mapping[str, Sequence[str]], labels: Mapping[str, Labels]
) -> dict[str, Any]:
    """For each kind of texts one row for the whole model of `folder` and one for each exit; empty without exits."""
    if not exits:
        return {}
    scorer = Scorer(folder, exit=False)
    scorer.warm()
    found: dict[str, Any] = {}
    for kind, raw in texts.items():
        documents = [cap(tokenize(text), scorer.max_tokens) for text in raw]
        lengths = np.asarray([len(tokens) for tokens in documents], dtype=np.int64)
        logits, wide = scorer.piece_logits(documents), scorer.wide_logits(documents)
        band = np.asarray([scorer.band_of(length) for length in lengths.tolist()])
        whole = _said(sigmoid(scorer.said(logits, documents)), band)
        rows = []
        for early in (None, *exits):
            ended = np.zeros(len(raw), dtype=np.bool_) if early is None else early.ends(wide, lengths)
            served = logits if early is None else np.where(ended, early.logits(wide, lengths), logits)
            probabilities = sigmoid(scorer.said(served, documents))
            figures = measure(probabilities, labels[kind], band).as_dict()
            row = _row(early.logit if early else None, _said(probabilities, band), ended, lengths, whole)
            rows.append(row | {name: figures[name] for name in ("accuracy", "ece", "log_loss")})
        found[kind] = {"texts": len(raw), "bounds": rows}
    return found
