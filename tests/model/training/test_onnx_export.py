"""The graph says what it is, holds nothing that it does not use, and gives what its weights give."""

from pathlib import Path

import onnx
import onnxruntime as ort
import pytest

from model import SHIPPED
from model.serving import model_folder
from model.training import onnx_export
from tests.model import made_up


def made(folder: Path, groups: tuple[int, ...], hidden: int) -> onnx.ModelProto:
    folder.mkdir()
    made_up.folder_of(folder, 6, 5, words=9, groups=groups, hidden=hidden)
    onnx_export.write_graph(folder, "lstm-2026.01-00000000")
    return onnx.load(folder / model_folder.GRAPH)


@pytest.fixture(params=["shipped", "plain", "groups and hidden"])
def graph(request: pytest.FixtureRequest, tmp_path: Path) -> onnx.ModelProto:
    if request.param == "shipped":
        return onnx.load(SHIPPED / model_folder.GRAPH)
    return made(tmp_path / "made", *(((), 0) if request.param == "plain" else ((4, 2), 3)))


def test_every_initializer_and_every_result_is_used(graph: onnx.ModelProto) -> None:
    read = {name for node in graph.graph.node for name in node.input}
    assert [value.name for value in graph.graph.initializer if value.name not in read] == []
    outputs = {name for node in graph.graph.node for name in node.output}
    assert outputs - read == {value.name for value in graph.graph.output}


def test_inputs_and_output_are_described(graph: onnx.ModelProto) -> None:
    described = {value.name: value.doc_string for value in (*graph.graph.input, *graph.graph.output)}
    assert described == {**onnx_export.INPUTS, "logit": onnx_export.OUTPUT}
    assert graph.doc_string == graph.graph.doc_string == onnx_export.PURPOSE


def test_a_reader_without_our_code_learns_version_purpose_inputs_and_producer() -> None:
    version = model_folder.verify(SHIPPED)
    said = ort.InferenceSession(str(SHIPPED / model_folder.GRAPH)).get_modelmeta()
    assert said.producer_name == "reelfeel"
    assert said.description == onnx_export.PURPOSE
    assert said.custom_metadata_map == {
        "version": version,
        "purpose": onnx_export.PURPOSE,
        "input.vectors": onnx_export.INPUTS["vectors"],
        "input.lengths": onnx_export.INPUTS["lengths"],
        "output.logit": onnx_export.OUTPUT,
    }
    assert onnx.load(SHIPPED / model_folder.GRAPH).producer_version == version


def test_a_graph_written_again_is_the_same_file(tmp_path: Path) -> None:
    made(tmp_path / "one", (4, 2), 3)
    made(tmp_path / "other", (4, 2), 3)
    assert (tmp_path / "one" / model_folder.GRAPH).read_bytes() == (
        tmp_path / "other" / model_folder.GRAPH
    ).read_bytes()
