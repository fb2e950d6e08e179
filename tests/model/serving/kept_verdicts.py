"""Verdicts of the shipped model, kept: `python -m tests.model.serving.kept_verdicts` writes them when another ships."""

import json
from pathlib import Path
from typing import Any

from model import Scorer, Verdict

FILE = Path(__file__).with_suffix(".json")
_GOOD = "The acting was superb and the music moved me to tears."
_BAD = "The plot made no sense, and I nearly walked out of this dull film."


def texts() -> list[str]:
    """Made-up ones: short, ordinary and long ones, mixed, foreign, unknown, cut, empty, no reviews."""
    return [
        "",
        "Good.",
        "Not bad at all!",
        "I have seen it.",
        _GOOD,
        _BAD,
        f"{_GOOD} But {_BAD.lower()}",
        # Around the knee of the calibration by length, and far beyond it.
        " ".join([_GOOD] * 5 + ["It opened in May."] * 3),
        " ".join([_GOOD] * 40),
        " ".join([_BAD] * 40),
        " ".join([_GOOD, _BAD] * 30),
        " ".join([_GOOD] * 500 + [_BAD] * 100),
        "Ein sch\u00f6ner Film, den ich gern noch einmal sehen w\u00fcrde.",
        "zzqx vrrk qwpl xkcd zzqx vrrk",
        "Returns the number of rows that the query has changed, or None where the server does not say.",
    ]


def plain(verdict: Verdict) -> dict[str, Any]:
    """As it is kept: six places of the probability."""
    return {
        "label": verdict.label,
        "probability": round(verdict.probability, 6),
        "flags": list(verdict.flags),
        "stars": verdict.stars,
    }


def main() -> None:
    """Writes the verdicts of what ships."""
    scorer = Scorer(compiled=False)
    kept = {"model": scorer.version, "verdicts": [plain(verdict) for verdict in scorer.score(texts())]}
    FILE.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
