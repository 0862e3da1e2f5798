"""A graph of ONNX: its inputs, nodes and constants, and which of its outputs is the probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from .network import refused

ML = "ai.onnx.ml"


class Refusal(Exception):
    """A problem of one node."""


@dataclass(frozen=True, eq=False)
class Node:
    name: str
    """Of its own in the graph: the node's name, or that of its first output."""
    operator: str
    domain: str
    inputs: Sequence[str]
    """An input that is left out has no name."""
    outputs: Sequence[str]
    attributes: Mapping[str, Any]
    proto: Any

    @property
    def words(self) -> str:
        return f"node `{self.name}` ({self.operator})"

    def refuse(self, problem: str) -> NoReturn:
        raise Refusal(f"{self.words} {problem}")


@dataclass(frozen=True)
class Input:
    name: str
    kind: str
    """`number`, `whole`, `flag`, `text`, or the name of another type."""
    rank: int
    width: int | None
    """Columns; unknown where the graph leaves them open."""


class Graph:
    """A model that onnx's checker takes."""

    def __init__(self, model: Any) -> None:
        from onnx import numpy_helper

        graph = model.graph
        self.opsets = list(model.opset_import)
        self.constants = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
        self.inputs = [_input(one) for one in graph.input if one.name not in self.constants]
        self.nodes = _nodes(graph.node)
        self.outputs = list(graph.output)
        self._makers = {name: node for node in self.nodes for name in node.outputs}

    def probability(self) -> str:
        """The output that is a probability or a logit: the only one of real numbers."""
        from onnx import TensorProto

        real = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)
        found = [
            one.name
            for one in self.outputs
            if one.type.HasField("sequence_type") or one.type.tensor_type.elem_type in real
        ]
        names = ", ".join(f"`{one.name}`" for one in self.outputs)
        if not found:
            raise refused([f"no output of the graph is a probability: they are {names}; export predict_proba as well"])
        if len(found) > 1:
            several = ", ".join(f"`{name}`" for name in found)
            raise refused(
                [f"the outputs {several} may each be the probability: leave one, as onnx.utils.extract_model does"]
            )
        return str(found[0])

    def before(self, output: str) -> list[Node]:
        """The nodes that an output needs, in their order."""
        needed: set[str] = set()
        waiting = [output]
        while waiting:
            name = waiting.pop()
            node = self._makers.get(name)
            if node is not None and node.name not in needed:
                needed.add(node.name)
                waiting.extend(node.inputs)
        return [node for node in self.nodes if node.name in needed]

    def classes(self) -> list[Any] | None:
        """The two labels, where a node writes them. That of the output is the last word."""
        named = [node for node in self.nodes if node.domain == ML and node.operator in ("ZipMap", "LinearClassifier")]
        for node in sorted(named, key=lambda node: node.operator != "ZipMap"):
            for name in ("classlabels_strings", "classlabels_int64s", "classlabels_ints"):
                if node.attributes.get(name):
                    return list(node.attributes[name])
        for node in self.nodes:
            if node.operator == "ArrayFeatureExtractor" and node.inputs[1] not in self.constants:
                labels = self.constants.get(node.inputs[0])
                if labels is not None:
                    return [one.decode() if isinstance(one, bytes) else one for one in labels.ravel().tolist()]
        return None


def _nodes(protos: Sequence[Any]) -> list[Node]:
    outputs = {name for proto in protos for name in proto.output}
    taken: set[str] = set()
    nodes = []
    for proto in protos:
        own = proto.name if proto.name and proto.name not in taken | outputs else proto.output[0]
        taken.add(own)
        domain = "" if proto.domain == "ai.onnx" else proto.domain
        attributes = {one.name: _attribute(one) for one in proto.attribute}
        nodes.append(Node(own, proto.op_type, domain, list(proto.input), list(proto.output), attributes, proto))
    return nodes


def _attribute(proto: Any) -> Any:
    from onnx import helper

    value = helper.get_attribute_value(proto)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, (list, tuple)) or type(value).__name__.startswith("Repeated"):
        return [one.decode(errors="replace") if isinstance(one, bytes) else one for one in value]
    return value


def _input(proto: Any) -> Input:
    from onnx import TensorProto

    tensor = proto.type.tensor_type
    kind = str(TensorProto.DataType.Name(tensor.elem_type))
    if kind in ("FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16"):
        kind = "number"
    elif kind.startswith(("INT", "UINT")):
        kind = "whole"
    kind = {"BOOL": "flag", "STRING": "text"}.get(kind, kind)
    shape = list(tensor.shape.dim)
    last = shape[-1] if len(shape) > 1 else None
    width = 1 if last is None else int(last.dim_value) if last.HasField("dim_value") else None
    return Input(str(proto.name), kind, len(shape), width)
