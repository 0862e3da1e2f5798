"""Fitted pipelines of scikit-learn: their steps are read one after another.

scikit-learn is not imported: what is read are the fitted attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .columns import Column, Indicator, Member, Number, OneHot, Raw, as_number, blocks, is_missing, scaled, text_of
from .network import Network, refused

_CLASSIFIERS = "LogisticRegression, MLPClassifier"
_TRANSFORMERS = (
    "ColumnTransformer, Pipeline, SimpleImputer, StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler,"
    " OneHotEncoder, passthrough and drop"
)


def read(model: Any, table: Any) -> Network:
    """A fitted pipeline, or a fitted classifier alone."""
    names = _names(model, table)
    columns: list[Column] = [Raw(name) for name in names]
    steps = list(model.steps) if _kind(model) == "Pipeline" else [("model", model)]
    problems: list[str] = []
    for name, step in steps[:-1]:
        columns = _through(name, step, columns, problems)
    name, classifier = steps[-1]
    layers, weights = _classifier(name, classifier, problems)
    if problems:
        raise refused(problems)
    place = f"step `{name}`"
    columns = [as_number(place, column, problems) if isinstance(column, Raw) else column for column in columns]
    if problems:
        raise refused(problems)
    state: Mapping[str, Any] = classifier.__getstate__()
    version = state.get("_sklearn_version", "")
    source = f"scikit-learn {version}".strip() + f", {_kind(classifier)}"
    return Network(source, blocks(columns), layers, weights, names, columns, list(classifier.classes_))


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


def _through(name: str, step: Any, columns: list[Column], problems: list[str]) -> list[Column]:
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


def _column_transformer(name: str, step: Any, columns: list[Column], problems: list[str]) -> list[Column]:
    if not hasattr(step, "transformers_"):
        problems.append(f"step `{name}` (ColumnTransformer) is not fitted: call fit first")
        return columns
    if getattr(step, "transformer_weights", None):
        problems.append(f"step `{name}` (ColumnTransformer) has transformer_weights, which cannot be imported")
    made: list[Column] = []
    for inner, transformer, _ in step.transformers_:
        places = step._transformer_to_input_indices.get(inner, [])
        own = [columns[place] for place in places]
        if own:
            made.extend(_through(f"{name}.{inner}", transformer, own, problems))
    return made


def _scaler(name: str, step: Any, columns: list[Column], problems: list[str]) -> list[Column]:
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
    place = f"step `{name}`"
    numbers = [as_number(place, column, problems) if isinstance(column, Raw) else column for column in columns]
    return [scaled(column, float(m), float(s)) for column, m, s in zip(numbers, mean, scale)]


_WITH = {"StandardScaler": "mean", "RobustScaler": "centering"}


def _imputer(name: str, step: Any, columns: list[Column], problems: list[str]) -> list[Column]:
    if not is_missing(step.missing_values):
        problems.append(
            f"step `{name}` (SimpleImputer) takes {step.missing_values!r} for missing: make such values missing in the"
            " table, and fit it with missing_values=nan"
        )
        return columns
    stated = step.strategy == "constant"
    made: list[Column] = []
    for column, fill in zip(columns, step.statistics_):
        if is_missing(fill):
            problems.append(f"step `{name}` (SimpleImputer) has no value for `{column.field}`: it was always missing")
        elif isinstance(column, Raw) and column.fill is None:
            made.append(Raw(column.field, fill, stated))
        elif isinstance(column, Number) and column.fill is None:
            made.append(replace(column, fill=float(fill) * column.scale + column.mean, stated=False))
        else:
            # Nothing is missing there.
            made.append(column)
    indicator = getattr(step, "indicator_", None)
    if indicator is not None:
        for place in indicator.features_:
            before = columns[int(place)]
            filled = getattr(before, "fill", None) is not None
            made.append(Indicator(before.field, mean=1.0) if filled else Indicator(before.field))
            if filled or not isinstance(before, (Raw, Number)):
                problems.append(f"step `{name}` (SimpleImputer) has an indicator of `{before.field}` after a fill")
    return made


def _encoder(name: str, step: Any, columns: list[Column], problems: list[str]) -> list[Column]:
    made: list[Column] = []
    infrequent = getattr(step, "infrequent_categories_", None) or [None] * len(columns)
    drop = [None] * len(columns) if step.drop_idx_ is None else list(step.drop_idx_)
    for column, values, rare, dropped in zip(columns, step.categories_, infrequent, drop):
        if not isinstance(column, Raw):
            problems.append(f"step `{name}` (OneHotEncoder) reads `{column.field}` after another step changed it")
            continue
        values = values.tolist()
        rare = [] if rare is None else rare.tolist()
        groups: list[list[Any]] = [[value] for value in values if not _among(value, rare)]
        at_rare = len(groups) if rare else None
        groups += [rare] if rare else []
        texts = [[None if is_missing(value) else text_of(value) for value in group] for group in groups]
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
            fill = text_of(column.fill)
            known = [at for at, group in enumerate(texts) if fill in group]
            missing = known if known or fill in gone else other
        elif any(None in group for group in texts):
            # The column with null says it.
            missing = None
        elif missing_gone:
            missing = []
        every = [text for group in texts for text in group if text is not None] + gone
        block = OneHot(column.field, texts, gone, other, missing, every)
        made.extend(Member(block, position) for position in range(len(texts)))
    return made


def _among(value: Any, values: list[Any]) -> bool:
    return any(value == other or (is_missing(value) and is_missing(other)) for other in values)


def _kind(step: Any) -> str:
    """The class of scikit-learn; another class with its module, which is none that is known."""
    kind = type(step)
    own = kind.__module__.split(".")[0] == "sklearn"
    return kind.__name__ if own else f"{kind.__module__}.{kind.__name__}"


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
