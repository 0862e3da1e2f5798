"""Operators of layers, and of what follows the last one: sigmoid, softmax, and the table of both classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from . import onnx_columns
from .onnx_columns import array_of, numbers
from .onnx_graph import ML, Node
from .onnx_values import Columns, Constant, Dense, Label, Layer, Outcome, Value

_AT_THE_END = "only one at the end can be imported; put ReLU between layers"


def dense(node: Node, value: Value | None) -> Dense:
    """What a layer reads."""
    if isinstance(value, Dense):
        return value
    if isinstance(value, Columns):
        if value.rank != 2:
            node.refuse(f"reads a tensor of {value.rank} dimensions: a layer must have rows and columns")
        return Dense(numbers(node, value), (), value.width)
    _refuse_outcome(node, value)


def _refuse_outcome(node: Node, value: Value | None) -> NoReturn:
    if isinstance(value, Outcome):
        node.refuse(f"reads what `{value.last.name}` ({value.last.kind}) gives: {_AT_THE_END}")
    node.refuse("reads no columns of the table")


def _linear(node: Node, before: Dense, weight: Any, bias: Any) -> Dense:
    """A layer of a weight [inputs, outputs] and a bias [outputs] or none."""
    import numpy

    if weight.ndim != 2:
        node.refuse(f"has a weight of {weight.ndim} dimensions: a layer has two")
    if weight.shape[0] != before.width:
        node.refuse(f"takes {weight.shape[0]} columns, and gets {before.width}")
    tensors = {"weight": numpy.ascontiguousarray(weight.T, dtype=numpy.float64)}
    tensors["bias"] = numpy.zeros(weight.shape[1]) if bias is None else bias
    return Dense(before.parts, (*before.layers, Layer(node.name, "Linear", tensors)), weight.shape[1])


def matmul(node: Node, values: Sequence[Value | None]) -> Value:
    if isinstance(values[0], Constant):
        node.refuse("has the constant on the left: put the rows there")
    weight = array_of(node, values[1], "weight")
    return _linear(node, dense(node, values[0]), weight, None)


def gemm(node: Node, values: Sequence[Value | None]) -> Value:
    import numpy

    attributes = node.attributes
    if attributes.get("transA", 0):
        node.refuse("has transA, which makes columns of rows: leave it out")
    before = dense(node, values[0])
    weight = numpy.asarray(array_of(node, values[1], "weight"), dtype=numpy.float64)
    if attributes.get("transB", 0):
        weight = weight.T
    bias = None
    if len(values) > 2 and values[2] is not None:
        given = array_of(node, values[2], "bias")
        bias = spread(node, given, weight.shape[-1]) * attributes.get("beta", 1.0)
    return _linear(node, before, weight * attributes.get("alpha", 1.0), bias)


def spread(node: Node, array: Any, width: int) -> Any:
    """A constant for each column."""
    import numpy

    array = numpy.asarray(array, dtype=numpy.float64)
    rows = array.size // array.shape[-1] if array.ndim and array.shape[-1] else 1
    if rows != 1 or array.size not in (1, width):
        node.refuse(f"has a constant of the shape {list(array.shape)} for {width} columns")
    return numpy.broadcast_to(array.ravel(), (width,)).copy()


def arithmetic(node: Node, values: Sequence[Value | None]) -> Value:
    """Add, Sub, Mul, Div and Neg by constants."""
    import numpy

    operator = node.operator
    left = values[0]
    right = values[1] if len(values) > 1 else Constant(numpy.zeros(()))
    value, other = (right, left) if isinstance(left, Constant) else (left, right)
    if not isinstance(other, Constant) or value is None or isinstance(value, Constant):
        node.refuse("computes with two results: only a constant beside columns or a layer can be imported")
    constant = numpy.asarray(other.array)
    if isinstance(value, Outcome):
        return _of_outcome(node, value, constant, turned=operator == "Sub" and value is right)
    if not isinstance(value, (Columns, Dense)):
        _refuse_outcome(node, value)
    if isinstance(value, Columns):
        onnx_columns.refuse_texts(node, value)
    given = spread(node, constant, value.width)
    ones, zeros = numpy.ones(value.width), numpy.zeros(value.width)
    if operator == "Div":
        if value is right:
            node.refuse("divides by a column, which cannot be imported")
        if not given.all():
            node.refuse("divides by 0")
    steps = {
        "Add": (ones, given),
        "Sub": (-ones, given) if value is right else (ones, -given),
        "Mul": (given, zeros),
        "Div": (1.0 / numpy.where(given == 0, 1.0, given), zeros),
        "Neg": (-ones, zeros),
    }
    return _affine(node, value, *steps[operator])


def _of_outcome(node: Node, value: Outcome, constant: Any, turned: bool) -> Value:
    """`1 - p`, and `p / 1`, where 1 is the sum of both probabilities."""
    import numpy

    if constant.size and numpy.all(constant == 1) and (turned or node.operator in ("Div", "Mul")):
        return replace(value, second=tuple(not one for one in value.second)) if turned else value
    _refuse_outcome(node, value)


def _affine(node: Node, value: Value, factors: Any, shifts: Any) -> Value:
    import numpy

    if isinstance(value, Columns):
        return onnx_columns.affine(node, value, factors, shifts)
    assert isinstance(value, Dense)
    last = value.layers[-1] if value.layers else None
    if last is not None and last.kind == "Linear":
        weight, bias = last.tensors["weight"], last.tensors["bias"]
        tensors = {"weight": weight * factors[:, None], "bias": bias * factors + shifts}
        return replace(value, layers=(*value.layers[:-1], replace(last, tensors=tensors)))
    tensors = {"weight": factors, "bias": shifts}
    tensors.update({"running_mean": numpy.zeros(value.width), "running_var": numpy.ones(value.width)})
    return replace(value, layers=(*value.layers, Layer(node.name, "BatchNorm1d", tensors, 0.0)))


def scaler(node: Node, values: Sequence[Value | None]) -> Value:
    import numpy

    value = values[0]
    if not isinstance(value, (Columns, Dense)):
        _refuse_outcome(node, value)
    scale = spread(node, node.attributes.get("scale", [1.0]), value.width)
    offset = spread(node, node.attributes.get("offset", [0.0]), value.width)
    return _affine(node, value, numpy.asarray(scale), -offset * scale)


def batch_norm(node: Node, values: Sequence[Value | None]) -> Value:
    import numpy

    if node.attributes.get("training_mode", 0) or len([name for name in node.outputs if name]) > 1:
        node.refuse("works as in training: call eval() before you export it")
    value = values[0]
    if not isinstance(value, (Columns, Dense)):
        _refuse_outcome(node, value)
    names = ("scale", "bias", "mean", "variance")
    gamma, beta, mean, variance = (
        spread(node, array_of(node, one, name), value.width) for one, name in zip(values[1:5], names)
    )
    if not (variance + node.attributes.get("epsilon", 1e-5) > 0).all():
        node.refuse("has a variance that is not above 0")
    factors = gamma / numpy.sqrt(variance + node.attributes.get("epsilon", 1e-5))
    return _affine(node, value, factors, beta - mean * factors)


def relu(node: Node, values: Sequence[Value | None]) -> Value:
    value = values[0]
    if not isinstance(value, Dense):
        if isinstance(value, Columns):
            node.refuse("stands before the first layer: only columns that are scaled and encoded can be imported")
        _refuse_outcome(node, value)
    return replace(value, layers=(*value.layers, Layer(node.name, "ReLU")))


def dropout(node: Node, values: Sequence[Value | None]) -> Value:
    import numpy

    training = values[2] if len(values) > 2 else None
    if training is not None and numpy.any(array_of(node, training, "training_mode")):
        node.refuse("works as in training: call eval() before you export it")
    value = values[0]
    assert value is not None
    return value


def _opposite(value: Dense) -> Dense | None:
    """The second of two values that are each other's opposite."""
    import numpy

    last = value.layers[-1] if value.layers else None
    if last is None or last.kind != "Linear" or value.width != 2:
        return None
    weight, bias = last.tensors["weight"], last.tensors["bias"]
    if not numpy.allclose(weight[0], -weight[1], rtol=1e-6, atol=0) or not numpy.isclose(bias[0], -bias[1], 1e-6, 0):
        return None
    one = replace(last, tensors={"weight": weight[1:], "bias": bias[1:]})
    return Dense(value.parts, (*value.layers[:-1], one), 1)


def sigmoid(node: Node, values: Sequence[Value | None]) -> Value:
    value = values[0]
    if not isinstance(value, Dense):
        _refuse_outcome(node, value)
    last = Layer(node.name, "Sigmoid")
    if value.width == 1:
        return Outcome(value, last, (True,))
    if value.width > 2:
        node.refuse(f"has {value.width} values: {_AT_THE_END}")
    single = _opposite(value)
    if single is None:
        node.refuse("gives two probabilities that need not add up to 1: end the model with one value, or with Softmax")
    return Outcome(single, last, (False, True))


def softmax(node: Node, values: Sequence[Value | None]) -> Value:
    value = values[0]
    if not isinstance(value, Dense):
        _refuse_outcome(node, value)
    if node.attributes.get("axis", -1) not in (-1, 1):
        node.refuse("is not along the columns: take axis 1")
    if value.width != 2:
        node.refuse(f"has {value.width} values: only models of two classes can be imported")
    return Outcome(value, Layer(node.name, "Softmax"), (False, True))


def linear_classifier(node: Node, values: Sequence[Value | None]) -> list[Value]:
    import numpy

    attributes = node.attributes
    before = dense(node, values[0])
    labels = attributes.get("classlabels_strings") or attributes.get("classlabels_ints") or []
    coefficients = numpy.asarray(attributes.get("coefficients", []), dtype=numpy.float64)
    if len(labels) != 2 or coefficients.size not in (before.width, 2 * before.width):
        node.refuse(f"has {len(labels)} classes: only models of two can be imported")
    weight = coefficients.reshape(-1, before.width).T
    intercepts = attributes.get("intercepts")
    bias = spread(node, [0.0] if intercepts is None else intercepts, weight.shape[1])
    value = _linear(node, before, weight, bias)
    post = attributes.get("post_transform", "NONE")
    last = replace(node, name=f"{node.name} (output)")
    if post == "LOGISTIC":
        outcome = sigmoid(last, [value])
        # Of one row the node gives both probabilities.
        return [Label(), replace(outcome, second=(False, True)) if isinstance(outcome, Outcome) else outcome]
    if post == "SOFTMAX" and value.width == 2:
        return [Label(), softmax(replace(last, attributes={}), [value])]
    if post == "NONE" and value.width == 2:
        return [Label(), value]
    node.refuse(f"has post_transform {post}: only LOGISTIC and SOFTMAX can be imported")


def same(node: Node, values: Sequence[Value | None]) -> Value:
    value = values[0]
    assert value is not None
    return value


def same_outcome(node: Node, values: Sequence[Value | None]) -> Value:
    """Nodes that change nothing of two probabilities: ZipMap, Abs, and Normalizer, where they add up to 1."""
    value = values[0]
    if not isinstance(value, Outcome):
        node.refuse("can be imported only behind the probabilities of both classes")
    if node.operator != "Abs" and len(set(value.second)) != 2:
        node.refuse("does not read the probabilities of both classes")
    if node.operator == "Normalizer" and node.attributes.get("norm", "MAX") != "L1":
        node.refuse("is not of the norm L1: probabilities must add up to 1")
    return value


def joined(node: Node, values: Sequence[Value | None]) -> Value:
    """Concat of columns, or of both probabilities."""
    outcomes = [value for value in values if isinstance(value, Outcome)]
    if not outcomes:
        return onnx_columns.concat(node, values)
    first = outcomes[0]
    if len(outcomes) < len(values) or any(one.dense is not first.dense for one in outcomes):
        _refuse_outcome(node, first)
    if node.attributes["axis"] not in (-1, 1):
        node.refuse("joins rows: only columns can be joined")
    return replace(first, second=tuple(one for outcome in outcomes for one in outcome.second))


def reduce_sum(node: Node, values: Sequence[Value | None]) -> Value:
    import numpy

    value = values[0]
    axes = node.attributes.get("axes")
    if len(values) > 1 and values[1] is not None:
        axes = array_of(node, values[1], "axes").ravel().tolist()
    if isinstance(value, Outcome) and axes in ([1], [-1]) and set(value.second) == {True, False} and value.width == 2:
        return Constant(numpy.ones((1, 1)))
    if isinstance(value, Columns) and axes in ([-1], [value.rank - 1]):
        return onnx_columns.merged(node, value)
    node.refuse("adds values, which cannot be imported")


OPERATORS: dict[tuple[str, str], Callable[[Node, Sequence[Value | None]], Value | list[Value]]] = {
    ("", "MatMul"): matmul,
    ("", "Gemm"): gemm,
    **{("", name): arithmetic for name in ("Add", "Sub", "Mul", "Div", "Neg")},
    (ML, "Scaler"): scaler,
    ("", "BatchNormalization"): batch_norm,
    ("", "Relu"): relu,
    ("", "Dropout"): dropout,
    ("", "Identity"): same,
    ("", "Sigmoid"): sigmoid,
    ("", "Softmax"): softmax,
    (ML, "LinearClassifier"): linear_classifier,
    (ML, "ZipMap"): same_outcome,
    (ML, "Normalizer"): same_outcome,
    ("", "Abs"): same_outcome,
    ("", "Concat"): joined,
    ("", "ReduceSum"): reduce_sum,
}
