"""A network and a table as a model of Tenure."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union

from .. import _native
from .._errors import TenureWarning
from .._files import schema_text, write_whole
from .._labels import free_name, place_in_schema, place_of, texts_of
from .._scorer import Scorer
from .._tables import as_table
from . import onnx_file, pytorch, scikit_learn
from .network import Network, refused
from .schema import fields, head, quoted
from .weights import safetensors, turned

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    model : a fitted pipeline of scikit-learn, a network of PyTorch, or an ONNX graph
        A `Pipeline` that ends in a `LogisticRegression` or a `MLPClassifier` with ReLU, or such a classifier alone. Or
        an `nn.Sequential` in evaluation mode, or a state dict of one. Or an ONNX graph of such a model: the path of a
        file that ends in .onnx, its bytes, or an `onnx.ModelProto`; this needs the package onnx.
    table, labels : the table and a label for each row
        They give the background, the calibration, the reference and the card. The figures of the card hold only if the
        model was not trained on these rows.
    inputs : what each column of a network of PyTorch is, in its order, as docs/import.md describes it; and so for
        an ONNX graph that reads one matrix.
    layers : name and kind of each layer, where `model` is a state dict: `[("0", "Linear"), ("1", "ReLU"), …]`.
    schema : path, text of a schema file, or name of a preset
        By default a pipeline, or an ONNX graph with an input for each column, says what is a number and what a
        category.
    positive : the label of customers who left. By default the schema says it, or it is the second of the labels.
    path : file to write the artifact to.
    group, time : columns of the split, as in TenureClassifier.
    keep_probabilities : leaves the model's own probabilities as they are, instead of fitting a calibration.
    random_state : the seed of the split and of the background.

    What cannot be imported is an error with the name of the step, layer or node. Where the artifact scores other than
    the model, a TenureWarning says for how many rows and why.
    """
    import numpy

    labels = numpy.asarray(labels)
    classes = numpy.unique(labels)
    if len(classes) != 2:
        raise refused([f"labels must be of two classes (got {len(classes)})"])
    network = _read(model, table, inputs, layers, schema is not None)
    second = _second_class(network, classes)
    texts = texts_of(classes)
    target, place, given = _schema(network, table, schema_text(schema), texts, classes, positive)
    weights = network.weights if str(classes[place]) == second else turned(network.layers, network.weights)
    description = {"format_version": 1, "source": network.source, "inputs": network.inputs, "layers": network.layers}
    written = [texts[at] for at in numpy.searchsorted(classes, labels)]
    training = _native.TrainingTable(_table(table, network.names), target, written, 1)
    artifact, notices = training.import_model(
        given, json.dumps(description), safetensors(weights), group, time, keep_probabilities, int(random_state)
    )
    for notice in notices:
        warnings.warn(notice, TenureWarning, stacklevel=2)
    if path is not None:
        write_whole(os.fspath(path), artifact)
    return Scorer(artifact)


def _read(
    model: Any,
    table: Any,
    inputs: Sequence[Mapping[str, Any]] | None,
    layers: Sequence[tuple[str, str]] | None,
    has_schema: bool,
) -> Network:
    """Reads the model by its library."""
    if onnx_file.is_onnx(model):
        if layers is not None:
            raise refused(["an ONNX graph says what its layers are: leave `layers` out"])
        network = onnx_file.read(model, table, inputs)
        if inputs is not None and not has_schema:
            raise refused(["an ONNX graph of one matrix does not say what a field is: pass `schema`"])
        return network
    if pytorch.is_network(model):
        if inputs is None:
            raise refused(["a network of PyTorch does not say what its columns are: pass `inputs`"])
        network = pytorch.read(model, inputs, layers)
        if not has_schema:
            raise refused(["a network of PyTorch does not say what a field is: pass `schema`"])
        return network
    if inputs is not None or layers is not None:
        raise refused(["a model of scikit-learn says what its columns are: leave `inputs` and `layers` out"])
    return scikit_learn.read(model, table)


def _second_class(network: Network, classes: NDArray[Any]) -> str:
    """The label that a high output of the network means."""
    own = classes.tolist() if network.classes is None else list(network.classes)
    if sorted(map(str, own)) != sorted(map(str, classes.tolist())):
        raise refused([f"the model's classes are {own}, the labels are {classes.tolist()}; pass the same labels"])
    return str(own[1])


def _schema(
    network: Network, table: Any, given: str | None, texts: list[str], classes: NDArray[Any], positive: Any
) -> tuple[str, int, str]:
    """The target's column, the place of the label of customers who left, and the text of the schema."""
    if given is not None:
        return _native.read_schema(given)[0], place_in_schema(given, texts, classes, positive), given
    columns = network.columns or []
    place = 1 if positive is None else place_of(classes, positive)
    target = free_name("target", network.names)
    text = head(columns, network.names)
    text += f"target = {{ field = {quoted(target)}, positive = {quoted(texts[place])} }}\n"
    return target, place, text + fields(columns, table)


def _table(table: Any, names: Sequence[str]) -> object:
    is_array = hasattr(table, "__array__") and not hasattr(table, "columns")
    return as_table(table, list(names) if is_array else None)
