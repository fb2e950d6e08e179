"""Keras weights -> a small ONNX graph, built by hand. The word vectors are gathered outside of it.

ONNX's LSTM takes the true length of each row (`sequence_lens`), so that a ragged batch gives what each row alone gives;
a converted Keras graph either loops step by step or is wrong on ragged batches.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model.serving import unit_groups
from model.serving.model_folder import GRAPH
from model.serving.unit_groups import Weights

if TYPE_CHECKING:
    import onnx

PURPOSE = (
    "The recurrent part of Reelfeel's model of English film reviews: bidirectional LSTM, maximum and mean over all "
    "words, output layer. Its logit is one of two; calibration and the n-gram part are in serving.json and wide.npy "
    "beside this file, so it is no probability by itself."
)
INPUTS = {
    "vectors": "float32 [steps, batch, dimensions]: rows of embedding.npy, a text's words in order, then padding",
    "lengths": "int32 [batch]: number of words of each text, at least 1",
}
OUTPUT = "float32 [batch, 1]: above 0 speaks for a positive review, not calibrated"


def _reordered(kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gates i, f, c, o along the last axis (Keras) -> i, o, f, c along the first (ONNX)."""
    i, f, c, o = np.split(kernel, 4, axis=-1)
    return np.ascontiguousarray(np.concatenate([i, o, f, c], axis=-1).T)


def _directions(weights: Weights, name: str) -> NDArray[np.float32]:
    return np.stack([_reordered(weights[f"{direction}_{name}"]) for direction in unit_groups.DIRECTIONS])


def _suffixes(sizes: Sequence[int]) -> list[str]:
    """What sets the names of each group's tensors apart."""
    return [""] if len(sizes) == 1 else [f"_{group}" for group in range(len(sizes))]


def _recurrent(weights: Weights, sizes: Sequence[int]) -> dict[str, NDArray[Any]]:
    """The LSTM's tensors, three a group."""
    found: dict[str, NDArray[Any]] = {}
    for suffix, part in zip(_suffixes(sizes), unit_groups.parts(weights, sizes), strict=True):
        bias = _directions(part, "bias")
        found[f"W{suffix}"] = _directions(part, "kernel")
        found[f"R{suffix}"] = _directions(part, "recurrent")
        # ONNX adds an input bias and a recurrent bias; Keras has one, so the second is zero.
        found[f"B{suffix}"] = np.concatenate([bias, np.zeros_like(bias)], axis=1)
    return found


def _constants(weights: Weights, sizes: Sequence[int]) -> dict[str, NDArray[Any]]:
    return {
        **_recurrent(weights, sizes),
        **{name: value for name, value in weights.items() if name.startswith(("logit_", "hidden_"))},
        "low": np.asarray(-1e9, dtype=np.float32),
        "none": np.asarray(0.0, dtype=np.float32),
        "zero": np.asarray(0, dtype=np.int64),
        "one": np.asarray(1, dtype=np.int64),
        "axis_0": np.asarray([0], dtype=np.int64),
        "axes_1_2": np.asarray([1, 2], dtype=np.int64),
        "axis_1": np.asarray([1], dtype=np.int64),
        "joined": np.asarray([0, 0, -1], dtype=np.int64),
    }


def _lstms(sizes: Sequence[int]) -> list[Any]:
    """One LSTM a group -> Y [steps, 2, batch, units]."""
    from onnx.helper import make_node as node

    found, outputs = [], []
    for suffix, size in zip(_suffixes(sizes), sizes, strict=True):
        inputs = ["vectors", f"W{suffix}", f"R{suffix}", f"B{suffix}", "lengths"]
        found.append(node("LSTM", inputs, [f"Y{suffix}"], hidden_size=size, direction="bidirectional"))
        outputs.append(f"Y{suffix}")
    return found if len(sizes) == 1 else [*found, node("Concat", outputs, ["Y"], axis=3)]


def _output(hidden: bool) -> list[Any]:
    """Pooled states -> logit."""
    from onnx.helper import make_node as node

    product = node("MatMul", ["pooled", "logit_kernel"], ["product"])
    if not hidden:
        return [product, node("Add", ["product", "logit_bias"], ["logit"])]
    return [
        product,
        node("Add", ["product", "logit_bias"], ["linear"]),
        node("MatMul", ["pooled", "hidden_kernel"], ["hidden_product"]),
        node("Add", ["hidden_product", "hidden_bias"], ["hidden_sum"]),
        node("Relu", ["hidden_sum"], ["hidden"]),
        node("MatMul", ["hidden", "hidden_logit"], ["beside"]),
        node("Add", ["linear", "beside"], ["logit"]),
    ]


def _nodes(sizes: Sequence[int], hidden: bool) -> list[Any]:
    from onnx.helper import make_node as node

    return [
        *_lstms(sizes),
        node("Transpose", ["Y"], ["by_row"], perm=[0, 2, 1, 3]),  # [steps, batch, 2, units]
        node("Reshape", ["by_row", "joined"], ["states"]),  # [steps, batch, 2 units]
        # real [steps, batch, 1]: step number < length of the row
        node("Shape", ["vectors"], ["steps_1d"], start=0, end=1),
        node("Squeeze", ["steps_1d"], ["steps"]),
        node("Range", ["zero", "steps", "one"], ["numbers_1d"]),
        node("Unsqueeze", ["numbers_1d", "axes_1_2"], ["numbers"]),
        node("Cast", ["lengths"], ["long_lengths"], to=7),
        node("Unsqueeze", ["long_lengths", "axis_1"], ["column"]),
        node("Less", ["numbers", "column"], ["real"]),
        node("Where", ["real", "states", "low"], ["for_max"]),
        node("ReduceMax", ["for_max"], ["highest"], axes=[0], keepdims=0),
        node("Where", ["real", "states", "none"], ["for_sum"]),
        node("ReduceSum", ["for_sum", "axis_0"], ["total"], keepdims=0),
        node("Cast", ["column"], ["count"], to=1),
        node("Div", ["total", "count"], ["mean"]),
        node("Concat", ["highest", "mean"], ["pooled"], axis=1),
        *_output(hidden),
    ]


def graph(weights: Weights, version: str = "") -> "onnx.ModelProto":
    """ONNX model of the recurrent part; version: of the model that it is a part of.

    vectors float32 [steps, batch, d] and lengths int32 [batch] (each >= 1) -> logit float32 [batch, 1].
    `weights` as from `model.training.network.recurrent_weights`. Units in groups (`model.serving.unit_groups`) get an
    LSTM a group.
    """
    from onnx import TensorProto, checker, helper, numpy_helper

    dimensions = len(weights["forward_kernel"])
    inputs = [
        helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["steps", "batch", dimensions], INPUTS["vectors"]),
        helper.make_tensor_value_info("lengths", TensorProto.INT32, ["batch"], INPUTS["lengths"]),
    ]
    output = helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["batch", 1], OUTPUT)
    sizes = unit_groups.sizes(weights)
    constants = [numpy_helper.from_array(value, name) for name, value in _constants(weights, sizes).items()]
    nodes = _nodes(sizes, "hidden_logit" in weights)
    body = helper.make_graph(nodes, "reelfeel", inputs, [output], constants, PURPOSE)
    built = helper.make_model(
        body,
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
        producer_name="reelfeel",
        producer_version=version,
        doc_string=PURPOSE,
    )
    named = {f"input.{name}": text for name, text in INPUTS.items()}
    helper.set_model_props(built, {"version": version, "purpose": PURPOSE, **named, "output.logit": OUTPUT})
    checker.check_model(built)
    return built


def write_graph(folder: Path, version: str) -> None:
    """Writes `recurrent.onnx`, which names the model's version, from the `keras_weights.npz` that is in `folder`."""
    with np.load(folder / "keras_weights.npz") as stored:
        weights = {name: stored[name] for name in stored.files}
    (folder / GRAPH).write_bytes(graph(weights, version).SerializeToString())


def write(weights: Weights, table: NDArray[np.floating], folder: Path) -> None:
    """Writes `embedding.npy` (in the table's own precision) and `keras_weights.npz`, which `write_graph` reads."""
    np.save(folder / "embedding.npy", table)
    np.savez(folder / "keras_weights.npz", allow_pickle=False, **weights)
