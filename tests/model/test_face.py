"""The face of the package: names load on first use, and serving stays light."""

import subprocess
import sys

import pytest

import model
from model import SHIPPED


def test_serving_imports_no_tensorflow() -> None:
    code = (
        "import sys, time; t = time.perf_counter(); import model; light = time.perf_counter() - t\n"
        "assert light < 1 and 'numpy' not in sys.modules, light\n"
        "import model.evaluation.evaluate\n"
        "model.Scorer().explain('A good film. Un film tres bon et vraiment magnifique mais long.')\n"
        "heavy = {'tensorflow', 'keras', 'sklearn', 'scipy', 'onnx'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=SHIPPED.parent.parent, timeout=60)


def test_unknown_names_are_no_attributes() -> None:
    with pytest.raises(AttributeError):
        _ = model.nothing  # type: ignore[attr-defined]


def test_the_scorer_imports_nothing_that_only_training_needs() -> None:
    code = (
        "import sys; import model.serving.scorer, model.serving.bulk\n"
        "heavy = {'pandas', 'sklearn', 'tensorflow', 'keras', 'torch', 'optuna', 'model.config'} & set(sys.modules)\n"
        "ours = {name.split('.')[1] for name in sys.modules if name.startswith('model.')}\n"
        "assert not heavy, heavy\n"
        "assert ours <= {'serving', 'aspects', 'text', 'numeric', 'batches', 'machine_code'}, ours"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=SHIPPED.parent.parent, timeout=60)
