"""Models in the real MLflow: logged, registered, loaded and served."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

import mlflow
import numpy
import pytest
from sklearn.base import clone

import tenure
import tenure.mlflow


@pytest.fixture(scope="module")
def tracking(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of its own."""
    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    mlflow.set_tracking_uri(uri)
    mlflow.create_experiment("tests", artifact_location=str(folder / "artifacts"))
    mlflow.set_experiment("tests")
    return uri


@pytest.fixture(scope="module")
def logged(tracking: str, scorer: tenure.Scorer) -> Any:
    with mlflow.start_run():
        return tenure.mlflow.log_model(scorer, name="churn", registered_model_name="churn")


def test_a_logged_model_is_loaded_as_it_was(logged: Any, scorer: tenure.Scorer, frame: Any) -> None:
    assert tenure.mlflow.load_model("models:/churn/1").to_bytes() == scorer.to_bytes()
    assert tenure.mlflow.load_model(logged.model_uri).to_bytes() == scorer.to_bytes()
    assert logged.signature.inputs.input_names() == scorer.fields
    assert logged.flavors["tenure"]["schema"] == "IBM Telco"
    pyfunc = mlflow.pyfunc.load_model("models:/churn/1")
    found = pyfunc.predict(frame)
    expected = scorer.score_table(frame)
    assert (found["logit"].to_numpy() == expected.column("logit")).all()
    assert found["tier"].tolist() == expected.column("tier")
    assert list(pyfunc.predict(frame.head(5), params={"reasons": 2})) == [
        *("probability", "logit", "tier", "problems"),
        *("reason_1", "reason_2"),
    ]
    example = pyfunc.input_example
    assert list(example.columns) == scorer.fields and pyfunc.predict(example)["problems"].isna().all()
    assert scorer.background[0]["Contract"] == example["Contract"][0]


def test_a_frame_that_lacks_columns_is_refused_by_name(logged: Any, frame: Any) -> None:
    pyfunc = mlflow.pyfunc.load_model(logged.model_uri)
    with pytest.raises(mlflow.exceptions.MlflowException, match="Contract"):
        pyfunc.predict(frame.drop(columns="Contract"))


def test_what_is_no_model_is_refused(tracking: str, tmp_path: pathlib.Path, scorer: tenure.Scorer) -> None:
    with pytest.raises(tenure.TenureError, match="must be a Scorer"):
        tenure.mlflow.save_model(3, tmp_path / "model")  # type: ignore[arg-type]
    tenure.mlflow.save_model(scorer, tmp_path / "model")
    with pytest.raises(tenure.TenureError, match="not empty"):
        tenure.mlflow.save_model(scorer, tmp_path / "model")
    from sklearn.linear_model import LogisticRegression

    other = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    mlflow.sklearn.save_model(clone(other).fit([[0.0], [1.0]], [0, 1]), tmp_path / "other")
    with pytest.raises(tenure.TenureError, match="no model of Tenure"):
        tenure.mlflow.load_model(str(tmp_path / "other"))


def test_mlflow_models_serve_answers(logged: Any, tracking: str, scorer: tenure.Scorer, frame: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = [sys.executable, "-m", "mlflow", "models", "serve", "-m", logged.model_uri, "-p", str(port)]
    # MLflow calls the programs of this environment by their names.
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    environment = {**os.environ, "MLFLOW_TRACKING_URI": tracking, "PATH": path}
    serve += ["-h", "127.0.0.1", "--env-manager", "local", "-w", "1"]
    server = subprocess.Popen(serve, env=environment, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{address}/ping", timeout=5):
                    break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, "the server ended"
                time.sleep(0.1)
        few = frame[scorer.fields].head(3)
        body = {"dataframe_split": json.loads(few.to_json(orient="split", index=False)), "params": {"reasons": 1}}
        request = urllib.request.Request(
            f"{address}/invocations", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            rows = json.loads(answer.read())["predictions"]
    finally:
        # The command, its shell and the server.
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)
    expected = scorer.score_table(few, reasons=1)
    assert [numpy.float32(row["logit"]) for row in rows] == list(expected.column("logit"))
    assert [row["reason_1"] for row in rows] == expected.column("reason_1")
