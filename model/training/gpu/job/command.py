"""What the commands of both jobs begin with: their arguments and PyTorch's switches."""

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import torch

from model.training.gpu.job.log import say


class Order(NamedTuple):
    """The folder of the packed texts, what is to be done, and where."""

    folder: Path
    plan: dict[str, Any]
    device: str


def order(usual: dict[str, Any]) -> Order:
    """Of the command line, FOLDER [plan.json]; the file's keys change the usual plan."""
    folder = Path(sys.argv[1])
    changes = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")) if len(sys.argv) > 2 else {}
    plan = usual | changes
    say(json.dumps(plan))
    torch.manual_seed(plan["seed"])
    torch.backends.cuda.matmul.allow_tf32 = True
    # It would plan anew for each shape of a batch.
    torch.backends.cuda.enable_cudnn_sdp(False)
    return Order(folder, plan, "cuda" if torch.cuda.is_available() else "cpu")
