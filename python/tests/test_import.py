"""Models of scikit-learn and networks of PyTorch as Tenure models, on a real table."""

from __future__ import annotations

import pathlib
import types
import warnings
from typing import Any

import numpy
import pandas
import pytest
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
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier

import tenure

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


CASES = {
    "mlp": pipeline(
        imputed("mean", StandardScaler()),
        OneHotEncoder(handle_unknown="ignore"),
        MLPClassifier((32, 16), max_iter=15, random_state=0),
    ),
    "logistic": pipeline(
        imputed("constant", MinMaxScaler(), fill_value=0, add_indicator=True),
        OneHotEncoder(drop="first", sparse_output=False),
        LogisticRegression(max_iter=300),
    ),
    "after": pipeline(
        Pipeline([("scale", RobustScaler()), ("impute", SimpleImputer(strategy="constant", fill_value=-1.5))]),
        Pipeline(
            [
                ("impute", SimpleImputer(strategy="most_frequent")),
                ("encode", OneHotEncoder(drop="if_binary", handle_unknown="infrequent_if_exist", min_frequency=0.25)),
                ("scale", StandardScaler(with_mean=False)),
            ]
        ),
        MLPClassifier((8,), activation="identity", max_iter=10, random_state=1),
    ),
    "kept": pipeline(
        imputed("mean", MaxAbsScaler()),
        OneHotEncoder(max_categories=3, handle_unknown="ignore"),
        LogisticRegression(max_iter=300),
        remainder="drop",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fitted_pipeline_keeps_its_probabilities(telco: Any, name: str, tmp_path: pathlib.Path) -> None:
    labels = telco["Churn"]
    model = CASES[name].fit(telco.drop(columns="Churn"), labels)
    path = tmp_path / "model.safetensors"
    scorer, notices = imported(model, telco.drop(columns="Churn"), labels, path=path)
    assert differ(notices) == []
    own = model.predict_proba(telco.drop(columns="Churn"))[:, 1]
    found = probabilities(scorer, telco)
    assert len(found) == 7043 and numpy.abs(found - own).max() < TOLERANCE
    assert own.max() - own.min() > 0.3
    assert path.read_bytes() == scorer.to_bytes()
    row = telco.iloc[488].to_dict()
    assert pandas.isna(row["TotalCharges"])
    explanation = scorer.explain(row)
    total = explanation.base + sum(part.contribution for part in explanation.contributions)
    assert abs(total - scorer.score(row).logit) < 1e-4
    card = scorer.card["imported"]
    assert card["recalibrated"] is False and card["largest_difference"] < TOLERANCE
    assert "scikit-learn" in card["source"] and type(model[-1]).__name__ in card["source"]
    assert scorer.fields == NUMBERS + TEXTS


def test_a_calibration_is_fitted_unless_it_is_refused(telco: Any) -> None:
    X, y = telco.drop(columns="Churn"), telco["Churn"]
    model = pipeline(imputed("mean", StandardScaler()), OneHotEncoder(), LogisticRegression(max_iter=300, C=0.001))
    model.fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", tenure.TenureWarning)
        scorer = tenure.import_model(model, X, y)
    own, found = model.predict_proba(X)[:, 1], probabilities(scorer, telco)
    assert numpy.abs(found - own).max() > 0.01
    assert scorer.card["imported"]["recalibrated"]
    assert scorer.card["calibration"]["method"] in ("temperature", "isotonic")
    # The logit is the model's own.
    logits = scorer.score_table(telco).column("logit")
    assert isinstance(logits, numpy.ndarray)
    assert numpy.abs(1 / (1 + numpy.exp(-logits.astype(float))) - own).max() < TOLERANCE


def test_the_first_label_may_be_that_of_customers_who_left(telco: Any) -> None:
    X, y = telco.drop(columns="Churn"), telco["Churn"].map({"Yes": "churned", "No": "stayed"})
    network = MLPClassifier((4,), max_iter=5, random_state=0)
    model = pipeline(imputed("mean", StandardScaler()), OneHotEncoder(), network).fit(X, y)
    scorer, _ = imported(model, X, y, positive="churned")
    assert numpy.abs(probabilities(scorer, telco) - model.predict_proba(X)[:, 0]).max() < TOLERANCE


def test_a_schema_says_what_fields_are(telco: Any) -> None:
    # A field that the pipeline does not read is refused by name.
    model = pipeline(imputed("mean", StandardScaler()), OneHotEncoder(), LogisticRegression(max_iter=300))
    X, y = telco.drop(columns="Churn"), telco["Churn"]
    model.fit(X, y)
    with pytest.raises(tenure.TenureError, match="`gender`: the network does not read it") as caught:
        tenure.import_model(model, X, y, schema="ibm_telco")
    assert caught.value.code == "import"
    scorer, notices = imported(model, X, y)
    text = "schema_version = 1\nname = \"mine\"\ntarget = { field = \"Churn\", positive = \"Yes\" }\n"
    text += 'ignored = ["' + '", "'.join(name for name in X if name not in NUMBERS + TEXTS) + '"]\nfields = [\n'
    text += "".join(f'    {{ name = "{name}", kind = "number", minimum = 0, maximum = 10000 }},\n' for name in NUMBERS)
    text = text.replace('"MonthlyCharges", kind = "number"', '"MonthlyCharges", kind = "number", changeable = true')
    for name in TEXTS:
        values = '", "'.join(sorted(set(telco[name])))
        text += f'    {{ name = "{name}", kind = "category", categories = ["{values}"] }},\n'
    other, _ = imported(model, X, y, schema=text + "]\n")
    assert other.schema["name"] == "mine"
    # The ends are the schema's, and counterfactuals stay within what the table has.
    change = next(field["change"] for field in other.schema["fields"] if field["name"] == "MonthlyCharges")
    charges = telco["MonthlyCharges"]
    assert charges.min() < change["minimum"] < 25 and 110 < change["maximum"] < charges.max()
    row = telco[telco["MonthlyCharges"].between(60, 80)].iloc[0].to_dict()
    below = 0.999 * other.score(row).probability
    answers = other.counterfactuals(row, threshold=below, fields=["MonthlyCharges"]).answers
    moved = [float(str(one.after)) for answer in answers for one in answer.changes]
    assert moved and all(change["minimum"] <= value <= change["maximum"] for value in moved)
    assert numpy.abs(probabilities(other, telco) - probabilities(scorer, telco)).max() < 1e-6


def test_what_few_customers_have_is_not_kept(telco: Any) -> None:
    # Of an odd number of totals the median is that of one customer.
    X, y = telco.drop(columns="Churn")[:-1].copy(), telco["Churn"][:-1]
    X.loc[X.index[:7], "Contract"] = "Lifetime"
    model = pipeline(imputed("median", StandardScaler()), OneHotEncoder(), LogisticRegression(max_iter=300))
    model.fit(X, y)
    scorer, notices = imported(model, X, y)
    said = "\n".join(notices)
    assert "Contract: these categories have fewer than 20 rows and count as OTHER: Lifetime (7)" in said
    assert "count as OTHER (Lifetime): 7 rows" in said
    assert "TotalCharges: the model's number for a missing value is that of fewer than 20 customers" in said
    assert "18 of 7042 rows (0.3%) may have another probability" in said
    same = (X["Contract"] != "Lifetime") & X["TotalCharges"].notna()
    own, found = model.predict_proba(X)[:, 1], probabilities(scorer, X)
    assert same.sum() == 7024 and numpy.abs(found - own)[same].max() < TOLERANCE
    assert b"Lifetime" not in scorer.to_bytes()


def test_an_array_and_booleans_are_read(telco: Any) -> None:
    y = (telco["Churn"] == "Yes").to_numpy().astype(int)
    array = telco[["tenure", "MonthlyCharges", "SeniorCitizen"]].to_numpy(dtype=float)
    model = Pipeline([("scale", StandardScaler()), ("model", MLPClassifier((6,), max_iter=10, random_state=0))])
    model.fit(array, y)
    scorer, _ = imported(model, array, y)
    assert scorer.fields == ["x0", "x1", "x2"]
    own = model.predict_proba(array)[:, 1]
    found = [scorer.score(dict(zip(scorer.fields, row))).probability for row in array[:200].tolist()]
    assert numpy.abs(numpy.array(found) - own[:200]).max() < TOLERANCE
    frame = pandas.DataFrame({"senior": telco["SeniorCitizen"] == 1, "tenure": telco["tenure"]})
    plain = LogisticRegression().fit(frame, y)
    scorer, _ = imported(plain, frame, y)
    assert numpy.abs(probabilities(scorer, frame) - plain.predict_proba(frame)[:, 1]).max() < TOLERANCE


def steps(**replaced: Any) -> Pipeline:
    own = {
        "numbers": imputed("mean", StandardScaler()),
        "texts": OneHotEncoder(),
        "model": LogisticRegression(max_iter=200),
        **replaced,
    }
    return pipeline(own["numbers"], own["texts"], own["model"])


REFUSED = {
    "tree": (steps(model=DecisionTreeClassifier(max_depth=2)), "step `model` is DecisionTreeClassifier"),
    "tanh": (
        steps(model=MLPClassifier((4,), activation="tanh", max_iter=2)),
        "step `model` .MLPClassifier. has the activation 'tanh'",
    ),
    "ordinal": (steps(texts=OrdinalEncoder()), "step `columns.texts` is OrdinalEncoder"),
    "function": (
        steps(numbers=Pipeline([("impute", SimpleImputer()), ("log", FunctionTransformer(numpy.log1p))])),
        "step `columns.numbers.log` is FunctionTransformer",
    ),
    "clip": (
        steps(numbers=imputed("mean", MinMaxScaler(clip=True))),
        "step `columns.numbers.scale` .MinMaxScaler. clips",
    ),
    "selected": (
        Pipeline([*steps().steps[:1], ("select", SelectKBest(k=3)), *steps().steps[1:]]),
        "step `select` is SelectKBest",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_steps_are_refused_by_name(telco: Any, name: str) -> None:
    model, words = REFUSED[name]
    X, y = telco.drop(columns="Churn"), telco["Churn"]
    model.fit(X, y)
    with pytest.raises(tenure.TenureError, match=words) as caught:
        tenure.import_model(model, X, y)
    assert caught.value.code == "import"


def test_three_classes_and_a_model_that_is_not_fitted_are_refused(telco: Any) -> None:
    X, y = telco.drop(columns="Churn"), telco["Churn"]
    three = steps().fit(X, telco["InternetService"])
    with pytest.raises(tenure.TenureError, match=r"step `model` \(LogisticRegression\) has 3 classes"):
        tenure.import_model(three, X, y)
    with pytest.raises(tenure.TenureError, match=r"step `columns` \(ColumnTransformer\) is not fitted"):
        tenure.import_model(steps(), X, y)
    with pytest.raises(tenure.TenureError, match="labels must be of two classes"):
        tenure.import_model(steps().fit(X, y), X, telco["InternetService"])
    with pytest.raises(tenure.TenureError, match="the model's classes are"):
        tenure.import_model(steps().fit(X, y), X, (y == "Yes").astype(int))


# Networks of PyTorch: tensors that have its methods, and modules that have its names.


class Tensor:
    """An array as PyTorch hands it over."""

    def __init__(self, array: NDArray[Any]) -> None:
        self.array = array

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> NDArray[Any]:
        return self.array


def module(kind: str, children: dict[str, Any] | None = None, **more: Any) -> Any:
    made = type(kind, (types.SimpleNamespace,), {})(training=False, **more)
    made.named_children = lambda: list((children or {}).items())
    return made


def network() -> dict[str, NDArray[Any]]:
    rng = numpy.random.RandomState(5)
    return {
        "0.running_mean": rng.normal(size=4) / 5,
        "0.running_var": rng.uniform(0.5, 1.5, 4),
        "0.num_batches_tracked": numpy.array(7),
        "1.0.weight": rng.normal(size=(6, 4)),
        "1.0.bias": rng.normal(size=6),
        "3.weight": rng.normal(size=(1, 6)),
        "3.bias": rng.normal(size=1),
    }


def of_network(state: dict[str, NDArray[Any]], frame: Any) -> NDArray[Any]:
    normed = (torch_columns(frame) - state["0.running_mean"]) / numpy.sqrt(state["0.running_var"] + 1e-3)
    hidden = numpy.maximum(normed @ state["1.0.weight"].T + state["1.0.bias"], 0)
    logits: NDArray[Any] = (hidden @ state["3.weight"].T + state["3.bias"])[:, 0]
    own: NDArray[Any] = 1 / (1 + numpy.exp(-logits))
    return own


def sequential(state: dict[str, NDArray[Any]], training: bool = False) -> Any:
    dropout = module("Dropout")
    dropout.training = training
    inner = module("Sequential", {"0": module("Linear"), "1": module("ReLU")})
    children = {"0": module("BatchNorm1d", eps=1e-3), "1": inner, "2": dropout, "3": module("Linear")}
    made = module("Sequential", children)
    made.state_dict = lambda: {name: Tensor(array) for name, array in state.items()}
    return made


def test_a_sequential_of_pytorch_and_its_state_dict_keep_their_probabilities(telco: Any) -> None:
    state, labels = network(), telco["Churn"]
    frame = telco[["tenure", "MonthlyCharges", "Contract"]]
    scorer, notices = imported(sequential(state), frame, labels, inputs=TORCH_INPUTS, schema=TORCH_SCHEMA)
    assert differ(notices) == []
    own = of_network(state, frame)
    assert numpy.abs(probabilities(scorer, frame) - own).max() < TOLERANCE and own.std() > 0.05
    # The epsilon of a state dict's batch norm is PyTorch's default, so this one has another.
    layers = [("0", "BatchNorm1d"), ("1.0", "Linear"), ("1.1", "ReLU"), ("3", "Linear")]
    moved = {**state, "0.running_var": state["0.running_var"] + 1e-3 - 1e-5}
    again, _ = imported(moved, frame, labels, inputs=TORCH_INPUTS, layers=layers, schema=TORCH_SCHEMA)
    assert numpy.abs(probabilities(again, frame) - own).max() < TOLERANCE
    assert again.card["imported"]["source"] == "a state dict"


def test_a_batch_norm_at_the_end_is_turned_with_the_network(telco: Any) -> None:
    frame = telco[["tenure", "MonthlyCharges", "Contract"]]
    labels = telco["Churn"].map({"Yes": "churned", "No": "stayed"})
    layers = [("0", "BatchNorm1d"), ("1.0", "Linear"), ("1.1", "ReLU"), ("3", "Linear"), ("4", "BatchNorm1d")]
    state = {**network(), "4.running_mean": numpy.array([1.5]), "4.running_var": numpy.array([2.25 - 1e-5])}
    state["0.running_var"] = state["0.running_var"] + 1e-3 - 1e-5
    logits = numpy.log(1 / of_network(network(), frame) - 1) * -1
    own = 1 / (1 + numpy.exp(-(logits - 1.5) / 1.5))
    schema = TORCH_SCHEMA.replace('"Yes"', '"churned"')
    scorer, _ = imported(state, frame, labels, inputs=TORCH_INPUTS, layers=layers, schema=schema)
    assert numpy.abs(probabilities(scorer, frame) - (1 - own)).max() < TOLERANCE and own.std() > 0.05


def test_networks_that_cannot_be_read_are_refused(telco: Any) -> None:
    frame, labels = telco[["tenure", "MonthlyCharges", "Contract"]], telco["Churn"]

    def refused(words: str, model: Any, **more: Any) -> None:
        given = {"inputs": TORCH_INPUTS, "schema": TORCH_SCHEMA, **more}
        with pytest.raises(tenure.TenureError, match=words) as caught:
            tenure.import_model(model, frame, labels, **given)
        assert caught.value.code == "import"

    refused(r"layer `2` \(Dropout\) works as in training", sequential(network(), training=True))
    refused("pass `inputs`", sequential(network()), inputs=None)
    refused("pass `layers`", network())
    refused("pass `schema`", sequential(network()), schema=None)
    layers = [("0", "BatchNorm1d"), ("1.0", "Linear"), ("1.1", "GELU"), ("3", "Linear")]
    refused("layer `1.1` is GELU", network(), layers=layers)
    fewer = [TORCH_INPUTS[0], TORCH_INPUTS[2]]
    refused(r"tensor `0.running_mean` must have the shape \[3\]", sequential(network()), inputs=fewer)
    refused("`MonthlyCharges`: the network does not read it", sequential(network()), inputs=fewer)
    wrong = {**network(), "3.bias": numpy.array([numpy.nan])}
    refused("tensor `3.bias` has a value that is not finite", sequential(wrong))
    own = module("Net")
    own.state_dict = dict
    refused("Net has a forward of its own", own)
