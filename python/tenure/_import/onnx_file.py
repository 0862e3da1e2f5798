"""Graphs of ONNX, as skl2onnx writes of a pipeline and PyTorch of a network.

onnx reads the file. The graph is walked node by node, without being run: each value is known as columns of the
table, as what layers make of them, or as probabilities.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from .. import _native
from .._errors import TenureError
from .columns import blocks
from .network import Network, refused
from .onnx_graph import Graph
from .onnx_values import Dense, Layer, Outcome, Part, described, told
from .onnx_walk import walk
from .weights import turned


def is_onnx(model: Any) -> bool:
    """Whether this is the path of a file, bytes of one, or a model of the package onnx."""
    if isinstance(model, (str, os.PathLike, bytes, bytearray, memoryview)):
        return True
    return type(model).__name__ == "ModelProto" and type(model).__module__.split(".")[0] == "onnx"


def read(model: Any, table: Any, inputs: Sequence[Mapping[str, Any]] | None) -> Network:
    """The graph of a file. `inputs` are the blocks of the matrix that it reads, if it reads one."""
    proto = _load(model)
    _refuse_own(proto)
    graph = Graph(proto)
    output = graph.probability()
    matrix = _matrix(graph, inputs)
    value = walk(graph, output, matrix)
    dense, layers, weights = _layers(value)
    problems: list[str] = []
    columns = described(dense.parts, problems)
    if problems:
        raise refused(problems)
    source = f"ONNX, {proto.producer_name} {proto.producer_version}".rstrip(" ,")
    classes = graph.classes()
    if matrix is not None:
        names = list(dict.fromkeys(part.field for part in matrix))
        return Network(source, blocks(columns), layers, weights, names, classes=classes)
    return Network(source, blocks(columns), layers, weights, _names(graph, table), columns, classes)


def _load(model: Any) -> Any:
    try:
        import onnx
        import onnx.inliner
    except ImportError as error:
        words = "an ONNX graph is read by the package onnx, 1.16 or newer: pip install onnx"
        raise TenureError(words, "import") from error
    if isinstance(model, (str, os.PathLike)):
        path = os.fspath(model)
        if not path.endswith(".onnx"):
            raise refused([f"a path must be that of an ONNX file and end in .onnx (got {path!r})"])
        try:
            proto = onnx.load(path)
        except OSError as error:
            raise TenureError(f"{path} cannot be read: {error.strerror or error}", "file") from error
        except Exception as error:  # The classes of protobuf's errors are in no public module.
            raise refused([f"{path} is no ONNX file, or its weights are not beside it: {error}"]) from error
    elif isinstance(model, (bytes, bytearray, memoryview)):
        try:
            proto = onnx.load_model_from_string(bytes(model))
        except Exception as error:
            raise refused([f"the bytes are no ONNX file: {error}"]) from error
    else:
        proto = model
    if any(one.data_location == onnx.TensorProto.EXTERNAL for one in proto.graph.initializer):
        raise refused(["the weights lie in another file: pass the path of the .onnx file, with that file beside it"])
    try:
        onnx.checker.check_model(proto)
        return onnx.inliner.inline_local_functions(proto) if proto.functions else proto
    except Exception as error:
        raise refused([f"the model is no sound ONNX: {error}"]) from error


def _refuse_own(proto: Any) -> None:
    if proto.producer_name == "tenure" or any(entry.key == "tenure_card" for entry in proto.metadata_props):
        raise refused(
            [
                "`tenure export onnx` wrote this graph, so it is a model of Tenure already: load the .safetensors file"
                " that it was exported from with tenure.load"
            ]
        )


def _matrix(graph: Graph, inputs: Sequence[Mapping[str, Any]] | None) -> list[Part] | None:
    """The columns of the only input, where it has several. Otherwise each input is a column of its name."""
    wide = [one for one in graph.inputs if one.width != 1 or one.rank > 2]
    if not wide and not (inputs is not None and len(graph.inputs) == 1):
        if inputs is not None:
            raise refused(["the graph has an input for each column, with its name: leave `inputs` out"])
        return None
    deep = [one for one in wide if one.rank > 2]
    problems = [f"input `{one.name}` has {one.rank} dimensions: only rows and columns can be imported" for one in deep]
    if len(graph.inputs) > 1:
        names = ", ".join(f"`{one.name}`" for one in wide)
        problems.append(f"{names} of {len(graph.inputs)} inputs have several columns: export one input for each column")
    elif graph.inputs[0].kind == "text":
        problems.append(f"input `{graph.inputs[0].name}` is a matrix of texts: export one input for each column")
    elif inputs is None:
        one = graph.inputs[0]
        count = "several" if one.width is None else one.width
        problems.append(f"input `{one.name}` has {count} columns, whose names the graph does not say: pass `inputs`")
    if problems or inputs is None:
        raise refused(problems)
    blocks_given = [dict(block) for block in inputs]
    layer = {"name": "0", "kind": "Identity"}
    _native.check_description(json.dumps({"format_version": 1, "inputs": blocks_given, "layers": [layer]}))
    return [part for block in blocks_given for part in told(block)]


def _layers(value: Dense | Outcome) -> tuple[Dense, list[dict[str, Any]], dict[str, Any]]:
    """Layers and tensors whose output is high for the second class."""
    dense = value if isinstance(value, Dense) else value.dense
    layers: list[Layer] = list(dense.layers)
    if isinstance(value, Outcome):
        layers.append(value.last)
    elif _is_raw(value):
        raise refused(
            [
                f"node `{layers[-1].name}` gives scores of both classes, each the other's opposite, which are no"
                " probabilities: convert the model without raw_scores"
            ]
        )
    steps: list[dict[str, Any]] = []
    weights: dict[str, Any] = {}
    for layer in layers:
        step: dict[str, Any] = {"name": layer.name, "kind": layer.kind}
        if layer.epsilon is not None:
            step["epsilon"] = layer.epsilon
        steps.append(step)
        weights.update({f"{layer.name}.{name}": array for name, array in layer.tensors.items()})
    if isinstance(value, Outcome) and not value.second[-1]:
        weights = turned(steps, weights)
    return dense, steps, weights


def _is_raw(value: Dense) -> bool:
    import numpy

    last = value.layers[-1]
    if value.width != 2 or last.kind != "Linear":
        return False
    weight, bias = last.tensors["weight"], last.tensors["bias"]
    return bool(numpy.array_equal(weight[0], -weight[1]) and bias[0] == -bias[1])


def _names(graph: Graph, table: Any) -> list[str]:
    """The columns of the table: those that it says, or the inputs of the graph."""
    columns = getattr(table, "columns", None)
    if columns is not None and not callable(columns):
        return [str(name) for name in columns]
    if isinstance(table, Mapping):
        return [str(name) for name in table]
    return [one.name for one in graph.inputs]
