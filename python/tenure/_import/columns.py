"""The columns that a network reads: what steps make of the columns of a table, and their description.

Each column knows its field, and is `(value - mean) / scale`. docs/import.md describes the blocks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Union


@dataclass(frozen=True)
class Raw:
    """A column of the table as it is, or with a value in place of missing ones."""

    field: str
    fill: Any = None
    stated: bool = False


@dataclass(frozen=True)
class Number:
    """`(value - mean) / scale`, with a value in place of missing ones."""

    field: str
    mean: float = 0.0
    scale: float = 1.0
    fill: float | None = None
    stated: bool = False


@dataclass(frozen=True)
class Indicator:
    """1 where the field is missing, otherwise 0, before mean and scale."""

    field: str
    mean: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True, eq=False)
class OneHot:
    """All columns of one field of an encoder."""

    field: str
    columns: list[list[str | None]]
    dropped: list[str]
    other: list[int] | None
    missing: list[int] | None
    texts: list[str]


@dataclass(frozen=True)
class Member:
    """One column of an encoder."""

    of: OneHot
    position: int
    mean: float = 0.0
    scale: float = 1.0

    @property
    def field(self) -> str:
        return self.of.field


Column = Union[Raw, Number, Indicator, Member]


def as_number(place: str, column: Raw, problems: list[str]) -> Number:
    """A column that `place`, a step or a node in words, reads as a number."""
    fill = None
    if column.fill is not None:
        try:
            fill = float(column.fill)
        except (TypeError, ValueError):
            problems.append(f"{place} reads `{column.field}` as a number, and {column.fill!r} is none")
    return Number(column.field, fill=fill, stated=column.stated)


def scaled(column: Column, mean: float, scale: float) -> Column:
    """`(column - mean) / scale`, where the column is `(value - its mean) / its scale` already."""
    assert not isinstance(column, Raw)
    return replace(column, mean=column.mean + mean * column.scale, scale=column.scale * scale)


def is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ == "NAType"


def text_of(value: Any) -> str:
    """A value as a table has it."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def blocks(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """The blocks of a description. The columns of a one-hot encoder are there whole, one after another."""
    made: list[dict[str, Any]] = []
    before: OneHot | None = None
    for column in columns:
        if isinstance(column, Member):
            if column.of is not before:
                before = column.of
                block: dict[str, Any] = {"field": before.field, "transform": "one_hot", "columns": before.columns}
                block.update({"mean": [], "scale": []})
                optional = {"dropped": before.dropped or None, "other": before.other, "missing": before.missing}
                block.update({key: value for key, value in optional.items() if value is not None})
                if any(None in group for group in before.columns):
                    block.pop("missing", None)
                made.append(block)
            made[-1]["mean"].append(column.mean)
            made[-1]["scale"].append(column.scale)
            continue
        before = None
        transform = "missing" if isinstance(column, Indicator) else "number"
        assert not isinstance(column, Raw)
        block = {"field": column.field, "transform": transform, "mean": column.mean, "scale": column.scale}
        if isinstance(column, Number) and column.fill is not None:
            block.update({"missing": column.fill, "stated": column.stated})
        made.append(block)
    return made
