"""Keras weights -> a small ONNX graph, built by hand. The word vectors are gathered outside of it.

ONNX's LSTM takes the true length of each row (`sequence_lens`), so that a ragged batch gives what each row alone gives;
a converted Keras graph either loops step by step or is wrong on ragged batches.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnx

Weights = dict[str, NDArray[np.float32]]


def _reordered(kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gates i, f, c, o along the last axis (Keras) -> i, o, f, c along the first (ONNX)."""
    i, f, c, o = np.split(kernel, 4, axis=-1)
    return np.ascontiguousarray(np.concatenate([i, o, f, c], axis=-1).T)


def _directions(weights: Weights, name: str) -> NDArray[np.float32]:
    return np.stack([_reordered(weights[f"{direction}_{name}"]) for direction in ("forward", "backward")])


def _constants(weights: Weights) -> dict[str, NDArray[Any]]:
    bias = _directions(weights, "bias")
    return {
        "W": _directions(weights, "kernel"),
        "R": _directions(weights, "recurrent"),
        # ONNX adds an input bias and a recurrent bias; Keras has one, so the second is zero.
        "B": np.concatenate([bias, np.zeros_like(bias)], axis=1),
        "logit_kernel": weights["logit_kernel"],
        "logit_bias": weights["logit_bias"],
        "low": np.asarray(-1e9, dtype=np.float32),
        "none": np.asarray(0.0, dtype=np.float32),
        "zero": np.asarray(0, dtype=np.int64),
        "one": np.asarray(1, dtype=np.int64),
        "axis_0": np.asarray([0], dtype=np.int64),
        "axes_1_2": np.asarray([1, 2], dtype=np.int64),
        "axis_1": np.asarray([1], dtype=np.int64),
        "axis_2": np.asarray([2], dtype=np.int64),
        "joined": np.asarray([0, 0, -1], dtype=np.int64),
    }


def _nodes(units: int) -> list[Any]:
    from onnx.helper import make_node as node

    return [
        node("LSTM", ["vectors", "W", "R", "B", "lengths"], ["Y"], hidden_size=units, direction="bidirectional"),
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
        node("MatMul", ["pooled", "logit_kernel"], ["product"]),
        node("Add", ["product", "logit_bias"], ["logit"]),
    ]


def graph(weights: Weights) -> "onnx.ModelProto":
    """ONNX model of the recurrent part.

    vectors float32 [steps, batch, d] and lengths int32 [batch] (each >= 1) -> logit float32 [batch, 1].
    `weights` as from `model.network.recurrent_weights`.
    """
    from onnx import TensorProto, checker, helper, numpy_helper

    dimensions, units = len(weights["forward_kernel"]), len(weights["forward_recurrent"])
    inputs = [
        helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["steps", "batch", dimensions]),
        helper.make_tensor_value_info("lengths", TensorProto.INT32, ["batch"]),
    ]
    output = helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["batch", 1])
    constants = [numpy_helper.from_array(value, name) for name, value in _constants(weights).items()]
    body = helper.make_graph(_nodes(units), "reelfeel", inputs, [output], constants)
    built = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(built)
    return built


def write(weights: Weights, table: NDArray[np.floating], folder: Path) -> None:
    """Writes `embedding.npy` (in the table's own precision), `keras_weights.npz` and `recurrent.onnx` into `folder`."""
    np.save(folder / "embedding.npy", table)
    np.savez(folder / "keras_weights.npz", allow_pickle=False, **weights)
    (folder / "recurrent.onnx").write_bytes(graph(weights).SerializeToString())
