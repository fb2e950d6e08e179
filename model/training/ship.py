"""Ships a finished run: its model folder becomes the one that the repository serves."""

import shutil
from pathlib import Path

from model.serving.model_folder import MANIFEST, RECORDS, SHIPPED, ModelFolderError, verify, weights

# Each version stays in the history of the repository.
LARGEST = 48 * 1024 * 1024


def run(run_folder: Path, target: Path = SHIPPED) -> Path:
    """Copies the model folder of `run_folder` (as `model.training.train.run` leaves it) over `target` and returns
    `target`.

    Nothing is touched unless the folder verifies and is at most 48 MiB. Raises `ModelFolderError`.
    """
    source = run_folder / "model"
    verify(source)
    names = (*weights(source), *RECORDS, MANIFEST)
    size = sum((source / name).stat().st_size for name in names)
    if size > LARGEST:
        raise ModelFolderError(f"The model folder {source} has {size} bytes; at most {LARGEST} are shipped.")
    # Beside the target first, then two renames: a crash leaves the old folder or the new one, never half of each.
    fresh, old = target.with_name(target.name + ".new"), target.with_name(target.name + ".old")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name in names:
        shutil.copyfile(source / name, fresh / name)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return target
