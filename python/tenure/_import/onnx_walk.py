"""The walk through a graph of ONNX, node by node, from its inputs to the probability."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from . import onnx_columns, onnx_layers
from .columns import Raw
from .network import refused
from .onnx_graph import ML, Graph, Input, Node, Refusal
from .onnx_values import Broken, Columns, Constant, Dense, Label, Outcome, Part, Value

_OPERATORS = {**onnx_columns.OPERATORS, **onnx_layers.OPERATORS}
# What may be computed of constants alone, by onnx's own evaluator.
_OF_CONSTANTS = {
    "Add", "Cast", "Concat", "Constant", "Div", "Flatten", "Identity", "LabelEncoder", "Mul", "Neg", "Reciprocal",
    "Reshape", "Sqrt", "Squeeze", "Sub", "Transpose", "Unsqueeze",
}  # fmt: skip
# Numbers of a constant: four times those of the largest layer that a model may have.
_MOST_NUMBERS = 1 << 24
_ACTIVATIONS = {
    "Celu", "Clip", "Elu", "Erf", "Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "LogSoftmax", "Mish", "PRelu",
    "Selu", "Softplus", "Softsign", "Swish", "Tanh", "ThresholdedRelu",
}  # fmt: skip


def walk(graph: Graph, output: str, matrix: Sequence[Part] | None) -> Dense | Outcome:
    """What the output is. `matrix` has the columns of the only input, where a person told them."""
    problems: list[str] = []
    values: dict[str, Value] = {name: Constant(array) for name, array in graph.constants.items()}
    nodes = graph.before(output)
    read = {name for node in nodes for name in node.inputs}
    for one in graph.inputs:
        values[one.name] = _columns(one, matrix, problems) if one.name in read or matrix is not None else Broken()
    for node in nodes:
        given = [values[name] if name else None for name in node.inputs]
        made: Sequence[Value] = [Broken()] * len(node.outputs)
        try:
            made = _evaluate(graph, node, given)
        except Refusal as refusal:
            problems.append(str(refusal))
        except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
            # onnx's checker looks at no type or shape of a value.
            problems.append(f"{node.words} reads values that its operator does not take: {error}")
        values.update(zip(node.outputs, made))
    if problems:
        raise refused(problems)
    value = values[output]
    if isinstance(value, (Dense, Outcome)) and any(layer.kind == "Linear" for layer in _layers(value)):
        return value
    raise refused([f"the output `{output}` is no result of a layer: there is no model to import"])


def _layers(value: Dense | Outcome) -> Sequence[Any]:
    return value.layers if isinstance(value, Dense) else value.dense.layers


def _columns(one: Input, matrix: Sequence[Part] | None, problems: list[str]) -> Value:
    if one.kind not in ("number", "whole", "flag", "text"):
        known = "only numbers, texts and booleans can be imported"
        problems.append(f"input `{one.name}` is of the type {one.kind}: {known}")
        return Broken()
    if matrix is None:
        return Columns((Raw(one.name),), one.kind, max(one.rank, 1))
    if one.width not in (None, len(matrix)):
        problems.append(f"input `{one.name}` has {one.width} columns, and `inputs` describes {len(matrix)}")
        return Broken()
    return Columns(tuple(matrix), one.kind, one.rank)


def _evaluate(graph: Graph, node: Node, given: Sequence[Value | None]) -> Sequence[Value]:
    key = (node.domain, node.operator)
    is_constant = all(value is None or isinstance(value, Constant) for value in given)
    if is_constant and node.operator in _OF_CONSTANTS and node.domain in ("", ML):
        return _constants(graph, node, given)
    if key not in _OPERATORS:
        _unknown(node)
    if any(isinstance(value, Broken) for value in given):
        # The problem is told already.
        return [Broken()] * len(node.outputs)
    if any(isinstance(value, Label) for value in given):
        node.refuse("reads the label: export predict_proba, whose output is a probability")
    made = _OPERATORS[key](node, given)
    outputs = made if isinstance(made, list) else [made]
    return [*outputs, *([Broken()] * (len(node.outputs) - len(outputs)))]


def _unknown(node: Node) -> None:
    if node.operator in _ACTIVATIONS:
        node.refuse("cannot be imported: train the network with ReLU between layers, and Sigmoid or Softmax at the end")
    domain = f" of {node.domain}" if node.domain not in ("", ML) else ""
    node.refuse(
        f"cannot be imported: no network of Tenure has such an operator{domain}; docs/import.md lists those that can be"
        " imported"
    )


def _constants(graph: Graph, node: Node, given: Sequence[Value | None]) -> Sequence[Value]:
    import numpy
    from onnx import TensorProto, helper
    from onnx.reference import ReferenceEvaluator

    arrays: Mapping[str, Any] = {
        name: value.array for name, value in zip(node.inputs, given) if isinstance(value, Constant)
    }
    if node.operator in ("Add", "Div", "Mul", "Sub"):
        shapes = [numpy.shape(array) for array in arrays.values()]
        try:
            size = math.prod(numpy.broadcast_shapes(*shapes))
        except ValueError:
            node.refuse(f"has constants whose shapes do not fit: {shapes}")
        if size > _MOST_NUMBERS:
            node.refuse(f"makes a constant of {size} numbers, at most {_MOST_NUMBERS}")
    unknown = [helper.make_tensor_value_info(name, TensorProto.UNDEFINED, None) for name in arrays]
    outputs = [helper.make_tensor_value_info(name, TensorProto.UNDEFINED, None) for name in node.outputs]
    one = helper.make_model(helper.make_graph([node.proto], "constants", unknown, outputs), opset_imports=graph.opsets)
    try:
        return [Constant(array) for array in ReferenceEvaluator(one).run(None, dict(arrays))]
    except Exception as error:  # The evaluator raises whatever numpy does.
        node.refuse(f"cannot be computed: {error}")
