"""What the tests of imported models share: pipelines on IBM Telco, and how an import is held against its model."""

from __future__ import annotations

import warnings
from typing import Any

import numpy
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline

import tenure

NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]
TEXTS = ["Contract", "InternetService", "PaymentMethod", "Partner"]
TOLERANCE = 1e-5

TORCH_INPUTS: list[dict[str, Any]] = [
    {"field": "tenure", "transform": "number", "mean": 32.0, "scale": 24.5},
    {"field": "MonthlyCharges", "transform": "number", "mean": 64.0, "scale": 30.0},
    {"field": "Contract", "transform": "one_hot", "columns": ["One year", "Two year"], "dropped": ["Month-to-month"]},
]
TORCH_SCHEMA = """schema_version = 1
name = "torch"
target = { field = "Churn", positive = "Yes" }
fields = [
    { name = "tenure", kind = "number", minimum = 0 },
    { name = "MonthlyCharges", kind = "number" },
    { name = "Contract", kind = "category", categories = ["Month-to-month", "One year", "Two year"] },
]
"""


def pipeline(numbers: Any, texts: Any, model: Any, **more: Any) -> Pipeline:
    columns = [("numbers", numbers, NUMBERS), ("texts", texts, TEXTS)]
    return Pipeline([("columns", ColumnTransformer(columns, **more)), ("model", model)])


def imported(model: Any, frame: Any, labels: Any, **more: Any) -> tuple[tenure.Scorer, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", tenure.TenureWarning)
        scorer = tenure.import_model(model, frame, labels, keep_probabilities=True, **more)
    return scorer, [str(one.message) for one in caught if issubclass(one.category, tenure.TenureWarning)]


def probabilities(scorer: tenure.Scorer, frame: Any) -> NDArray[Any]:
    column = scorer.score_table(frame).column("probability")
    assert isinstance(column, numpy.ndarray)
    return column.astype(float)


def differ(notices: list[str]) -> list[str]:
    """Notices of rows for which the artifact is another function."""
    return [notice for notice in notices if "may have another probability" in notice]


def imputed(strategy: str, scaler: Any, **more: Any) -> Pipeline:
    return Pipeline([("impute", SimpleImputer(strategy=strategy, **more)), ("scale", scaler)])


def torch_columns(frame: Any) -> NDArray[Any]:
    """The matrix that `TORCH_INPUTS` describes."""
    contract = frame["Contract"]
    columns = [
        (frame["tenure"] - 32.0) / 24.5,
        (frame["MonthlyCharges"] - 64.0) / 30.0,
        contract == "One year",
        contract == "Two year",
    ]
    return numpy.column_stack(columns).astype(float)
