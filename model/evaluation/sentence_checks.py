"""Checks single sentences with labels of their own, which no weight and no rule of a verdict was fitted on."""

from typing import Any

import numpy as np

from model.data.labelled_sentences import LabelledSentences
from model.evaluation import metrics
from model.evaluation.statistics import share_interval
from model.numeric import sigmoid
from model.serving.scorer import Scorer
from model.text.tokens import cap


def measured(scorer: Scorer, found: LabelledSentences) -> dict[str, Any]:
    """Figures on sentences with labels of their own: of those that take a side, and of those that take none."""
    decided = found.decided
    tokens = [cap(words, scorer.max_tokens) for words in found.tokens]
    gold = (found.sides[decided] > 0.5).astype(np.int8)
    logits = scorer.logits(tokens)
    # By the band alone: what else makes a verdict unsure is not about sides.
    band = np.asarray([scorer.band_of(len(words)) for words in found.tokens])
    sure = np.abs(sigmoid(logits) - 0.5) >= band
    right = (logits >= 0) == (found.sides > 0.5)
    figures = metrics.measure(sigmoid(logits[decided]), gold, band[decided]).as_dict()
    recurrent, wide = (part[decided] for part in scorer.parts(tokens))
    interval = share_interval(round(figures["accuracy"] * len(gold)), len(gold)).as_dict()
    return {
        "sentences": int(decided.sum()),
        **{name: figures[name] for name in ("accuracy", "ece", "log_loss")},
        **{f"accuracy_{end}": value for end, value in interval.items()},
        "recurrent": round(metrics.accuracy(sigmoid(recurrent), gold), 6),
        "wide": round(metrics.accuracy(sigmoid(wide), gold), 6),
        "sure": round(float(sure[decided].mean()), 6),
        "sure_right": round(metrics.share(int((right & sure & decided).sum()), int((sure & decided).sum())), 6),
        "neutral": int((~decided).sum()),
        "neutral_sure": round(float(sure[~decided].mean()), 6) if (~decided).any() else 0.0,
    }
