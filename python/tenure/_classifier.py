"""An estimator of scikit-learn that trains a Tenure model."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from . import _native
from ._errors import TenureError, TenureWarning, refuse_rows
from ._files import schema_text, write_whole
from ._labels import free_name, place_in_schema, place_of, texts_of
from ._progress import Progress
from ._scorer import Explanations, Scale, Scorer
from ._tables import as_table, of_columns

MINIMUM_ROWS = 50
"""The fewest rows that the trainer takes."""
MINIMUM_OF_A_CLASS = 10
"""The fewest rows of a class that it takes."""
_COPIES = (20, 100)
"""How often the rows of a small table are repeated: the second where the first is not enough."""
_FEW_ROWS = 1000
"""A larger table is not repeated: what is said of too few customers there is the fault of a field."""
_REFUSED_PARAMETERS = {
    "sample_weight": "Tenure keeps nothing of fewer than 20 customers, which it could not count if one customer stood"
    " for several; leave sample_weight out, and move the threshold instead"
}


@dataclass(frozen=True)
class _Trained:
    """A training, and what it says."""

    artifact: bytes
    schema: str
    positive: int
    copies: int
    notices: list[str]


class TenureClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Trains as `tenure train` does: strong teachers, then a small network that explains itself exactly.

    Parameters
    ----------
    schema : path, text of a schema file, or name of a preset, default=None
        What the columns of a frame mean. By default it is drafted as `tenure init` drafts it; where several readings
        fit a column, the error says which argument answers. The columns of an array are numbers.
    positive : label, default=None
        The label of customers who left. By default it is guessed where it is sure, otherwise it is the second of
        `classes_`, and `to_artifact` asks.
    formats : mapping of column to format, default=None
        How columns are written, such as `{"since": "%d/%m/%Y"}`.
    ignore : sequence of columns, default=None
        Columns to leave out.
    minimum_members : mapping of column to rows, default=None
        Columns that are categories, and the fewest rows of a value that becomes one, such as `{"shop": 5}`. Less than
        20 only where the values do not describe persons.
    group, time : column, default=None
        Rows that share a value of `group` stay in the same part of the inner split; the latest rows of `time` test.
    model : "linear", "trees", "mlp", "tabm" or "tabm-mini", default=None
        The teacher. By default several are blended.
    hyperparameters : mapping, default=None
        Other hyperparameters of `tenure train` by the names of their flags, such as `{"epochs": 20}`.
    random_state : int, RandomState or None, default=None
        The seed. The same integer gives the same model on the same machine.
    verbose : int, default=0
        1 shows the progress on standard error.

    Attributes
    ----------
    classes_ : the two labels.
    n_features_in_, feature_names_in_ : as in scikit-learn.
    scorer_ : the model, a `tenure.Scorer`.
    schema_ : the text of the schema that was used.
    """

    classes_: NDArray[Any]
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    scorer_: Scorer
    schema_: str
    positive_: int
    is_frame_: bool
    is_small_: bool
    question_: Union[TenureError, None]

    def __init__(
        self,
        *,
        schema: Union[str, os.PathLike[str], None] = None,
        positive: Any = None,
        formats: Mapping[str, str] | None = None,
        ignore: Sequence[str] | None = None,
        minimum_members: Mapping[str, int] | None = None,
        group: str | None = None,
        time: str | None = None,
        model: str | None = None,
        hyperparameters: Mapping[str, object] | None = None,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.schema = schema
        self.positive = positive
        self.formats = formats
        self.ignore = ignore
        self.minimum_members = minimum_members
        self.group = group
        self.time = time
        self.model = model
        self.hyperparameters = hyperparameters
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags

    def fit(self, X: Any, y: Any, **fit_params: Any) -> TenureClassifier:
        """Trains on a frame or an array of numbers. NaN is missing. Ctrl-C stops it.

        A table of fewer than 50 rows, or of fewer than 10 of a class, is repeated until there are enough; such a model
        predicts, but it describes single customers, so `to_artifact` refuses it.
        """
        for name in fit_params:
            reason = _REFUSED_PARAMETERS.get(name, "fit takes X and y alone; the options are the estimator's own")
            raise TypeError(f"fit() does not take `{name}`: {reason}")
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        X, labels = self._validated(X, y)
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            raise ValueError(f"y has one class, {self.classes_[0]!r}: add rows of the customers that are not there")
        counts = [int((labels == label).sum()) for label in self.classes_]
        is_small = sum(counts) < MINIMUM_ROWS or min(counts) < MINIMUM_OF_A_CLASS
        texts = texts_of(self.classes_)
        written = [texts[place] for place in np.searchsorted(self.classes_, labels)]

        copies = _COPIES if is_small else (1,) if sum(counts) > _FEW_ROWS else (1, *_COPIES)
        for number in copies[:-1]:
            try:
                trained = self._trained(X, written, texts, number)
                break
            except TenureError as error:
                # What cannot be said of so few customers can be said of their copies.
                if error.code != "training_privacy":
                    raise
        else:
            trained = self._trained(X, written, texts, copies[-1])
        notices = trained.notices
        if trained.copies > 1:
            # What else is said of repeated rows is true of the repetition.
            notices = [
                f"{sum(counts)} rows, {min(counts)} of the rarer class: too few for an artifact ({MINIMUM_ROWS} and"
                f" {MINIMUM_OF_A_CLASS} are needed, and more where fields have many values), so they were repeated;"
                " to_artifact refuses this model"
            ]
        for notice in notices:
            warnings.warn(notice, TenureWarning, stacklevel=2)
        self.schema_ = trained.schema
        self.scorer_ = Scorer(trained.artifact)
        self.positive_ = trained.positive
        self.is_small_ = trained.copies > 1
        return self

    def _trained(self, X: Any, labels: list[str], texts: list[str], copies: int) -> _Trained:
        """Trains on a table whose rows are repeated. `labels` are those of the rows, `texts` the two of them."""
        schema = schema_text(self.schema)
        target = free_name("target", self.feature_names_) if schema is None else _native.read_schema(schema)[0]
        training = _native.TrainingTable(self._table(X), target, labels, copies)
        self.question_ = None
        notices: list[str] = []
        if schema is None:
            positive = self._positive(training, target, texts)
            schema = self._drafted(training, target, texts[positive], notices)
        else:
            positive = place_in_schema(schema, texts, self.classes_, self.positive)
        progress = Progress() if self.verbose else None
        try:
            artifact, said = training.train(schema, self._hyperparameters(), self.group, self.time, progress)
        finally:
            if progress is not None:
                progress.end()
        return _Trained(artifact, schema, positive, copies, [*notices, *said])

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """[rows, 2]: the calibrated probability of each of `classes_`. A row that cannot be scored is an error."""
        table = self._checked(X)
        probabilities, _, problems = self.scorer_._scores(table)
        refuse_rows(problems, len(probabilities))
        positive = probabilities.astype(np.float64)
        both = np.empty((len(positive), 2))
        both[:, self.positive_] = positive
        both[:, 1 - self.positive_] = 1.0 - positive
        return both

    def predict(self, X: Any) -> NDArray[Any]:
        """The more probable label of each row."""
        probabilities = self.predict_proba(X)
        return self.classes_[np.argmax(probabilities, axis=1)]  # type: ignore[no-any-return]

    def explain(self, X: Any, *, scale: Scale = "log-odds", budget: int | None = None) -> Explanations:
        """Explains the probability of the label of those who left, `classes_[positive_]`, row by row."""
        return self.scorer_.explain_table(self._checked(X), scale=scale, budget=budget)  # type: ignore[arg-type]

    def to_artifact(self, path: Union[str, os.PathLike[str], None] = None) -> bytes:
        """The artifact: the file that the command, the browser and `tenure.load` read. Writes it to `path`, whole or
        not at all."""
        check_is_fitted(self)
        if self.is_small_:
            raise TenureError(
                f"the model was trained on repeated rows of too few customers, whom its numbers describe: an artifact"
                f" needs {MINIMUM_ROWS} rows, and {MINIMUM_OF_A_CLASS} of each class",
                "training_privacy",
            )
        if self.question_ is not None:
            raise self.question_
        artifact = self.scorer_.to_bytes()
        if path is not None:
            write_whole(os.fspath(path), artifact)
        return artifact

    @property
    def feature_names_(self) -> list[str]:
        """The names of the columns: those of the frame, or `x0`, `x1` and so on."""
        named = getattr(self, "feature_names_in_", None)
        return [f"x{place}" for place in range(self.n_features_in_)] if named is None else [str(name) for name in named]

    def _validated(self, X: Any, y: Any) -> tuple[Any, NDArray[Any]]:
        """The frame or the array, and the labels, of a fit."""
        if _is_named_frame(X):
            validate_data(self, X, skip_check_array=True)
            labels: NDArray[Any] = np.asarray(column_or_1d(y, warn=True))
            self.is_frame_ = True
            if len(labels) != len(X):
                raise ValueError(f"X has {len(X)} rows, y has {len(labels)}")
            if len(labels) == 0:
                raise ValueError("X has 0 rows: at least one is needed")
        else:
            validated: Any = validate_data(self, X, y, dtype="numeric", ensure_all_finite="allow-nan")
            X, labels = validated
            self.is_frame_ = False
        check_classification_targets(labels)
        kind = type_of_target(labels, input_name="y")
        if kind != "binary":
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        return X, labels

    def _table(self, X: Any) -> object:
        """A checked frame or array as a table."""
        return as_table(_without_nan(X)) if self.is_frame_ else self._of_array(X)

    def _checked(self, X: Any) -> object:
        """The table of a prediction, with the columns of the fit."""
        check_is_fitted(self)
        if _is_named_frame(X):
            validate_data(self, X, reset=False, skip_check_array=True)
            if not self.is_frame_:
                # Columns count by their place, as in the array that was fitted.
                return self._of_array(np.asarray(X, dtype=np.float64))
            return self._table(X)
        array: Any = validate_data(self, X, reset=False, dtype="numeric", ensure_all_finite="allow-nan")
        return self._of_array(array)

    def _of_array(self, array: NDArray[Any]) -> object:
        if np.issubdtype(array.dtype, np.floating) and np.isinf(array).any():
            raise ValueError("Input X contains infinity or a value too large for dtype('float64').")
        return of_columns({name: array[:, place] for place, name in enumerate(self.feature_names_)}, array.shape[0])

    def _positive(self, training: _native.TrainingTable, target: str, texts: list[str]) -> int:
        """Which of the labels means that a customer left: as it is said, as `tenure init` is sure of, or the second."""
        if self.positive is not None:
            return place_of(self.classes_, self.positive)
        try:
            # The target alone: the questions of other columns come later.
            others = [name for name in self.feature_names_ if name != target]
            training.draft(target, [], [], ([], others[1:], []))
        except TenureError as error:
            if error.code == "schema_question" and "which label" in str(error):
                self.question_ = error
        else:
            drafted = training.draft(target, [], [], ([], others[1:], []))[0]
            outcomes = _native.target_outcomes(drafted, texts)
            if sorted(outcomes) == ["left", "stayed"]:
                return outcomes.index("left")
        return 1

    def _drafted(self, training: _native.TrainingTable, target: str, positive: str, notices: list[str]) -> str:
        if not self.is_frame_:
            quoted = json.dumps
            fields = ",\n".join(f'    {{ name = {quoted(name)}, kind = "number" }}' for name in self.feature_names_)
            return (
                f'schema_version = 1\nname = "array"\n'
                f"target = {{ field = {quoted(target)}, positive = {quoted(positive)} }}\nfields = [\n{fields},\n]\n"
            )
        formats = list((self.formats or {}).items())
        members = list((self.minimum_members or {}).items())
        answers = (formats, list(self.ignore or []), members)
        schema, said = training.draft(target, [positive], [], answers)
        notices.extend(said)
        return schema

    def _hyperparameters(self) -> dict[str, str]:
        given = {name: _hyperparameter(value) for name, value in (self.hyperparameters or {}).items()}
        if "seed" in given:
            raise TenureError("hyperparameters: the seed is random_state", "hyperparameters")
        if self.model is not None:
            given["model"] = str(self.model)
        if isinstance(self.random_state, (int, np.integer)):
            given["seed"] = str(int(self.random_state))
        else:
            given["seed"] = str(check_random_state(self.random_state).randint(2**31))
        return given


def _hyperparameter(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return ",".join(str(part) for part in value) or "none"
    return str(value)


def _is_named_frame(X: Any) -> bool:
    """Whether it is a frame whose columns have texts as names."""
    columns = getattr(X, "columns", None)
    if columns is None or not hasattr(X, "__arrow_c_stream__"):
        return hasattr(X, "column_names") and hasattr(X, "__arrow_c_stream__")
    return all(isinstance(name, str) for name in columns)


def _without_nan(X: Any) -> Any:
    """NaN is missing in an estimator. In Polars it is a number beside null."""
    if type(X).__module__.split(".")[0] != "polars":
        return X
    import polars.selectors as selectors

    return X.with_columns(selectors.float().fill_nan(None))
