"""Networks that somebody else trained: their description and weights for the importer in Rust.

A description says, column by column, what a network reads (docs/import.md). Fitted steps of scikit-learn are
read here one after another; a network of PyTorch brings its layers, and its columns are told by hand. Neither
library is imported: what is read are the fitted attributes.
"""

from __future__ import annotations

import json
import math
import os
import struct
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Union

from . import _native
from ._errors import TenureError, TenureWarning
from ._files import schema_text, write_whole
from ._labels import free_name, place_in_schema, place_of, texts_of
from ._scorer import Scorer
from ._tables import as_table

_CLASSIFIERS = "LogisticRegression, MLPClassifier"
_TRANSFORMERS = (
    "ColumnTransformer, Pipeline, SimpleImputer, StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler,"
    " OneHotEncoder, passthrough and drop"
)


def import_model(
    model: Any,
    table: Any,
    labels: Any,
    *,
    inputs: Sequence[Mapping[str, Any]] | None = None,
    layers: Sequence[tuple[str, str]] | None = None,
    schema: Union[str, os.PathLike[str], None] = None,
    positive: Any = None,
    path: Union[str, os.PathLike[str], None] = None,
    group: str | None = None,
    time: str | None = None,
    keep_probabilities: bool = False,
    random_state: int = 0,
) -> Scorer:
    """Makes a Tenure model of one that somebody else trained.

    Parameters
    ----------
    model : a fitted pipeline of scikit-learn, or a network of PyTorch
        A `Pipeline` that ends in a `LogisticRegression` or a `MLPClassifier` with ReLU, or such a classifier alone. Or
        an `nn.Sequential` in evaluation mode, or a state dict of one.
    table, labels : the table and a label for each row
        They give the background, the calibration, the reference and the card. The figures of the card hold only if the
        model was not trained on these rows.
    inputs : what each column of a network of PyTorch is, in its order, as docs/import.md describes it.
    layers : name and kind of each layer, where `model` is a state dict: `[("0", "Linear"), ("1", "ReLU"), …]`.
    schema : path, text of a schema file, or name of a preset
        By default a pipeline says what is a number and what a category.
    positive : the label of customers who left. By default the schema says it, or it is the second of the labels.
    path : file to write the artifact to.
    group, time : columns of the split, as in TenureClassifier.
    keep_probabilities : leaves the model's own probabilities as they are, instead of fitting a calibration.
    random_state : the seed of the split and of the background.

    What cannot be imported is an error with the name of the step or layer. Where the artifact scores other than the
    model, a TenureWarning says for how many rows and why.
    """
    import numpy

    labels = numpy.asarray(labels)
    classes = numpy.unique(labels)
    if len(classes) != 2:
        raise _refused([f"labels must be of two classes (got {len(classes)})"])
    columns: list[_Column] = []
    if _is_network(model):
        if inputs is None:
            raise _refused(["a network of PyTorch does not say what its columns are: pass `inputs`"])
        source, steps, weights = _of_network(model, layers)
        described: list[Mapping[str, Any]] = list(inputs)
        text = None
        if schema is None:
            raise _refused(["a network of PyTorch does not say what a field is: pass `schema`"])
    else:
        if inputs is not None or layers is not None:
            raise _refused(["a model of scikit-learn says what its columns are: leave `inputs` and `layers` out"])
        names = _names(model, table)
        source, columns, steps, weights, own = _of_pipeline(model, names)
        if sorted(map(str, own)) != sorted(map(str, classes.tolist())):
            raise _refused([f"the model's classes are {own}, the labels are {classes.tolist()}; pass the same labels"])
        described = [*_blocks(columns)]
        text = _schema(columns, names)
    texts = texts_of(classes)
    given = schema_text(schema)
    taken = _names(model, table) if text is not None else [str(block.get("field")) for block in described]
    target = free_name("target", taken) if given is None else _native.read_schema(given)[0]
    if given is None:
        place = 1 if positive is None else place_of(classes, positive)
        given = f"{text}target = {{ field = {_quoted(target)}, positive = {_quoted(texts[place])} }}\n"
        given += _fields(columns, table)
    else:
        place = place_in_schema(given, texts, classes, positive)
    if place == 0:
        weights = _turned(steps, weights)
    written = [texts[at] for at in numpy.searchsorted(classes, labels)]
    description = {"format_version": 1, "source": source, "inputs": described, "layers": steps}
    training = _native.TrainingTable(_table(table, taken), target, written, 1)
    artifact, notices = training.import_model(
        given, json.dumps(description), _safetensors(weights), group, time, keep_probabilities, int(random_state)
    )
    for notice in notices:
        warnings.warn(notice, TenureWarning, stacklevel=2)
    if path is not None:
        write_whole(os.fspath(path), artifact)
    return Scorer(artifact)


def _refused(problems: Sequence[str]) -> TenureError:
    return TenureError("the model cannot be imported:\n  " + "\n  ".join(problems), "import")


# What a step makes of columns. Each column knows its field, and is `(value - mean) / scale`.


@dataclass(frozen=True)
class _Raw:
    """A column of the table as it is, or with a value in place of missing ones."""

    field: str
    fill: Any = None
    stated: bool = False


@dataclass(frozen=True)
class _Number:
    field: str
    mean: float = 0.0
    scale: float = 1.0
    fill: float | None = None
    stated: bool = False


@dataclass(frozen=True)
class _Indicator:
    field: str
    mean: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True, eq=False)
class _OneHot:
    """All columns of one field of an encoder."""

    field: str
    columns: list[list[str | None]]
    dropped: list[str]
    other: list[int] | None
    missing: list[int] | None
    texts: list[str]


@dataclass(frozen=True)
class _Member:
    of: _OneHot
    position: int
    mean: float = 0.0
    scale: float = 1.0

    @property
    def field(self) -> str:
        return self.of.field


_Column = Union[_Raw, _Number, _Indicator, _Member]


def _kind(step: Any) -> str:
    """The class of scikit-learn; another class with its module, which is none that is known."""
    kind = type(step)
    own = kind.__module__.split(".")[0] == "sklearn"
    return kind.__name__ if own else f"{kind.__module__}.{kind.__name__}"


def _of_pipeline(
    model: Any, names: list[str]
) -> tuple[str, list[_Column], list[dict[str, Any]], dict[str, Any], list[Any]]:
    """Source, columns, layers, weights and classes of a fitted pipeline."""
    columns: list[_Column] = [_Raw(name) for name in names]
    steps = list(model.steps) if _kind(model) == "Pipeline" else [("model", model)]
    problems: list[str] = []
    for name, step in steps[:-1]:
        columns = _through(name, step, columns, problems)
    name, classifier = steps[-1]
    layers, weights = _classifier(name, classifier, problems)
    if problems:
        raise _refused(problems)
    numbers: list[_Column] = []
    for column in columns:
        numbers.append(_number(name, column, problems) if isinstance(column, _Raw) else column)
    if problems:
        raise _refused(problems)
    state: Mapping[str, Any] = classifier.__getstate__()
    version = state.get("_sklearn_version", "")
    source = f"scikit-learn {version}".strip() + f", {_kind(classifier)}"
    return source, numbers, layers, weights, list(classifier.classes_)


def _classifier(
    name: str, model: Any, problems: list[str]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    import numpy

    kind = _kind(model)
    if kind not in ("LogisticRegression", "LogisticRegressionCV", "MLPClassifier"):
        problems.append(f"step `{name}` is {kind}: only {_CLASSIFIERS} can be imported at the end")
        return [], {}
    if not hasattr(model, "classes_"):
        problems.append(f"step `{name}` ({kind}) is not fitted: call fit first")
        return [], {}
    if len(model.classes_) != 2:
        problems.append(f"step `{name}` ({kind}) has {len(model.classes_)} classes: only models of two can be imported")
        return [], {}
    if kind != "MLPClassifier":
        # The softmax of a margin and its opposite doubles it.
        factor = 2.0 if getattr(model, "multi_class", None) == "multinomial" else 1.0
        weight = numpy.asarray(model.coef_, dtype=numpy.float64).reshape(1, -1) * factor
        bias = numpy.broadcast_to(numpy.asarray(model.intercept_, dtype=numpy.float64), (1,)) * factor
        layers = [{"name": name, "kind": "Linear"}, {"name": f"{name} (output)", "kind": "Sigmoid"}]
        return layers, {f"{name}.weight": weight, f"{name}.bias": bias}
    if model.activation not in ("relu", "identity") or model.out_activation_ != "logistic":
        problems.append(
            f"step `{name}` (MLPClassifier) has the activation {model.activation!r}: only 'relu' and 'identity' can be"
            " imported"
        )
        return [], {}
    layers, weights = [], {}
    for at, (weight, bias) in enumerate(zip(model.coefs_, model.intercepts_)):
        layer = f"{name}.{at}"
        weights[f"{layer}.weight"] = numpy.asarray(weight, dtype=numpy.float64).T
        weights[f"{layer}.bias"] = numpy.asarray(bias, dtype=numpy.float64)
        layers.append({"name": layer, "kind": "Linear"})
        if at + 1 < len(model.coefs_):
            activation = "ReLU" if model.activation == "relu" else "Identity"
            layers.append({"name": f"{layer} (activation)", "kind": activation})
    layers.append({"name": f"{name} (output)", "kind": "Sigmoid"})
    return layers, weights


def _through(name: str, step: Any, columns: list[_Column], problems: list[str]) -> list[_Column]:
    """The columns after a fitted step. `name` is the place of the step in the pipeline."""
    if step is None:
        return columns
    if isinstance(step, str):
        return [] if step == "drop" else columns
    kind = _kind(step)
    if kind == "Pipeline":
        for inner, transformer in step.steps:
            columns = _through(f"{name}.{inner}", transformer, columns, problems)
        return columns
    if kind == "ColumnTransformer":
        return _column_transformer(name, step, columns, problems)
    if kind == "FunctionTransformer" and step.func is None:
        return columns
    read = {
        "SimpleImputer": _imputer,
        "StandardScaler": _scaler,
        "MinMaxScaler": _scaler,
        "MaxAbsScaler": _scaler,
        "RobustScaler": _scaler,
        "OneHotEncoder": _encoder,
    }.get(kind)
    if read is None:
        problems.append(f"step `{name}` is {kind}: only {_TRANSFORMERS} can be imported")
        return columns
    if not hasattr(step, "n_features_in_"):
        problems.append(f"step `{name}` ({kind}) is not fitted: call fit first")
        return columns
    if step.n_features_in_ != len(columns):
        problems.append(f"step `{name}` ({kind}) takes {step.n_features_in_} columns, and gets {len(columns)}")
        return columns
    return read(name, step, columns, problems)


def _column_transformer(name: str, step: Any, columns: list[_Column], problems: list[str]) -> list[_Column]:
    if not hasattr(step, "transformers_"):
        problems.append(f"step `{name}` (ColumnTransformer) is not fitted: call fit first")
        return columns
    if getattr(step, "transformer_weights", None):
        problems.append(f"step `{name}` (ColumnTransformer) has transformer_weights, which cannot be imported")
    made: list[_Column] = []
    for inner, transformer, _ in step.transformers_:
        places = step._transformer_to_input_indices.get(inner, [])
        own = [columns[place] for place in places]
        if own:
            made.extend(_through(f"{name}.{inner}", transformer, own, problems))
    return made


def _number(name: str, column: _Raw, problems: list[str]) -> _Number:
    fill = None
    if column.fill is not None:
        try:
            fill = float(column.fill)
        except (TypeError, ValueError):
            problems.append(f"step `{name}` reads `{column.field}` as a number, and {column.fill!r} is none")
    return _Number(column.field, fill=fill, stated=column.stated)


def _scaled(column: _Column, mean: float, scale: float) -> _Column:
    """`(column - mean) / scale`, where the column is `(value - its mean) / its scale` already."""
    assert not isinstance(column, _Raw)
    return replace(column, mean=column.mean + mean * column.scale, scale=column.scale * scale)


def _scaler(name: str, step: Any, columns: list[_Column], problems: list[str]) -> list[_Column]:
    import numpy

    kind, count = _kind(step), len(columns)
    mean, scale = numpy.zeros(count), numpy.ones(count)
    if kind == "MinMaxScaler":
        if step.clip:
            problems.append(f"step `{name}` (MinMaxScaler) clips, which cannot be imported: fit it with clip=False")
        mean, scale = -step.min_ / step.scale_, 1.0 / step.scale_
    else:
        center = {"StandardScaler": "mean_", "RobustScaler": "center_"}.get(kind)
        if center is not None and getattr(step, center) is not None and getattr(step, f"with_{_WITH[kind]}"):
            mean = getattr(step, center)
        if step.scale_ is not None:
            scale = step.scale_
    numbers = [_number(name, column, problems) if isinstance(column, _Raw) else column for column in columns]
    return [_scaled(column, float(m), float(s)) for column, m, s in zip(numbers, mean, scale)]


_WITH = {"StandardScaler": "mean", "RobustScaler": "centering"}


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ == "NAType"


def _imputer(name: str, step: Any, columns: list[_Column], problems: list[str]) -> list[_Column]:
    if not _is_missing(step.missing_values):
        problems.append(
            f"step `{name}` (SimpleImputer) takes {step.missing_values!r} for missing: make such values missing in the"
            " table, and fit it with missing_values=nan"
        )
        return columns
    stated = step.strategy == "constant"
    made: list[_Column] = []
    for column, fill in zip(columns, step.statistics_):
        if _is_missing(fill):
            problems.append(f"step `{name}` (SimpleImputer) has no value for `{column.field}`: it was always missing")
        elif isinstance(column, _Raw) and column.fill is None:
            made.append(_Raw(column.field, fill, stated))
        elif isinstance(column, _Number) and column.fill is None:
            made.append(replace(column, fill=float(fill) * column.scale + column.mean, stated=False))
        else:
            # Nothing is missing there.
            made.append(column)
    indicator = getattr(step, "indicator_", None)
    if indicator is not None:
        for place in indicator.features_:
            before = columns[int(place)]
            filled = getattr(before, "fill", None) is not None
            made.append(_Indicator(before.field, mean=1.0) if filled else _Indicator(before.field))
            if filled or not isinstance(before, (_Raw, _Number)):
                problems.append(f"step `{name}` (SimpleImputer) has an indicator of `{before.field}` after a fill")
    return made


def _encoder(name: str, step: Any, columns: list[_Column], problems: list[str]) -> list[_Column]:
    made: list[_Column] = []
    infrequent = getattr(step, "infrequent_categories_", None) or [None] * len(columns)
    drop = [None] * len(columns) if step.drop_idx_ is None else list(step.drop_idx_)
    for column, values, rare, dropped in zip(columns, step.categories_, infrequent, drop):
        if not isinstance(column, _Raw):
            problems.append(f"step `{name}` (OneHotEncoder) reads `{column.field}` after another step changed it")
            continue
        values = values.tolist()
        rare = [] if rare is None else rare.tolist()
        groups: list[list[Any]] = [[value] for value in values if not _among(value, rare)]
        at_rare = len(groups) if rare else None
        groups += [rare] if rare else []
        texts = [[None if _is_missing(value) else _text(value) for value in group] for group in groups]
        gone: list[str] = []
        if dropped is not None:
            place = next(at for at, group in enumerate(groups) if _among(values[int(dropped)], group))
            gone = [text for text in texts[place] if text is not None]
            missing_gone = any(text is None for text in texts[place])
            del texts[place]
            at_rare = None if at_rare in (None, place) else at_rare - (at_rare > place)
        else:
            missing_gone = False
        other: list[int] | None = None
        if step.handle_unknown != "error":
            other = [] if step.handle_unknown == "ignore" or at_rare is None else [at_rare]
        missing: list[int] | None = other
        if column.fill is not None:
            fill = _text(column.fill)
            known = [at for at, group in enumerate(texts) if fill in group]
            missing = known if known or fill in gone else other
        elif any(None in group for group in texts):
            # The column with null says it.
            missing = None
        elif missing_gone:
            missing = []
        every = [text for group in texts for text in group if text is not None] + gone
        block = _OneHot(column.field, texts, gone, other, missing, every)
        made.extend(_Member(block, position) for position in range(len(texts)))
    return made


def _among(value: Any, values: list[Any]) -> bool:
    return any(value == other or (_is_missing(value) and _is_missing(other)) for other in values)


def _text(value: Any) -> str:
    """A value as a table has it."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


# Description and schema.


def _blocks(columns: Sequence[_Column]) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    before: _OneHot | None = None
    for column in columns:
        if isinstance(column, _Member):
            if column.of is not before:
                before = column.of
                block: dict[str, Any] = {"field": before.field, "transform": "one_hot", "columns": before.columns}
                block.update({"mean": [], "scale": []})
                optional = {"dropped": before.dropped or None, "other": before.other, "missing": before.missing}
                block.update({key: value for key, value in optional.items() if value is not None})
                if any(None in group for group in before.columns):
                    block.pop("missing", None)
                blocks.append(block)
            blocks[-1]["mean"].append(column.mean)
            blocks[-1]["scale"].append(column.scale)
            continue
        before = None
        transform = "missing" if isinstance(column, _Indicator) else "number"
        assert not isinstance(column, _Raw)
        block = {"field": column.field, "transform": transform, "mean": column.mean, "scale": column.scale}
        if isinstance(column, _Number) and column.fill is not None:
            block.update({"missing": column.fill, "stated": column.stated})
        blocks.append(block)
    return blocks


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _schema(columns: Sequence[_Column], names: Sequence[str]) -> str:
    """The head of a schema of a pipeline's columns."""
    read = {column.field for column in columns}
    ignored = ", ".join(_quoted(name) for name in names if name not in read)
    return f'schema_version = 1\nname = "imported"\nignored = [{ignored}]\n'


def _fields(columns: Sequence[_Column], table: Any) -> str:
    fields: dict[str, str] = {}
    for column in columns:
        quoted = _quoted(column.field)
        if isinstance(column, _Member):
            categories = ", ".join(_quoted(text) for text in column.of.texts)
            fields[column.field] = f'{{ name = {quoted}, kind = "category", categories = [{categories}] }}'
        elif _is_boolean(table, column.field):
            fields.setdefault(
                column.field, f'{{ name = {quoted}, kind = "flag", positive = "true", negative = "false" }}'
            )
        else:
            fields.setdefault(column.field, f'{{ name = {quoted}, kind = "number" }}')
    return "fields = [\n" + "".join(f"    {field},\n" for field in fields.values()) + "]\n"


def _is_boolean(table: Any, field: str) -> bool:
    try:
        return str(table[field].dtype).lower() in ("bool", "boolean")
    except (AttributeError, KeyError, IndexError, TypeError):
        return False


def _turned(steps: list[dict[str, Any]], weights: dict[str, Any]) -> dict[str, Any]:
    """The weights of a network whose positive class is the first: the last layer's signs are turned."""
    last = next(step["name"] for step in reversed(steps) if step["kind"] == "Linear")
    own = (f"{last}.weight", f"{last}.bias")
    return {name: -value if name in own else value for name, value in weights.items()}


def _names(model: Any, table: Any) -> list[str]:
    """The names of the columns that a pipeline was fitted to."""
    named = getattr(model, "feature_names_in_", None)
    if named is not None:
        return [str(name) for name in named]
    columns = getattr(table, "columns", None)
    if columns is not None and not callable(columns):
        return [str(name) for name in columns]
    if isinstance(table, Mapping):
        return [str(name) for name in table]
    count = getattr(model, "n_features_in_", None)
    return [f"x{place}" for place in range(int(count or 0))]


def _table(table: Any, names: list[str]) -> object:
    is_array = hasattr(table, "__array__") and not hasattr(table, "columns")
    return as_table(table, names if is_array else None)


# Networks of PyTorch.


def _is_network(model: Any) -> bool:
    return isinstance(model, Mapping) or (hasattr(model, "state_dict") and hasattr(model, "named_children"))


def _of_network(
    model: Any, layers: Sequence[tuple[str, str]] | None
) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    if isinstance(model, Mapping):
        if layers is None:
            raise _refused(["a state dict does not say which layers are ReLU: pass `layers` with name and kind of each"])
        steps: list[dict[str, Any]] = [{"name": str(name), "kind": str(kind)} for name, kind in layers]
        return "a state dict", steps, {str(name): _array(tensor) for name, tensor in model.items()}
    if layers is not None:
        raise _refused(["a module of PyTorch says what its layers are: leave `layers` out"])
    if type(model).__name__ != "Sequential":
        raise _refused(
            [
                f"{type(model).__name__} has a forward of its own, which cannot be read: pass an nn.Sequential, or a"
                " state dict with `layers`"
            ]
        )
    steps = list(_children("", model))
    return "PyTorch, Sequential", steps, {name: _array(tensor) for name, tensor in model.state_dict().items()}


def _children(prefix: str, module: Any) -> Any:
    for name, child in module.named_children():
        kind = type(child).__name__
        if kind == "Sequential":
            yield from _children(f"{prefix}{name}.", child)
            continue
        step: dict[str, Any] = {"name": prefix + name, "kind": kind}
        if kind == "BatchNorm1d":
            step["epsilon"] = float(child.eps)
        # A linear layer is the same in both modes.
        if kind in ("Dropout", "BatchNorm1d") and child.training:
            step["training"] = True
        yield step


def _array(tensor: Any) -> Any:
    import numpy

    for method in ("detach", "cpu", "numpy"):
        tensor = getattr(tensor, method)() if hasattr(tensor, method) else tensor
    array = numpy.asarray(tensor)
    return array if array.dtype.kind in "iu" else array.astype(numpy.float64)


def _safetensors(weights: Mapping[str, Any]) -> bytes:
    """The file that the importer reads: a header in JSON, and the numbers of all tensors."""
    import numpy

    header: dict[str, Any] = {}
    data = bytearray()
    for name, array in weights.items():
        kind = "I64" if array.dtype.kind in "iu" else "F64"
        numbers = numpy.ascontiguousarray(array, dtype="<i8" if kind == "I64" else "<f8").tobytes()
        place = [len(data), len(data) + len(numbers)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": place}
        data += numbers
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + bytes(data)
