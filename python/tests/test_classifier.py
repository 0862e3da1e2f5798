"""The estimator of scikit-learn."""

from __future__ import annotations

import os
import pathlib
import pickle
import signal
import subprocess
import sys
import textwrap
import warnings
from typing import Any

import numpy
import pandas
import polars
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import tenure
from tenure import TenureClassifier

EXPECTED_FAILURES: dict[str, str] = {}
"""Checks of scikit-learn that cannot apply, each with its reason: none."""

pytestmark = pytest.mark.filterwarnings("ignore::tenure.TenureWarning")


def linear(**parameters: Any) -> TenureClassifier:
    """An estimator that trains in a moment."""
    return TenureClassifier(**{"model": "linear", "random_state": 0, **parameters})


@parametrize_with_checks(  # type: ignore[untyped-decorator]
    [linear()], expected_failed_checks=lambda estimator: EXPECTED_FAILURES
)
def test_scikit_learn_accepts_it(estimator: TenureClassifier, check: Any) -> None:
    assert len(EXPECTED_FAILURES) <= 5
    check(estimator)


@pytest.fixture(scope="module")
def table(frame: Any) -> tuple[Any, Any]:
    return frame.drop(columns="Churn"), frame["Churn"]


def numbers(rows: int = 300, seed: int = 0) -> tuple[NDArray[Any], NDArray[Any]]:
    rng = numpy.random.RandomState(seed)
    X = rng.normal(size=(rows, 4))
    return X, (X[:, 0] - X[:, 1] + rng.normal(size=rows) > 0).astype(int)


def test_frames_of_pandas_and_polars_train_the_same_model(table: tuple[Any, Any]) -> None:
    X, y = table
    fitted = linear().fit(X, y)
    assert list(fitted.classes_) == ["No", "Yes"] and list(fitted.feature_names_in_) == list(X.columns)
    probabilities = fitted.predict_proba(X)
    assert probabilities.shape == (len(X), 2) and numpy.abs(probabilities.sum(axis=1) - 1).max() < 1e-12
    assert (fitted.predict(X) == fitted.classes_[probabilities.argmax(axis=1)]).all()
    assert fitted.score(X, y) > 0.75
    frame = polars.from_pandas(X)
    other = linear().fit(frame, y.tolist())
    assert (other.predict_proba(frame) == probabilities).all()
    coded = X.astype({name: "category" for name in X.select_dtypes("str") if name != "customerID"})
    assert (linear().fit(coded, y).predict_proba(coded) == probabilities).all()


def test_the_default_trains_the_blend(table: tuple[Any, Any], tmp_path: pathlib.Path, capfd: Any) -> None:
    X, y = table[0].head(400), table[1].head(400)
    few = {"epochs": 20, "synthetic-rows": 2000}
    fitted = TenureClassifier(random_state=1, verbose=1, hyperparameters=few).fit(X, y)
    assert "epoch 1: " in capfd.readouterr().err
    path = tmp_path / "model.safetensors"
    assert fitted.to_artifact(path) == path.read_bytes()
    scorer = tenure.load(path)
    assert scorer.card["seed"] == 1 and scorer.card["rows"]["train"] == 280
    logits = numpy.asarray(scorer.score_table(X).column("probability"))
    assert (logits.astype(float) == fitted.predict_proba(X)[:, 1]).all()
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.safetensors"]
    with pytest.raises(tenure.TenureError, match="cannot be written: No such file") as caught:
        fitted.to_artifact(tmp_path / "nothing" / "model.safetensors")
    assert caught.value.code == "file"


def test_an_artifact_is_that_of_the_command(
    table: tuple[Any, Any], frame: Any, command: str, tmp_path: pathlib.Path
) -> None:
    X, y = table
    schema = tmp_path / "schema.toml"
    data, out = tmp_path / "data.csv", tmp_path / "model.safetensors"
    frame.to_csv(data, index=False)
    subprocess.run([command, "init", data, "--target", "Churn", "--out", schema], check=True, capture_output=True)
    train: list[Any] = [command, "train", "--data", data, "--schema", schema, "--out", out, "--model", "linear", "--seed", "3"]
    subprocess.run(train, check=True, capture_output=True)
    fitted = linear(schema=schema, random_state=3).fit(X, y)
    expected = numpy.asarray(tenure.load(out).score_table(data).column("logit"))
    found = numpy.asarray(tenure.load(fitted.to_artifact()).score_table(X).column("logit"))
    assert (found.view(numpy.uint32) == expected.view(numpy.uint32)).all()


def test_it_is_cloned_pickled_and_reproduced(table: tuple[Any, Any]) -> None:
    X, y = table
    fitted = linear(random_state=5).fit(X, y)
    again = clone(fitted).fit(X, y)
    assert again.to_artifact() == fitted.to_artifact()
    read = pickle.loads(pickle.dumps(fitted))
    assert (read.predict_proba(X) == fitted.predict_proba(X)).all()
    assert linear(random_state=6).fit(X, y).to_artifact() != fitted.to_artifact()
    state = numpy.random.RandomState(2)
    assert linear(random_state=state).fit(X, y).scorer_.card["seed"] < 2**31


def test_missing_values_are_missing_everywhere() -> None:
    X, y = numbers()
    X[::5, 2] = numpy.nan
    fitted = linear().fit(X, y)
    expected = fitted.predict_proba(X)
    names = [f"x{place}" for place in range(4)]
    named = linear().fit(pandas.DataFrame(X, columns=names), y)
    polar = polars.DataFrame(X, schema=names)
    assert polar["x2"].is_nan().any()
    assert (named.predict_proba(polar) == named.predict_proba(pandas.DataFrame(X, columns=names))).all()
    assert numpy.isfinite(expected).all()
    X[3, 1] = numpy.inf
    with pytest.raises(ValueError, match="infinity"):
        fitted.predict_proba(X)


def test_it_works_inside_scikit_learn(table: tuple[Any, Any]) -> None:
    X, y = table
    X = X.drop(columns="customerID").assign(TotalCharges=pandas.to_numeric(X["TotalCharges"], errors="coerce"))
    texts = list(X.select_dtypes("str"))
    columns = make_column_transformer(
        (OneHotEncoder(sparse_output=False), texts), remainder=StandardScaler(), verbose_feature_names_out=False
    )
    columns.set_output(transform="pandas")
    pipeline = make_pipeline(columns, linear()).fit(X, y)
    assert pipeline.score(X, y) > 0.75
    assert cross_val_score(linear(), X, y, cv=2, scoring="roc_auc").min() > 0.7
    arrays, labels = numbers()
    grid = GridSearchCV(linear(), {"hyperparameters": [{"bins": 4}, {"bins": 8}]}, cv=2).fit(arrays, labels)
    assert grid.best_params_["hyperparameters"]["bins"] in (4, 8)
    calibrated = CalibratedClassifierCV(linear(), cv=2).fit(arrays, labels)
    assert calibrated.score(arrays, labels) > 0.7


def test_who_left_is_guessed_said_or_asked() -> None:
    X, _ = numbers()
    y = (X[:, 0] - X[:, 1] > 1).astype(int)
    labels = numpy.array(["stayed", "churned"])[y]
    sure = linear().fit(X, labels)
    # The first by the alphabet, and yet the one who left.
    assert list(sure.classes_) == ["churned", "stayed"] and sure.classes_[sure.positive_] == "churned"
    assert tenure.load(sure.to_artifact()).schema["target"]["positive"] == "churned"
    assert (sure.predict(X) == labels).mean() > 0.7
    unsure = numpy.array(["blue", "green"])[y]
    asked = linear().fit(X, unsure)
    assert (asked.predict(X) == unsure).mean() > 0.7
    with pytest.raises(tenure.TenureError, match="(?s)which label of y means.*positive=") as caught:
        asked.to_artifact()
    assert caught.value.code == "schema_question"
    said = linear(positive="blue").fit(X, unsure)
    assert tenure.load(said.to_artifact()).schema["target"]["positive"] == "blue"
    assert numpy.abs(said.predict_proba(X)[:, 0] + said.predict_proba(X)[:, 1] - 1).max() < 1e-12
    with pytest.raises(tenure.TenureError, match="must be one of the labels: 'blue', 'green'"):
        linear(positive="red").fit(X, unsure)


def test_questions_of_columns_say_what_to_pass() -> None:
    X, y = numbers()
    days = [f"{1 + place % 12:02d}/{1 + place % 11:02d}/2023" for place in range(len(y))]
    frame = pandas.DataFrame({"x": X[:, 0], "z": X[:, 1], "since": days})
    with pytest.raises(tenure.TenureError) as caught:
        linear().fit(frame, y)
    assert caught.value.code == "schema_question"
    text = str(caught.value)
    assert "`since`" in text and "%d/%m/%Y" in text and "ignore=" in text and "--" not in text, text
    answered = linear(formats={"since": "%d/%m/%Y"}).fit(frame, y)
    assert [field["kind"] for field in answered.scorer_.schema["fields"] if field["name"] == "since"] == ["date"]
    assert "since" in linear(ignore=["since"]).fit(frame, y).scorer_.schema["ignored"]
    with pytest.raises(tenure.TenureError, match="no column `sinc`") as caught:
        linear(formats={"sinc": "%d/%m/%Y"}).fit(frame, y)
    assert caught.value.code == "schema_answer"


def test_a_column_of_many_rare_texts_is_a_category_where_a_person_says_so() -> None:
    X, y = numbers()
    shops = [f"Shop {place % (len(y) // 6)}" for place in range(len(y))]
    frame = pandas.DataFrame({"x": X[:, 0], "shop": shops})
    assert "shop" in linear().fit(frame, y).scorer_.schema["ignored"]
    fields = linear(minimum_members={"shop": 5}).fit(frame, y).scorer_.schema["fields"]
    assert [(field["kind"], field["minimum_members"]) for field in fields if field["name"] == "shop"] == [("category", 5)]
    with pytest.raises(tenure.TenureError, match="minimum_members shop=4: must be at least 5"):
        linear(minimum_members={"shop": 4}).fit(frame, y)


def test_a_schema_is_a_file_a_text_or_a_preset(table: tuple[Any, Any]) -> None:
    X, y = table
    fitted = linear(schema="ibm_telco").fit(X, y)
    assert fitted.scorer_.schema["name"] == "IBM Telco"
    with pytest.raises(tenure.TenureError, match="presets?|preset \\(") as caught:
        linear(schema="nothing").fit(X, y)
    assert caught.value.code == "schema"
    with pytest.raises(tenure.TenureError, match="'maybe' means stayed, 'perhaps' means stayed"):
        linear(schema="ibm_telco").fit(X, y.map({"No": "maybe", "Yes": "perhaps"}))


def test_small_tables_predict_and_make_no_artifact() -> None:
    X, y = numbers(24)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted = linear().fit(X, y)
    said = [str(warning.message) for warning in caught if warning.category is tenure.TenureWarning]
    assert len(said) == 1 and "24 rows" in said[0]
    assert fitted.score(X, y) > 0.7
    with pytest.raises(tenure.TenureError, match="too few customers") as error:
        fitted.to_artifact()
    assert error.value.code == "training_privacy"


def test_what_fit_does_not_take_is_refused(table: tuple[Any, Any]) -> None:
    X, y = numbers()
    with pytest.raises(TypeError, match="sample_weight.*fewer than 20 customers"):
        linear().fit(X, y, sample_weight=numpy.ones(len(y)))
    with pytest.raises(TypeError, match="X and y alone"):
        linear().fit(X, y, eval_set=[])
    with pytest.raises(tenure.TenureError) as caught:
        linear(hyperparameters={"epoch": 3, "bins": -1}).fit(X, y)
    assert caught.value.code == "hyperparameters"
    for words in ["`epoch` is no hyperparameter", "bins must be", "the names are seed, model"]:
        assert words in str(caught.value)
    with pytest.raises(tenure.TenureError, match="512"):
        linear().fit(numpy.random.RandomState(0).normal(size=(60, 3000)), numpy.arange(60) % 2)
    with pytest.raises(tenure.TenureError, match="random_state"):
        linear(hyperparameters={"seed": 3}).fit(X, y)
    with pytest.raises(tenure.TenureError, match="3 of 2000 rows cannot be scored") as caught:
        wrong = table[0].astype({"tenure": float})
        fitted = linear(schema="ibm_telco").fit(*table)
        wrong.loc[[1, 5, 9], "tenure"] = -1.0
        fitted.predict(wrong)
    assert caught.value.code == "rows" and [problem.row for problem in caught.value.problems] == [1, 5, 9]


def test_explanations_are_of_the_fitted_columns() -> None:
    X, y = numbers()
    fitted = linear().fit(X, y)
    explained = fitted.explain(X[:20])
    assert explained.feature_names == ("x0", "x1", "x2", "x3") and explained.values.shape == (20, 4)
    assert numpy.abs(explained.base_values + explained.values.sum(axis=1) - explained.logits).max() < 1e-5
    assert explained.to_shap().shape == (20, 4)


def test_fit_leaves_no_rows_behind(tmp_path: pathlib.Path) -> None:
    script = """
        import numpy
        from tenure import TenureClassifier, TenureError
        rng = numpy.random.RandomState(0)
        X, y = rng.normal(size=(200, 2)), rng.randint(0, 2, 200)
        seen = []
        def progress(*_):
            import os, stat
            for folder in os.scandir(os.environ["TMPDIR"]):
                seen.append(stat.S_IMODE(folder.stat().st_mode))
        import tenure._classifier
        tenure._classifier.Progress.__call__ = lambda self, *_: progress()
        TenureClassifier(model="linear", random_state=0, verbose=1).fit(X, y)
        assert set(seen) == {0o700}, seen
        try:
            TenureClassifier(model="linear", hyperparameters={"bins": -1}).fit(X, y)
        except TenureError:
            pass
    """
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)], env=environment)
    assert ran.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_stops_a_training() -> None:
    script = """
        import signal, sys, numpy
        from tenure import TenureClassifier, TenureError
        signal.signal(signal.SIGINT, signal.default_int_handler)
        rng = numpy.random.RandomState(0)
        X = rng.normal(size=(20000, 12))
        y = (X[:, 0] * X[:, 1] + rng.normal(size=20000) > 0).astype(int)
        print("ready", flush=True)
        try:
            TenureClassifier(random_state=0, verbose=1).fit(X, y)
        except KeyboardInterrupt:
            print("stopped", flush=True)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline() == "ready\n"
    assert process.stderr.readline().startswith("epoch 1: ")
    os.kill(process.pid, signal.SIGINT)
    try:
        assert process.communicate(timeout=60)[0] == "stopped\n"
    finally:
        process.kill()
