"""Tenure predicts which customers will leave, says why, and says what would change it.

    import tenure

    scorer = tenure.load("model.safetensors")
    scorer.score({"Contract": "Month-to-month", "tenure": 2, ...}).probability
    scorer.score_table("customers.parquet", reasons=3)

`TenureClassifier` trains as an estimator of scikit-learn, `import_model` takes models of scikit-learn, PyTorch
and ONNX, `tenure.mlflow` logs models, and `tenure.spark` scores frames of Spark. docs/python.md says more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import Problem, TenureError, TenureWarning
from ._import import import_model
from ._native import VERSION as __version__
from ._scorer import (
    Change,
    Contribution,
    Counterfactual,
    Counterfactuals,
    Explanation,
    Explanations,
    Score,
    Scorer,
    load,
)
from ._tables import Table

if TYPE_CHECKING:
    from ._classifier import TenureClassifier

__all__ = [
    "Change",
    "Contribution",
    "Counterfactual",
    "Counterfactuals",
    "Explanation",
    "Explanations",
    "Problem",
    "Score",
    "Scorer",
    "Table",
    "TenureClassifier",
    "TenureError",
    "TenureWarning",
    "__version__",
    "import_model",
    "load",
]


def __getattr__(name: str) -> Any:
    # scikit-learn takes a second to import, and few who score need it.
    if name == "TenureClassifier":
        try:
            from ._classifier import TenureClassifier
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] != "sklearn":
                raise
            raise ImportError("TenureClassifier needs scikit-learn 1.6 or newer: pip install scikit-learn") from error
        return TenureClassifier
    raise AttributeError(f"module 'tenure' has no attribute {name!r}")
