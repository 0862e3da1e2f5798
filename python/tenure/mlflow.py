"""Models in MLflow: a flavour of its own that is a pyfunc model too.

    import mlflow
    import tenure.mlflow

    with mlflow.start_run():
        tenure.mlflow.log_model(classifier, name="churn", registered_model_name="churn")
    scorer = tenure.mlflow.load_model("models:/churn/1")

A pyfunc model takes a frame with a column for each field and returns `probability`, `logit`, `tier` and `problems`;
the parameter `reasons` adds as many columns of reasons.
"""

from __future__ import annotations

import os
import pathlib
from typing import TYPE_CHECKING, Any, Union

import mlflow.pyfunc
from mlflow.models import Model, ModelSignature
from mlflow.models.model import MLMODEL_FILE_NAME
from mlflow.models.utils import _save_example
from mlflow.tracking.artifact_utils import _download_artifact_from_uri
from mlflow.types.schema import AnyType, ColSpec, DataType, ParamSchema, ParamSpec, Schema
from mlflow.utils.environment import _mlflow_conda_env, _PythonEnv

from . import _native
from ._errors import TenureError
from ._scorer import Scorer, load

if TYPE_CHECKING:
    import pandas

    from ._classifier import TenureClassifier

FLAVOR_NAME = "tenure"
ARTIFACT = "model.safetensors"

TenureModel = Union[Scorer, "TenureClassifier", bytes, str, "os.PathLike[str]"]
"""A scorer, a fitted classifier, the bytes of an artifact, or its path."""


def get_default_pip_requirements() -> list[str]:
    """What an environment needs to load a model."""
    return [f"tenure=={_native.VERSION}", "pandas"]


def get_default_conda_env() -> dict[str, Any]:
    """An environment of conda that can load a model."""
    return _mlflow_conda_env(additional_pip_deps=get_default_pip_requirements())  # type: ignore[no-any-return]


def signature_of(scorer: Scorer) -> ModelSignature:
    """A column for each field, of any type: Tenure reads texts, numbers, booleans and dates, and checks them itself."""
    inputs = Schema([ColSpec(AnyType(), name) for name in scorer.fields])
    outputs = Schema(
        [
            ColSpec(DataType.float, "probability", required=False),
            ColSpec(DataType.float, "logit", required=False),
            ColSpec(DataType.string, "tier", required=False),
            ColSpec(DataType.string, "problems", required=False),
        ]
    )
    params = ParamSchema([ParamSpec("reasons", DataType.integer, 0)])
    return ModelSignature(inputs=inputs, outputs=outputs, params=params)


def example_of(scorer: Scorer) -> pandas.DataFrame:
    """A row of the model's background: a made-up customer, of whom no one was one."""
    import pandas

    example: pandas.DataFrame = pandas.DataFrame([scorer.background[0]])
    return example


def save_model(
    model: TenureModel,
    path: Union[str, os.PathLike[str]],
    *,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Writes a model to a new folder, with its signature and an example of its input."""
    scorer = _scorer_of(model)
    folder = pathlib.Path(path)
    if folder.exists() and any(folder.iterdir()):
        raise TenureError(f"{folder} is there already and not empty; name another folder", "file")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ARTIFACT).write_bytes(scorer.to_bytes())
    about = Model() if mlflow_model is None else mlflow_model
    about.signature = signature_of(scorer) if signature is None else signature
    _save_example(about, example_of(scorer) if input_example is None else input_example, str(folder))
    if metadata is not None:
        about.metadata = metadata
    requirements = get_default_pip_requirements() if pip_requirements is None else list(pip_requirements)
    (folder / "requirements.txt").write_text("\n".join(requirements) + "\n", encoding="utf-8")
    _PythonEnv.current().to_yaml(str(folder / "python_env.yaml"))
    mlflow.pyfunc.add_to_model(
        about, loader_module="tenure.mlflow", data=ARTIFACT, python_env="python_env.yaml"
    )
    about.add_flavor(FLAVOR_NAME, tenure_version=_native.VERSION, data=ARTIFACT, schema=scorer.schema["name"])
    about.save(str(folder / MLMODEL_FILE_NAME))


def log_model(
    model: TenureModel,
    name: str = "model",
    *,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | None = None,
    metadata: dict[str, Any] | None = None,
    **arguments: Any,
) -> Any:
    """Logs a model to the active run, or to a new one. Returns MLflow's `ModelInfo`."""
    import tenure.mlflow

    return Model.log(
        name=name,
        artifact_path=None,
        flavor=tenure.mlflow,
        registered_model_name=registered_model_name,
        model=_scorer_of(model),
        signature=signature,
        input_example=input_example,
        pip_requirements=pip_requirements,
        metadata=metadata,
        **arguments,
    )


def load_model(model_uri: str) -> Scorer:
    """The scorer of a logged model."""
    folder = pathlib.Path(_download_artifact_from_uri(artifact_uri=model_uri))
    about = Model.load(str(folder / MLMODEL_FILE_NAME))
    if FLAVOR_NAME not in about.flavors:
        raise TenureError(f"{model_uri} is no model of Tenure: its flavours are {', '.join(about.flavors)}", "file")
    return load(folder / about.flavors[FLAVOR_NAME]["data"])


def _load_pyfunc(path: str) -> _PyFunc:
    """MLflow calls it with the path of the artifact."""
    return _PyFunc(load(path))


class _PyFunc:
    """A scorer with MLflow's `predict`."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer

    def get_raw_model(self) -> Scorer:
        """The model inside."""
        return self.scorer

    def predict(self, model_input: pandas.DataFrame, params: dict[str, Any] | None = None) -> pandas.DataFrame:
        """Scores every row of a frame; a row with a problem keeps its place."""
        import pandas

        reasons = int((params or {}).get("reasons", 0))
        scored = self.scorer.score_table(model_input, reasons=reasons, keep=False)
        columns = {name: scored.column(name) for name in scored.column_names}
        found: pandas.DataFrame = pandas.DataFrame(columns, index=getattr(model_input, "index", None))
        return found


def _scorer_of(model: TenureModel) -> Scorer:
    if isinstance(model, Scorer):
        return model
    if isinstance(model, (bytes, str, os.PathLike)):
        return load(model)
    if hasattr(model, "to_artifact"):
        return load(model.to_artifact())
    kind = type(model).__name__
    raise TenureError(f"model must be a Scorer, a fitted TenureClassifier, bytes or a path (got {kind})")
