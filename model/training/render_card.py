"""Command line: renders the card of a finished model folder anew, from the figures that the folder holds.

`python -m model.training.render_card FOLDER` writes `CARD.md` from `card.json`, and the graph with its description from
the weights, and seals the folder again. For when the wording or a command that it names changes: nothing is fitted or
measured, and weights and version stay.
"""

import argparse
import sys
from pathlib import Path

from model.evaluation import card
from model.serving import model_folder
from model.serving.model_folder import SHIPPED, ModelFolderError
from model.training import onnx_export


def render(folder: Path) -> str:
    """Writes card and graph of the model folder `folder` anew and seals it; returns the folder's version, which stays.

    Raises `ModelFolderError` for a folder that is missing, incomplete or damaged, and leaves it alone.
    """
    version = model_folder.verify(folder)
    onnx_export.write_graph(folder, version)
    (folder / "CARD.md").write_text(card.render(model_folder.read_card(folder)), encoding="utf-8")
    model_folder.seal(folder, version)
    return model_folder.verify(folder)


def main(arguments: list[str] | None = None) -> int:
    """Prints the version of the folder whose card was written."""
    parser = argparse.ArgumentParser(prog="python -m model.training.render_card", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SHIPPED)
    chosen = parser.parse_args(arguments)
    try:
        version = render(chosen.folder)
    except ModelFolderError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{version}: {chosen.folder / 'CARD.md'} is written anew.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
