"""The labels of a target as texts of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import _native
from ._errors import TenureError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def texts_of(classes: NDArray[Any]) -> list[str]:
    """The two labels as a table has them; 0 and 1 where their texts are empty, or spell the same value."""
    texts = [str(label).strip() for label in classes.tolist()]
    folded = {text.casefold() for text in texts}
    return texts if len(folded) == 2 and all(texts) else ["0", "1"]


def free_name(name: str, taken: Sequence[str]) -> str:
    """The name, or that name with underscores where a column has it already."""
    while name in taken:
        name += "_"
    return name


def place_of(classes: NDArray[Any], positive: Any) -> int:
    """Which of the two labels is `positive`."""
    labels = classes.tolist()
    places = [place for place, label in enumerate(labels) if label == positive]
    if len(places) != 1:
        known = ", ".join(repr(label) for label in labels)
        raise TenureError(f"positive must be one of the labels: {known} (got {positive!r})", "schema_answer")
    return places[0]


def place_in_schema(schema: str, texts: list[str], classes: NDArray[Any], positive: Any) -> int:
    """Which of the two labels the schema's target means by customers who left; `positive` must agree."""
    outcomes = _native.target_outcomes(schema, texts)
    if sorted(outcomes) != ["left", "stayed"]:
        said = ", ".join(f"{text!r} means {outcome}" for text, outcome in zip(texts, outcomes))
        raise TenureError(
            f"the schema's target must tell the two labels apart as left and stayed: {said}; pass labels that the"
            " schema names, or correct `target` of the schema",
            "schema_answer",
        )
    place = outcomes.index("left")
    if positive is not None and place_of(classes, positive) != place:
        raise TenureError(
            f"the schema says that {classes[place]!r} left, `positive` says {positive!r}; leave positive out, or"
            " correct the schema",
            "schema_answer",
        )
    return place
