"""Graphs of ONNX as Tenure models, held against onnxruntime on a real table."""

from __future__ import annotations

import io
import pathlib
import subprocess
import sys
from typing import Any

import numpy
import onnx
import onnxruntime
import pytest
from conftest import MODEL
from importing import (
    NUMBERS,
    TEXTS,
    TOLERANCE,
    TORCH_INPUTS,
    TORCH_SCHEMA,
    differ,
    imported,
    imputed,
    pipeline,
    probabilities,
    torch_columns,
)
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import convert_sklearn, to_onnx
from skl2onnx.common.data_types import (
    BooleanTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier

import tenure

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def typed(frame: Any) -> list[tuple[str, Any]]:
    """An input for each column; whole numbers are singles too."""
    kinds = {"f": FloatTensorType, "i": FloatTensorType, "b": BooleanTensorType}
    return [(str(name), kinds.get(frame[name].dtype.kind, StringTensorType)([None, 1])) for name in frame]


def run(model: Any, feeds: dict[str, Any]) -> NDArray[Any]:
    """Probabilities of the second class as onnxruntime has them."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    output = session.run([session.get_outputs()[-1].name], feeds)[0]
    if isinstance(output, list):
        return numpy.array([list(row.values())[-1] for row in output], dtype=float)
    return numpy.asarray(output, dtype=float)


def of_columns(model: Any, frame: Any) -> NDArray[Any]:
    """The same for a graph with an input for each column."""
    feeds = {}
    for one in model.graph.input:
        kind = helper.tensor_dtype_to_np_dtype(one.type.tensor_type.elem_type)
        feeds[one.name] = frame[one.name].to_numpy(dtype=kind)[:, None]
    output = run(model, feeds)
    return output if output.ndim == 1 else output[:, -1]


def wide(frame: Any) -> Any:
    """Columns of all kinds: whole numbers, booleans, numbers that are categories, and blank texts."""
    return frame[["tenure", "SeniorCitizen", "Contract", "MonthlyCharges"]].assign(
        paperless=frame["PaperlessBilling"] == "Yes",
        level=frame["SeniorCitizen"].astype(float),
        method=frame["PaymentMethod"].where(frame.index % 50 > 0, ""),
    )


def of_kinds() -> Pipeline:
    filled = SimpleImputer(missing_values="", strategy="most_frequent")
    columns = [
        ("scaled", MaxAbsScaler(), ["tenure", "MonthlyCharges"]),
        ("senior", OneHotEncoder(drop="if_binary", handle_unknown="ignore"), ["SeniorCitizen", "Contract"]),
        ("level", OneHotEncoder(), ["level"]),
        ("method", Pipeline([("fill", filled), ("encode", OneHotEncoder(sparse_output=False))]), ["method"]),
        ("flag", "passthrough", ["paperless"]),
    ]
    steps = [("columns", ColumnTransformer(columns)), ("scale", StandardScaler())]
    return Pipeline([*steps, ("model", LogisticRegression(max_iter=300))])


MLP = MLPClassifier((32, 16), max_iter=15, random_state=0)
LOGISTIC = LogisticRegression(max_iter=300)
# A pipeline, and how skl2onnx is asked to write it.
CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "mlp": (pipeline(imputed("mean", StandardScaler()), OneHotEncoder(handle_unknown="ignore"), MLP), {}),
    "mlp-table": (pipeline(imputed("mean", RobustScaler()), OneHotEncoder(), MLP), {"options": {"zipmap": False}}),
    "logistic": (
        pipeline(imputed("mean", MinMaxScaler()), OneHotEncoder(drop="first", handle_unknown="ignore"), LOGISTIC),
        {},
    ),
    "infrequent": (
        pipeline(
            imputed("mean", StandardScaler()),
            OneHotEncoder(min_frequency=0.25, handle_unknown="infrequent_if_exist"),
            MLPClassifier((8,), activation="identity", max_iter=10, random_state=1),
        ),
        {"options": {"zipmap": False}},
    ),
}


def converted(name: str, frame: Any, labels: Any) -> Any:
    model, asked = CASES[name]
    return convert_sklearn(model.fit(frame, labels), initial_types=typed(frame), **asked)


@pytest.mark.parametrize("name", CASES)
def test_a_graph_of_skl2onnx_keeps_its_probabilities(telco: Any, name: str, tmp_path: pathlib.Path) -> None:
    frame, labels = telco[NUMBERS + TEXTS], telco["Churn"]
    graph = converted(name, frame, labels)
    # Columns that the graph does not read are no hindrance.
    scorer, notices = imported(graph, telco.drop(columns="Churn"), labels)
    assert differ(notices) == []
    own = of_columns(graph, frame)
    assert len(own) == 7043 and own.max() - own.min() > 0.3
    assert numpy.abs(probabilities(scorer, telco) - own).max() < TOLERANCE
    assert scorer.fields == NUMBERS + TEXTS
    card = scorer.card["imported"]
    assert card["source"].startswith("ONNX, skl2onnx ") and card["largest_difference"] < TOLERANCE
    # A path and bytes are the same model.
    path = tmp_path / "model.onnx"
    onnx.save(graph, path)
    for same in (path, str(path), path.read_bytes()):
        assert imported(same, telco.drop(columns="Churn"), labels)[0].to_bytes() == scorer.to_bytes()


def test_columns_of_all_kinds_keep_their_probabilities(telco: Any) -> None:
    frame, labels = wide(telco), (telco["Churn"] == "Yes").astype(int)
    model = of_kinds().fit(frame, labels)
    types = typed(frame.drop(columns=["tenure", "SeniorCitizen"]))
    types = [("tenure", Int64TensorType([None, 1])), ("SeniorCitizen", Int64TensorType([None, 1])), *types]
    graph = convert_sklearn(model, initial_types=types, options={"zipmap": False})
    assert {"Where", "LabelEncoder", "Gather", "LinearClassifier"} <= {node.op_type for node in graph.graph.node}
    scorer, notices = imported(graph, frame, labels)
    assert differ(notices) == []
    assert numpy.abs(probabilities(scorer, frame) - of_columns(graph, frame)).max() < TOLERANCE
    kinds = {field["name"]: field["kind"] for field in scorer.schema["fields"]}
    assert kinds["level"] == kinds["method"] == kinds["SeniorCitizen"] == "category"
    assert kinds["paperless"] == "flag" and kinds["tenure"] == "number"
    # A frame as to_onnx reads it: doubles, and labels that are numbers.
    columns = [("numbers", StandardScaler(), ["tenure", "MonthlyCharges"]), ("texts", OneHotEncoder(), ["Contract"])]
    model = Pipeline([("columns", ColumnTransformer(columns)), ("model", LogisticRegression(max_iter=300))])
    frame = frame.astype({"tenure": float})
    graph = to_onnx(model.fit(frame, labels), frame.iloc[:3], options={"zipmap": False})
    scorer, notices = imported(graph, frame, labels)
    assert differ(notices) == []
    assert numpy.abs(probabilities(scorer, frame) - of_columns(graph, frame)).max() < TOLERANCE
    assert numpy.abs(probabilities(scorer, frame) - model.predict_proba(frame)[:, 1]).max() < TOLERANCE


def test_a_missing_text_is_what_skl2onnx_writes_for_it(telco: Any) -> None:
    frame = telco[["tenure", "Contract"]].copy()
    frame["Contract"] = frame["Contract"].where(frame.index % 40 > 0)
    columns = [("numbers", StandardScaler(), ["tenure"]), ("texts", OneHotEncoder(), ["Contract"])]
    network = MLPClassifier((4,), max_iter=5, random_state=0)
    model = Pipeline([("columns", ColumnTransformer(columns)), ("model", network)])
    graph = convert_sklearn(model.fit(frame, telco["Churn"]), initial_types=typed(frame), options={"zipmap": False})
    scorer, notices = imported(graph, frame, telco["Churn"])
    assert differ(notices) == []
    own = of_columns(graph, frame.assign(Contract=frame["Contract"].fillna("nan")))
    assert numpy.abs(probabilities(scorer, frame) - own).max() < TOLERANCE
    assert numpy.abs(own - model.predict_proba(frame)[:, 1]).max() < TOLERANCE


def test_the_first_label_may_be_that_of_customers_who_left(telco: Any) -> None:
    frame, labels = telco[NUMBERS + TEXTS], telco["Churn"].map({"Yes": "churned", "No": "stayed"})
    for name in ("mlp-table", "logistic"):
        graph = converted(name, frame, labels)
        scorer, _ = imported(graph, frame, labels, positive="churned")
        assert numpy.abs(probabilities(scorer, frame) - (1 - of_columns(graph, frame))).max() < TOLERANCE
    # Labels in another order than the sorted one; onnxruntime sorts them in its answer.
    graph = converted("mlp", frame, labels)
    names = next(one for one in graph.graph.node if one.op_type == "ZipMap").attribute[0]
    assert list(names.strings) == [b"churned", b"stayed"]
    names.strings[:] = [b"stayed", b"churned"]
    scorer, _ = imported(graph, frame, labels, positive="churned")
    assert numpy.abs(probabilities(scorer, frame) - (1 - of_columns(graph, frame))).max() < TOLERANCE


def test_a_matrix_is_told_by_its_inputs(telco: Any) -> None:
    names, labels = NUMBERS, (telco["Churn"] == "Yes").astype(int)
    matrix = telco[names].to_numpy(dtype="float32")
    model = Pipeline([("impute", SimpleImputer()), ("scale", StandardScaler()), ("model", MLP)]).fit(matrix, labels)
    graph = to_onnx(model, matrix[:2], options={"zipmap": False})
    told = [{"field": name, "transform": "number"} for name in names]
    schema = TORCH_SCHEMA.split("fields")[0].replace('"Yes"', '"1"') + "fields = [\n"
    schema += "".join(f'    {{ name = "{name}", kind = "number" }},\n' for name in names) + "]\n"
    scorer, notices = imported(graph, telco[names], labels, inputs=told, schema=schema)
    assert differ(notices) == []
    own = run(graph, {"X": matrix})[:, 1]
    assert numpy.abs(probabilities(scorer, telco) - own).max() < TOLERANCE and own.std() > 0.1


# Graphs as torch.onnx.export writes them; PyTorch is too large to install here.


def weights() -> dict[str, NDArray[Any]]:
    rng = numpy.random.RandomState(7)
    return {
        "0.weight": rng.normal(size=(8, 4)),
        "0.bias": rng.normal(size=8),
        "1.weight": rng.uniform(0.5, 1.5, 8),
        "1.bias": rng.normal(size=8) / 3,
        "1.running_mean": rng.normal(size=8) / 5,
        "1.running_var": rng.uniform(0.5, 1.5, 8),
        "4.weight": rng.normal(size=(1, 8)),
        "4.bias": rng.normal(size=1),
        "two.weight": rng.normal(size=(2, 8)),
        "two.bias": rng.normal(size=2),
    }


def torch_graph(
    nodes: list[Any], output: str, width: int | None = 1, opset: int = 17, more: dict[str, NDArray[Any]] | None = None
) -> Any:
    """A model with the tensors of `weights` that the nodes read."""
    tensors = {name: array.astype("float32") for name, array in weights().items()} | (more or {})
    read = {name for node in nodes for name in node.input}
    initializers = [numpy_helper.from_array(array, name) for name, array in tensors.items() if name in read]
    given = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 4])]
    made = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch"] if width is None else ["batch", width])]
    graph = helper.make_graph(nodes, "main_graph", given, made, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="pytorch")
    # What onnxruntime takes.
    model.ir_version = 8
    return model


def gemm(name: str, given: str, layer: str, made: str) -> Any:
    tensors = [f"{layer}.weight", f"{layer}.bias"]
    return helper.make_node("Gemm", [given, *tensors], [made], name=name, alpha=1.0, beta=1.0, transB=1)


def scripted(activation: str = "Relu", end: str | None = "Sigmoid", **norm: Any) -> Any:
    """Linear, BatchNorm1d, activation, Dropout, Linear, Sigmoid as the exporter of TorchScript names them."""
    statistics = ["1.weight", "1.bias", "1.running_mean", "1.running_var"]
    norm = {"epsilon": 1e-5, "momentum": 0.9, "training_mode": 0, **norm}
    first, second = "/0/Gemm_output_0", "/1/BatchNormalization_output_0"
    nodes = [
        gemm("/0/Gemm", "input", "0", first),
        helper.make_node("BatchNormalization", [first, *statistics], [second], name="/1/BatchNormalization", **norm),
        helper.make_node(activation, [second], ["/2/output_0"], name=f"/2/{activation}"),
        helper.make_node("Dropout", ["/2/output_0"], ["/3/output_0"], name="/3/Dropout"),
        gemm("/4/Gemm", "/3/output_0", "4", "output" if end is None else "/4/Gemm_output_0"),
    ]
    if end is not None:
        nodes.append(helper.make_node(end, ["/4/Gemm_output_0"], ["output"], name=f"/5/{end}"))
    return torch_graph(nodes, "output")


def dynamo() -> Any:
    """Linear, ReLU, Linear of two outputs, Softmax as torch.export gives them, weights transposed in the graph."""
    nodes = [
        helper.make_node("Transpose", ["0.weight"], ["val_0"], name="node_Transpose_0", perm=[1, 0]),
        helper.make_node("MatMul", ["input", "val_0"], ["val_1"], name="node_MatMul_1"),
        helper.make_node("Add", ["val_1", "0.bias"], ["linear"], name="node_linear"),
        helper.make_node("Relu", ["linear"], ["relu"], name="node_relu"),
        helper.make_node("Constant", [], ["val_2"], name="node_Constant_2", value_float=0.5),
        helper.make_node("Mul", ["relu", "val_2"], ["mul"], name="node_mul"),
        gemm("node_linear_1", "mul", "two", "linear_1"),
        helper.make_node("Softmax", ["linear_1"], ["softmax"], name="node_softmax", axis=-1),
    ]
    return torch_graph(nodes, "softmax", 2, 18)


def squeezed() -> Any:
    """A logit of one dimension, with a layer that has no bias and shares its weights."""
    nodes = [
        helper.make_node("Flatten", ["input"], ["flat"], name="node_flatten", axis=1),
        gemm("node_linear", "flat", "0", "linear"),
        helper.make_node("Relu", ["linear"], ["relu"], name="node_relu"),
        helper.make_node("MatMul", ["relu", "square"], ["twice"], name="node_MatMul_3"),
        helper.make_node("Relu", ["twice"], ["relu_1"], name="node_relu_1"),
        helper.make_node("MatMul", ["relu_1", "square"], ["thrice"], name="node_MatMul_4"),
        gemm("node_linear_2", "thrice", "4", "linear_2"),
        helper.make_node("Squeeze", ["linear_2", "last"], ["squeeze"], name="node_squeeze"),
    ]
    rng = numpy.random.RandomState(8)
    more = {"square": rng.normal(size=(8, 8)).astype("float32") / 3, "last": numpy.array([-1])}
    return torch_graph(nodes, "squeeze", None, 18, more)


def of_matrix(graph: Any, frame: Any) -> NDArray[Any]:
    output = run(graph, {"input": torch_columns(frame).astype("float32")})
    return output if output.ndim == 1 else output[:, -1]


def logistic(logits: NDArray[Any]) -> NDArray[Any]:
    own: NDArray[Any] = 1 / (1 + numpy.exp(-logits))
    return own


def test_graphs_of_pytorch_keep_their_probabilities(telco: Any) -> None:
    frame, labels = telco[["tenure", "MonthlyCharges", "Contract"]], telco["Churn"]
    for graph, of in (
        (scripted(), numpy.asarray),
        (scripted(end=None), logistic),
        (dynamo(), numpy.asarray),
        (squeezed(), logistic),
    ):
        onnx.checker.check_model(graph)
        scorer, notices = imported(graph, frame, labels, inputs=TORCH_INPUTS, schema=TORCH_SCHEMA)
        assert differ(notices) == []
        own = of(of_matrix(graph, frame))
        assert numpy.abs(probabilities(scorer, frame) - own).max() < TOLERANCE and own.std() > 0.05
        assert scorer.card["imported"]["source"] == "ONNX, pytorch"


def test_weights_beside_the_file_are_read(telco: Any, tmp_path: pathlib.Path) -> None:
    frame, labels = telco[["tenure", "MonthlyCharges", "Contract"]], telco["Churn"]
    told: dict[str, Any] = {"inputs": TORCH_INPUTS, "schema": TORCH_SCHEMA}
    path = tmp_path / "model.onnx"
    onnx.save(scripted(), path, save_as_external_data=True, location="model.onnx.data", size_threshold=0)
    scorer, _ = imported(path, frame, labels, **told)
    assert numpy.abs(probabilities(scorer, frame) - of_matrix(scripted(), frame)).max() < TOLERANCE
    with pytest.raises(tenure.TenureError, match="the weights lie in another file: pass the path"):
        tenure.import_model(path.read_bytes(), frame, labels, **told)
    (tmp_path / "model.onnx.data").unlink()
    with pytest.raises(tenure.TenureError, match="its weights are not beside it|cannot be read"):
        tenure.import_model(path, frame, labels, **told)


def test_nodes_that_cannot_be_imported_are_refused_by_name(telco: Any) -> None:
    frame, labels = telco[["tenure", "MonthlyCharges", "Contract"]], telco["Churn"]

    def refused(model: Any, *words: str, **more: Any) -> None:
        given = {"inputs": TORCH_INPUTS, "schema": TORCH_SCHEMA, **more}
        with pytest.raises(tenure.TenureError) as caught:
            tenure.import_model(model, frame, labels, **given)
        assert caught.value.code == "import"
        for word in words:
            assert word in str(caught.value)

    # All problems at once.
    tanh = "node `/2/Tanh` (Tanh) cannot be imported: train the network with ReLU"
    refused(scripted("Tanh", "Elu"), tanh, "node `/5/Elu` (Elu)")
    refused(scripted("Sigmoid"), "node `/2/Sigmoid` (Sigmoid) has 8 values: only one at the end can be imported")
    refused(scripted(end="Relu"), "Linear layer of one output")
    training = scripted()
    training.graph.node[1].attribute[2].i = 1
    training.graph.node[1].output.extend(["mean", "var"])
    refused(training, "node `/1/BatchNormalization` (BatchNormalization) works as in training: call eval()")
    dropped = scripted()
    dropped.graph.initializer.append(numpy_helper.from_array(numpy.array(True), "on"))
    dropped.graph.node[3].input.extend(["", "on"])
    refused(dropped, "node `/3/Dropout` (Dropout) works as in training: call eval()")
    refused(scripted(), "input `input` has 4 columns, and `inputs` describes 2", inputs=TORCH_INPUTS[:2])
    refused(scripted(), "input `input` has 4 columns, whose names the graph does not say: pass `inputs`", inputs=None)
    refused(scripted(), "does not say what a field is: pass `schema`", schema=None)
    refused(scripted(), "leave `layers` out", layers=[("0", "Linear")])
    refused(scripted(), "inputs[0]", inputs=[{**TORCH_INPUTS[0], "scale": 0}, *TORCH_INPUTS[1:]])
    several = scripted()
    several.graph.output.append(helper.make_tensor_value_info("/4/Gemm_output_0", TensorProto.FLOAT, ["batch", 1]))
    refused(several, "`output`, `/4/Gemm_output_0` may each be the probability")
    three = scripted()
    three.graph.initializer[-2].CopyFrom(numpy_helper.from_array(numpy.ones((3, 8), "float32"), "4.weight"))
    three.graph.initializer[-1].CopyFrom(numpy_helper.from_array(numpy.ones(3, "float32"), "4.bias"))
    refused(three, "node `/5/Sigmoid` (Sigmoid) has 3 values")
    bad = scripted()
    bad.graph.initializer[-1].CopyFrom(numpy_helper.from_array(numpy.array([numpy.nan], "float32"), "4.bias"))
    refused(bad, "tensor `/4/Gemm.bias` has a value that is not finite")
    added = torch_graph(
        [
            gemm("a", "input", "4", "x"),
            gemm("b", "input", "4", "y"),
            helper.make_node("Add", ["x", "y"], ["output"], name="sum"),
        ],
        "output",
        more={"4.weight": numpy.ones((1, 4), "float32")},
    )
    refused(added, "node `sum` (Add) computes with two results")
    # onnx's checker looks at no types.
    words = helper.make_node("Gather", ["input", "words"], ["output"], name="words", axis=1)
    texts = torch_graph([words], "output", more={"words": numpy.array(["a"], dtype=object)})
    refused(texts, "node `words` (Gather) reads values that its operator does not take")
    huge = {"tall": numpy.ones((1 << 13, 1), "float32"), "long": numpy.ones((1, 1 << 13), "float32")}
    nodes = [helper.make_node("Mul", list(huge), ["all"], name="huge")]
    nodes.append(helper.make_node("Add", ["input", "all"], ["output"], name="sum"))
    refused(torch_graph(nodes, "output", more=huge), "node `huge` (Mul) makes a constant of 67108864 numbers, at most 16777216")


REFUSED: dict[str, tuple[Any, str]] = {
    "tree": (
        pipeline(imputed("mean", StandardScaler()), OneHotEncoder(), DecisionTreeClassifier(max_depth=2)),
        "(TreeEnsembleClassifier) cannot be imported",
    ),
    "tanh": (
        pipeline(
            imputed("mean", StandardScaler()), OneHotEncoder(), MLPClassifier((4,), activation="tanh", max_iter=2)
        ),
        "node `Tanh` (Tanh) cannot be imported: train the network with ReLU",
    ),
    "ordinal": (
        pipeline(imputed("mean", StandardScaler()), OrdinalEncoder(), LogisticRegression(max_iter=300)),
        "makes numbers of texts, which have no order: encode them by a OneHotEncoder",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_graphs_of_skl2onnx_are_refused_by_node(telco: Any, name: str) -> None:
    model, words = REFUSED[name]
    frame, labels = telco[NUMBERS + TEXTS].fillna({"TotalCharges": 0.5}), telco["Churn"]
    graph = convert_sklearn(model.fit(frame, labels), initial_types=typed(frame), options={"zipmap": False})
    with pytest.raises(tenure.TenureError) as caught:
        tenure.import_model(graph, frame, labels)
    assert words in str(caught.value) and "node `" in str(caught.value) and caught.value.code == "import"


def test_what_else_a_graph_may_not_be_is_refused(telco: Any) -> None:
    frame, labels = telco[NUMBERS + TEXTS], telco["Churn"]
    model = CASES["logistic"][0].fit(frame, labels)
    scores = {id(model[-1]): {"raw_scores": True, "zipmap": False}}
    raw = convert_sklearn(model, initial_types=typed(frame), options=scores)
    texts = frame[TEXTS].to_numpy(dtype=object)
    coded = Pipeline([("encode", OneHotEncoder()), ("model", LogisticRegression())]).fit(texts, labels)
    matrix = convert_sklearn(coded, initial_types=[("X", StringTensorType([None, len(TEXTS)]))])
    graph = converted("mlp", frame, labels)
    replaced = converted("mlp", frame, labels)
    imputer = next(node for node in replaced.graph.node if node.op_type == "Imputer")
    next(one for one in imputer.attribute if one.name == "replaced_value_float").f = 0.0
    for given, words, more in (
        (raw, "convert the model without raw_scores", {}),
        (matrix, "input `X` is a matrix of texts: export one input for each column", {}),
        (replaced, "node `Imputer` (Imputer) takes 0.0 for missing: make such values missing in the table", {}),
        (graph, "leave `inputs` out", {"inputs": TORCH_INPUTS}),
        (graph, "the model's classes are", {"labels": (labels == "Yes").astype(int)}),
    ):
        with pytest.raises(tenure.TenureError) as caught:
            tenure.import_model(given, frame, more.pop("labels", labels), **more)
        assert words in str(caught.value) and caught.value.code == "import"


def test_what_is_no_graph_is_refused(telco: Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame, labels = telco[["tenure", "MonthlyCharges", "Contract"]], telco["Churn"]
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"\xff" * 64)
    sound = scripted().SerializeToString()
    unsound = scripted()
    unsound.graph.node[0].input[0] = "nowhere"
    for given, words, code in (
        (tmp_path / "model.pt", "must be that of an ONNX file and end in .onnx", "import"),
        (tmp_path / "absent.onnx", "absent.onnx cannot be read", "file"),
        (broken, "is no ONNX file", "import"),
        (b"\xff" * 64, "the bytes are no ONNX file", "import"),
        (sound[: len(sound) // 2], "no ", "import"),
        (b"", "no sound ONNX", "import"),
        (unsound, "the model is no sound ONNX", "import"),
        (io.BytesIO(sound), "only LogisticRegression, MLPClassifier can be imported", "import"),
    ):
        with pytest.raises(tenure.TenureError) as caught:
            tenure.import_model(given, frame, labels)
        assert words in str(caught.value) and caught.value.code == code, given
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(tenure.TenureError, match="pip install onnx") as caught:
        tenure.import_model(sound, frame, labels)
    assert caught.value.code == "import"


def test_a_graph_that_tenure_wrote_is_refused(telco: Any, command: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "own.onnx"
    subprocess.run([command, "export", "onnx", MODEL, "--out", path], check=True)
    with pytest.raises(tenure.TenureError, match="`tenure export onnx` wrote this graph.*tenure.load") as caught:
        tenure.import_model(path, telco.drop(columns="Churn"), telco["Churn"])
    assert caught.value.code == "import"
