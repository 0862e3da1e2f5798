"""Operators on columns of a table, before the first layer: casts, joins, scalers, imputers, encoders."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from .columns import Indicator, Number, Raw, as_number, text_of
from .onnx_graph import Node
from .onnx_values import (
    Blank,
    Category,
    Columns,
    Constant,
    Dense,
    Encoder,
    Outcome,
    Part,
    Value,
    encoder_texts,
    moved,
)


def numbers(node: Node, columns: Columns) -> tuple[Part, ...]:
    """The columns as a node of arithmetic reads them."""
    refuse_texts(node, columns)
    if columns.kind == "cut":
        fields = ", ".join(f"`{part.field}`" for part in columns.parts)
        node.refuse(f"reads {fields} without what is behind the point: leave out the Cast to a whole number")
    problems: list[str] = []
    made = tuple(as_number(node.words, part, problems) if isinstance(part, Raw) else part for part in columns.parts)
    if problems:
        node.refuse(problems[0].removeprefix(node.words + " "))
    return made


def refuse_texts(node: Node, columns: Columns) -> None:
    """Refuses a node of numbers on texts."""
    if columns.kind == "text":
        fields = ", ".join(f"`{part.field}`" for part in columns.parts)
        node.refuse(f"reads the texts of {fields}: put a OneHotEncoder before it")


def array_of(node: Node, value: Value | None, what: str) -> Any:
    """The tensor of a constant that the graph must have."""
    if not isinstance(value, Constant):
        node.refuse(f"computes its {what}: only {what} that the graph has as a constant can be imported")
    return value.array


def cast(node: Node, values: Sequence[Value | None]) -> Value:
    from onnx import TensorProto

    value = values[0]
    name = str(TensorProto.DataType.Name(node.attributes["to"]))
    is_real = "FLOAT" in name or name == "DOUBLE"
    if isinstance(value, (Dense, Outcome)) and is_real:
        return value
    if isinstance(value, Blank) and (is_real or name == "BOOL"):
        return value
    if not isinstance(value, Columns):
        node.refuse(f"makes {name} of a result: only columns of the table can be cast to it")
    is_whole = value.kind in ("whole", "flag") or not any(isinstance(part, (Raw, Number)) for part in value.parts)
    if is_real and value.kind in ("number", "whole", "flag"):
        return replace(value, kind="number")
    if name.startswith(("INT", "UINT")) and value.kind != "text":
        return replace(value, kind="whole" if is_whole else "cut")
    if name == "STRING" and value.kind in ("whole", "text"):
        return replace(value, kind="text")
    if name == "BOOL" and value.kind == "flag":
        return value
    fields = ", ".join(f"`{part.field}`" for part in value.parts)
    node.refuse(f"makes {name} of {fields}, which is of another kind: give the graph columns of that kind")


def concat(node: Node, values: Sequence[Value | None]) -> Value:
    columns = [value for value in values if isinstance(value, Columns)]
    if len(columns) < len(values):
        node.refuse("joins columns of the table with what is computed of others, which cannot be imported")
    rank = max(one.rank for one in columns)
    axis = node.attributes["axis"]
    # Of three dimensions the middle one is that of the encoders, whose columns lie one after another too.
    if rank < 2 or axis not in (-1, rank - 1, 1):
        node.refuse(f"joins along axis {axis}: only columns can be joined")
    kinds = {one.kind for one in columns}
    kind = "cut" if "cut" in kinds else columns[0].kind
    return Columns(tuple(part for one in columns for part in one.parts), kind, rank)


def chosen(node: Node, value: Value | None, places: Sequence[int], axis: int) -> Value:
    """Columns at these places."""
    if not isinstance(value, (Columns, Outcome)):
        node.refuse("takes some values of a layer, which cannot be imported")
    rank = value.rank if isinstance(value, Columns) else 2
    if axis not in (-1, rank - 1):
        node.refuse(f"takes parts of axis {axis}: only columns can be taken")
    if any(not -value.width <= place < value.width for place in places):
        node.refuse(f"takes columns that are not there: {list(places)} of {value.width}")
    if isinstance(value, Outcome):
        return replace(value, second=tuple(value.second[place] for place in places))
    return replace(value, parts=tuple(value.parts[place] for place in places))


def gather(node: Node, values: Sequence[Value | None]) -> Value:
    array = array_of(node, values[1], "places")
    is_extractor = node.operator == "ArrayFeatureExtractor"
    axis = -1 if is_extractor else node.attributes.get("axis", 0)
    made = chosen(node, values[0], [int(place) for place in array.ravel().tolist()], axis)
    # One place without a list takes its dimension away.
    loses = isinstance(made, Columns) and array.ndim == 0 and not is_extractor
    return replace(made, rank=made.rank - 1) if loses and isinstance(made, Columns) else made


def split(node: Node, values: Sequence[Value | None]) -> list[Value]:
    value, count = values[0], len(node.outputs)
    if not isinstance(value, (Columns, Outcome)):
        node.refuse("parts the values of a layer, which cannot be imported")
    sizes = node.attributes.get("split")
    if len(values) > 1 and values[1] is not None:
        sizes = array_of(node, values[1], "sizes").ravel().tolist()
    if sizes is None:
        size = math.ceil(value.width / count)
        sizes = [min(size, value.width - size * at) for at in range(count)]
    if sum(sizes) != value.width or len(sizes) != count or min(sizes) < 0:
        node.refuse(f"parts {value.width} columns into {list(sizes)}")
    starts = [sum(sizes[:at]) for at in range(count)]
    axis = node.attributes.get("axis", 0)
    return [chosen(node, value, range(start, start + size), axis) for start, size in zip(starts, sizes)]


def slices(node: Node, values: Sequence[Value | None]) -> Value:
    value = values[0]
    given = [array_of(node, one, "places").ravel().tolist() for one in values[1:] if one is not None]
    if not isinstance(value, (Columns, Outcome)) or len(given) < 3 or any(len(one) != 1 for one in given):
        node.refuse("takes a part that is not of neighbouring columns along one axis")
    (start,), (end,), (axis,), (step,) = [*given, [1]][:4]
    return chosen(node, value, range(value.width)[slice(int(start), int(end), int(step))], int(axis))


def shaped(node: Node, values: Sequence[Value | None]) -> Value:
    """Reshape, Flatten, Squeeze and Unsqueeze, as far as columns stay columns."""
    value = values[0]
    if not isinstance(value, (Columns, Dense, Outcome)):
        node.refuse("changes the shape of what is no columns")
    if node.operator == "Reshape":
        shape = [int(one) for one in array_of(node, values[1], "shape").ravel().tolist()]
        keeps = len(shape) == 2 and (shape[1] == value.width or (shape[1] == -1 and shape[0] != -1))
        if not keeps and not (value.width == 1 and shape == [-1]):
            node.refuse(f"makes the shape {shape} of {value.width} columns: only [-1, {value.width}] can be imported")
        return replace(value, rank=len(shape)) if isinstance(value, Columns) else value
    axes = node.attributes.get("axes")
    if len(values) > 1 and values[1] is not None:
        axes = array_of(node, values[1], "axes").ravel().tolist()
    if node.operator == "Flatten":
        if node.attributes.get("axis", 1) != 1:
            node.refuse("flattens rows: only axis 1 can be imported")
        return replace(value, rank=2) if isinstance(value, Columns) else value
    if isinstance(value, Columns):
        if node.operator == "Unsqueeze" and value.rank == 1 and axes in ([1], [-1]):
            return replace(value, rank=2)
        if node.operator == "Squeeze" and (value.rank, axes) in ((3, [1]), (2, [1]), (2, [-1])):
            if value.rank == 3 or value.width == 1:
                return replace(value, rank=value.rank - 1)
    elif value.width == 1 and axes in (None, [1], [-1]):
        return value
    node.refuse(f"changes the axes {axes} of {value.width} columns, which cannot be imported")


def imputer(node: Node, values: Sequence[Value | None]) -> Value:
    value = values[0]
    if not isinstance(value, Columns):
        node.refuse("fills what a layer gives: only columns of the table can be filled")
    refuse_texts(node, value)
    replaced = node.attributes.get("replaced_value_float")
    if replaced is None or not math.isnan(replaced):
        taken = node.attributes.get("replaced_value_int64", 0) if replaced is None else replaced
        node.refuse(f"takes {taken} for missing: make such values missing in the table, and fit it with nan")
    fills = list(node.attributes.get("imputed_value_floats", []))
    return replace(value, parts=filled(node, value, fills))


def filled(node: Node, columns: Columns, fills: Sequence[Any]) -> tuple[Part, ...]:
    """The columns with values in place of missing ones. No graph says whether a person chose them."""
    if len(fills) not in (1, columns.width):
        node.refuse(f"has {len(fills)} values for {columns.width} columns")
    made: list[Part] = []
    for part, fill in zip(columns.parts, list(fills) * (columns.width // len(fills))):
        if isinstance(part, Raw) and part.fill is None:
            part = Raw(part.field, fill)
        elif isinstance(part, Number) and part.fill is None:
            part = replace(part, fill=float(fill) * part.scale + part.mean, stated=False)
        # Nothing is missing in any other column.
        made.append(part)
    return tuple(made)


def one_hot(node: Node, values: Sequence[Value | None]) -> Value:
    value = values[0]
    if not isinstance(value, Columns):
        node.refuse("reads what a layer gives: only columns of the table can be encoded")
    texts = node.attributes.get("cats_strings") or []
    wholes = node.attributes.get("cats_int64s") or []
    if value.width != 1:
        node.refuse(f"encodes {value.width} columns at once: give each column an encoder of its own")
    part = value.parts[0]
    if not isinstance(part, Raw):
        node.refuse(f"encodes `{part.field}` after another node changed it")
    if bool(texts) != (value.kind == "text") or bool(texts) == bool(wholes):
        node.refuse(f"has categories of another kind than `{part.field}`")
    categories = encoder_texts(texts or wholes)
    fill = None if part.fill is None else text_of(part.fill)
    encoder = Encoder(part.field, categories, bool(node.attributes.get("zeros", 1)), fill)
    return Columns(tuple(Category(encoder, (text,)) for text in categories), "number", value.rank + 1)


def merged(node: Node, value: Columns) -> Value:
    """The sum of columns of one encoder: 1 for each of their texts."""
    first = value.parts[0]
    texts: list[str | None] = []
    for part in value.parts:
        if not isinstance(part, Category) or not isinstance(first, Category) or part.of is not first.of:
            node.refuse("adds columns that are not of one encoder, which cannot be imported")
        if (part.mean, part.scale) != (0.0, 1.0):
            node.refuse(f"adds columns of `{part.field}` after another node changed them")
        texts.extend(part.texts)
    if not isinstance(first, Category) or len(set(texts)) != len(texts) or not node.attributes.get("keepdims", 1):
        node.refuse("adds columns in a way that cannot be imported")
    return replace(value, parts=(Category(first.of, tuple(texts)),))


def blank(node: Node, values: Sequence[Value | None]) -> Value:
    """LabelEncoder, where it asks whether a text is blank, as skl2onnx writes an imputer of texts."""
    value, attributes = values[0], node.attributes
    asks = (
        isinstance(value, Columns)
        and value.kind == "text"
        and attributes.get("keys_strings") == [""]
        and attributes.get("values_int64s") == [1]
        and attributes.get("default_int64", -1) == 0
    )
    if not asks or not isinstance(value, Columns):
        node.refuse("makes numbers of texts, which have no order: encode them by a OneHotEncoder")
    return Blank(value)


def where(node: Node, values: Sequence[Value | None]) -> Value:
    """A text in place of blank ones."""
    condition, fill, value = values
    if not isinstance(condition, Blank) or not isinstance(value, Columns) or value.parts != condition.columns.parts:
        node.refuse("chooses between values, which cannot be imported: fill missing values by an Imputer")
    fills = array_of(node, fill, "fill").ravel().tolist()
    texts = [one.decode() if isinstance(one, bytes) else str(one) for one in fills]
    return replace(value, parts=filled(node, value, texts))


def is_nan(node: Node, values: Sequence[Value | None]) -> Value:
    value = values[0]
    if not isinstance(value, Columns) or any(not isinstance(part, (Raw, Number)) for part in value.parts):
        node.refuse("asks what is missing in what is no column of the table")
    if any(getattr(part, "fill", None) is not None for part in value.parts):
        node.refuse("asks what is missing after it was filled")
    return Columns(tuple(Indicator(part.field) for part in value.parts), "flag", value.rank)


def affine(node: Node, columns: Columns, factors: Any, shifts: Any) -> Value:
    """Each column by its factor and then its shift."""
    made: list[Part] = []
    for part, factor, shift in zip(numbers(node, columns), factors.tolist(), shifts.tolist()):
        if factor == 0 or not math.isfinite(factor) or not math.isfinite(shift):
            node.refuse(f"makes one number of all values of `{part.field}`: leave the column out of the model")
        made.append(moved(part, -shift / factor, 1.0 / factor))
    return replace(columns, parts=tuple(made), kind="number")


OPERATORS: dict[tuple[str, str], Callable[[Node, Sequence[Value | None]], Value | list[Value]]] = {
    ("", "Cast"): cast,
    ("", "Gather"): gather,
    ("ai.onnx.ml", "ArrayFeatureExtractor"): gather,
    ("", "Split"): split,
    ("", "Slice"): slices,
    ("", "Reshape"): shaped,
    ("", "Flatten"): shaped,
    ("", "Squeeze"): shaped,
    ("", "Unsqueeze"): shaped,
    ("ai.onnx.ml", "Imputer"): imputer,
    ("ai.onnx.ml", "OneHotEncoder"): one_hot,
    ("ai.onnx.ml", "LabelEncoder"): blank,
    ("", "Where"): where,
    ("", "IsNaN"): is_nan,
}
