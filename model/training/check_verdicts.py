"""Command line: checks what the verdicts of a model folder say, on the validation part, and prints it as JSON.

`python -m model.training.check_verdicts FOLDER` prints what `model.training.assemble` writes into `metrics.json` and
the card.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from model.evaluation.verdict_checks import measured
from model.serving.model_folder import SHIPPED
from model.serving.scorer import Scorer
from model.training import assemble


def main(arguments: list[str] | None = None) -> int:
    """Prints the checks of a model folder as JSON, without writing anything."""
    parser = argparse.ArgumentParser(prog="python -m model.training.check_verdicts", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SHIPPED)
    parser.add_argument(
        "--data", type=Path, default=None, help="labelled file; default: the one of the folder's config"
    )
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args(arguments)
    began = time.perf_counter()
    task = assemble.task_of(chosen.folder, chosen.data)
    rows = task.split.validation
    scorer = Scorer(chosen.folder, threads=chosen.threads)
    known = scorer.card["metrics"].get("verdict", {}).get("stars", {}).get("constants")
    constants = (float(known[0]), float(known[1])) if known and scorer.stars else None
    exits = [scorer.exit] if scorer.exit else []
    found = measured(scorer, task.reviews.take(rows), task.ratings[rows], constants, scorer.stars, exits=exits)
    found["seconds"] = round(time.perf_counter() - began, 1)
    sys.stdout.write(json.dumps({"model": scorer.version, **found}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
