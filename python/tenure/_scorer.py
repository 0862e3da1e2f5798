"""A model that is ready: scores, explanations, counterfactuals and decisions."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Union, cast

from . import _native
from ._errors import Problem, TenureError, problems_of
from ._tables import Table, TableLike, as_table

if TYPE_CHECKING:
    import numpy as np
    import shap
    from numpy.typing import NDArray

Scale = Literal["log-odds", "probability"]
Record = Mapping[str, object]


@dataclass(frozen=True)
class Score:
    """The score of one customer."""

    probability: float
    """Calibrated probability of leaving, 0 to 1."""
    logit: float
    """The network's output before calibration, in log-odds."""
    tier: str
    """The name of the tier."""
    warnings: tuple[Problem, ...]
    """Values that count as others."""


@dataclass(frozen=True)
class Contribution:
    """What one field adds to a customer's score: its Shapley value."""

    field: str
    label: str
    value: Union[str, float, None]
    """As a table has it; none where it is missing, or counts as OTHER."""
    text: str
    """The value in words."""
    contribution: float
    standard_error: float
    """0 where the contribution is exact."""
    sentence: str


@dataclass(frozen=True)
class Explanation:
    """Why a customer has this score: `base` plus all contributions is the logit, or the probability on that scale."""

    probability: float
    logit: float
    tier: str
    scale: Scale
    base: float
    """Mean of the model's background, on the scale."""
    exact: bool
    evaluations: int
    contributions: tuple[Contribution, ...]
    """One for each field, those that move the score most first."""


@dataclass(frozen=True)
class Change:
    """A changed value of a counterfactual."""

    field: str
    before: Union[str, float, None]
    after: Union[str, float, None]
    follows: bool
    """Whether it only moves because others change."""


@dataclass(frozen=True)
class Counterfactual:
    """Changes that lower the probability below the threshold."""

    changes: tuple[Change, ...]
    probability: float
    cost: float
    sentence: str


@dataclass(frozen=True)
class Counterfactuals:
    """The cheapest changes that lower the probability below the threshold, and how far the search went."""

    threshold: float
    answers: tuple[Counterfactual, ...]
    """Cheapest first."""
    reason: str | None
    """Why there is no answer: `already_under`, `no_change` or `not_reached`."""
    sentence: str | None
    """The reason in words."""
    lowest: float
    """The lowest probability that the search met."""
    exhaustive: int
    """All sets of at most this number of changes were tried."""
    longest: int
    evaluations: int


@dataclass(frozen=True)
class Explanations:
    """The explanations of a table. Rows that have a problem are NaN."""

    values: NDArray[np.float64]
    """[rows, fields]: what each field adds, on the scale."""
    base_values: NDArray[np.float64]
    """[rows]: the mean of the background, on the scale."""
    standard_errors: NDArray[np.float64]
    """[rows, fields]: 0 where a value is exact."""
    data: NDArray[np.float64]
    """[rows, fields]: numbers, and codes of categories (their number stands for OTHER); NaN where missing."""
    display_data: NDArray[np.object_]
    """[rows, fields]: the same with the names of the categories; none where missing."""
    feature_names: tuple[str, ...]
    labels: tuple[str, ...]
    """Names of the fields for people."""
    logits: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    exact: NDArray[np.bool_]
    """[rows]: whether no value of the row was sampled."""
    scale: Scale
    problems: tuple[Problem, ...]

    def __len__(self) -> int:
        return len(self.base_values)

    def to_shap(self) -> shap.Explanation:
        """A `shap.Explanation`, for the plots of shap. `error_std` has the standard errors."""
        import shap

        return shap.Explanation(
            values=self.values,
            base_values=self.base_values,
            data=self.data,
            display_data=self.display_data,
            feature_names=list(self.labels),
            error_std=self.standard_errors,
        )


class Scorer:
    """A model that is ready. Its methods release the interpreter's lock, so threads score side by side."""

    def __init__(self, artifact: bytes) -> None:
        self._model = _native.Model(bytes(artifact))

    @classmethod
    def _of(cls, model: _native.Model) -> Scorer:
        scorer = cls.__new__(cls)
        scorer._model = model
        return scorer

    def __reduce__(self) -> tuple[Any, ...]:
        return (Scorer, (self._model.bytes,))

    def __repr__(self) -> str:
        fields = self.fields
        return f"<tenure.Scorer: {self.schema['name']}, {len(fields)} fields>"

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The schema: fields, target, derived features."""
        return cast("dict[str, Any]", json.loads(self._model.schema()))

    @cached_property
    def policy(self) -> dict[str, Any]:
        """The policy: tiers and offers."""
        return cast("dict[str, Any]", json.loads(self._model.policy()))

    @cached_property
    def card(self) -> dict[str, Any]:
        """The model card: how the model was made, and how well it does on its test rows."""
        return cast("dict[str, Any]", json.loads(self._model.card()))

    @cached_property
    def fields(self) -> list[str]:
        """Names of the fields, in the order of the schema."""
        return self._model.field_names()

    @cached_property
    def tiers(self) -> list[str]:
        """Names of the tiers, the lowest first."""
        return self._model.tier_names()

    @cached_property
    def background(self) -> list[dict[str, Union[str, float, None]]]:
        """The customers that explanations compare with. All are made up: none was in the training table."""
        rows = cast("list[dict[str, Union[str, float, None]]]", json.loads(self._model.background()))
        return [{name: row[name] for name in self.fields} for row in rows]

    def to_bytes(self) -> bytes:
        """The artifact."""
        return self._model.bytes

    def score(self, record: Record) -> Score:
        """Scores one customer. Keys that are no fields are passed over."""
        logit, probability, tier, warnings = self._model.score(record)
        return Score(probability, logit, self.tiers[tier], problems_of(warnings))

    def score_table(
        self,
        table: TableLike,
        *,
        reasons: int = 0,
        budget: int | None = None,
        decide: bool = False,
        identifier: str | None = None,
        days: str | None = None,
        keep: bool = True,
    ) -> Table:
        """Appends `probability`, `logit`, `tier` and `problems` to every row, as `tenure score` does.

        `reasons` adds as many columns of the largest contributions in words, within `budget` evaluations of the
        network a row. `decide` adds the columns of `decide_table`, the tier of the decision as `decision_tier`.
        Without `keep` the table has the new columns alone. A row with a problem keeps its place: its scores are
        null, and `problems` says why. The table may have its columns in any order, and others beside them.
        """
        arguments = (reasons, budget, True, decide, identifier, days, keep)
        return Table(self._model.append(as_table(table, self.fields), *arguments))

    def decide_table(
        self, table: TableLike, *, identifier: str | None = None, days: str | None = None, keep: bool = True
    ) -> Table:
        """Appends to every row what to offer, as `tenure decide` does.

        `identifier` names the column of the customers' identifiers, for the hold-out (by default the first
        identifier of the schema), `days` that of the days since the last offer, for cooldowns.
        """
        return Table(self._model.append(as_table(table, self.fields), 0, None, False, True, identifier, days, keep))

    def explain(
        self,
        record: Record,
        *,
        scale: Scale = "log-odds",
        budget: int | None = None,
        tolerance: float | None = None,
        seed: int = 0,
    ) -> Explanation:
        """Explains one customer's score: a Shapley value for each field.

        Values are exact where the budget (evaluations of the network) allows it, otherwise estimates that stop
        once their standard error is at most `tolerance`.
        """
        found = json.loads(self._model.explain(record, scale, budget, tolerance, seed, None, 0, None))
        contributions = tuple(Contribution(**contribution) for contribution in found.pop("contributions"))
        return Explanation(contributions=contributions, **found)

    def explain_table(
        self,
        table: TableLike,
        *,
        scale: Scale = "log-odds",
        budget: int | None = None,
        tolerance: float | None = None,
        seed: int = 0,
    ) -> Explanations:
        """Explains every row of a table."""
        import numpy

        found = self._model.explain_table(as_table(table, self.fields), scale, budget, tolerance, seed)
        rows = cast(int, found["rows"])

        def numbers(name: str) -> NDArray[np.float64]:
            return numpy.frombuffer(cast(bytearray, found[name]), dtype=numpy.float64)

        width = len(self.fields)
        data = numpy.empty((rows, width), dtype=numpy.float64)
        display = numpy.empty((rows, width), dtype=object)
        kinds = self._model.categories()
        for place, (cells, categories) in enumerate(zip(cast("list[bytearray]", found["cells"]), kinds)):
            if categories is None:
                data[:, place] = numpy.frombuffer(cells, dtype=numpy.float64)
                display[:, place] = data[:, place]
            else:
                codes = numpy.frombuffer(cells, dtype=numpy.uint16)
                is_missing = codes == _MISSING_CODE
                data[:, place] = numpy.where(is_missing, numpy.nan, codes)
                names = numpy.array([*categories, "OTHER", None], dtype=object)
                display[:, place] = names[numpy.where(is_missing, len(categories) + 1, codes)]
        return Explanations(
            values=numbers("values").reshape(rows, width),
            base_values=numbers("base_values"),
            standard_errors=numbers("standard_errors").reshape(rows, width),
            data=data,
            display_data=display,
            feature_names=tuple(self.fields),
            labels=tuple(self._model.field_labels()),
            logits=numbers("logits"),
            probabilities=numbers("probabilities"),
            exact=numpy.frombuffer(cast(bytearray, found["exact"]), dtype=numpy.bool_),
            scale=scale,
            problems=problems_of(cast("list[_native.Found]", found["problems"])),
        )

    def counterfactuals(
        self, record: Record, *, threshold: float | None = None, count: int = 3, fields: Sequence[str] | None = None
    ) -> Counterfactuals:
        """The cheapest changes that lower the probability below the threshold, by default that of the next lower
        tier. Only fields that the schema calls changeable change; `fields` takes some of them."""
        if count < 1:
            raise TenureError(f"count must be at least 1 (got {count})")
        text = self._model.explain(record, "log-odds", None, None, 0, threshold, count, fields)
        found = json.loads(text)["counterfactuals"]
        answers = tuple(
            Counterfactual(
                changes=tuple(
                    Change(change["field"], change["from"], change["to"], change["follows"])
                    for change in answer["changes"]
                ),
                probability=answer["probability"],
                cost=answer["cost"],
                sentence=answer["sentence"],
            )
            for answer in found.pop("answers")
        )
        return Counterfactuals(answers=answers, **found)

    def decide(
        self,
        record: Record,
        *,
        identifier: str | None = None,
        days_since_offer: float | None = None,
        reasons: int = 3,
    ) -> dict[str, Any]:
        """What to offer a customer, as `tenure decide` prints it (docs/decisions.md)."""
        return cast("dict[str, Any]", json.loads(self._model.decide(record, identifier, days_since_offer, reasons)))

    def _scores(self, table: object) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[Problem, ...]]:
        """Probabilities, logits, and the problems of rows that have none."""
        import numpy

        found = self._model.scores(as_table(table, self.fields))
        probabilities = numpy.frombuffer(cast(bytearray, found["probabilities"]), dtype=numpy.float32)
        logits = numpy.frombuffer(cast(bytearray, found["logits"]), dtype=numpy.float32)
        return probabilities, logits, problems_of(cast("list[_native.Found]", found["problems"]))


_MISSING_CODE = 65_535


def load(model: Union[str, os.PathLike[str], bytes, bytearray, memoryview], *, reference: str | None = None) -> Scorer:
    """Reads a model: a file's path, or its bytes.

    `reference` (a date, year first) is the day before which dates are counted, instead of the day that training
    used.
    """
    if isinstance(model, (bytes, bytearray, memoryview)):
        artifact = bytes(model)
    else:
        try:
            with open(model, "rb") as file:
                artifact = file.read()
        except OSError as error:
            raise TenureError(f"{os.fspath(model)}: {error.strerror}; check the name and the folder", "file") from error
    native = _native.Model(artifact)
    return Scorer._of(native if reference is None else native.with_reference(reference))
