"""What the values of an ONNX graph are to the import: constants, columns, what layers make of them, probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Union

from .columns import Column, Indicator, Member, Number, OneHot, Raw, text_of


@dataclass(frozen=True, eq=False)
class Constant:
    """A tensor that is the same for all rows."""

    array: Any


@dataclass(frozen=True, eq=False)
class Encoder:
    """A one-hot encoder of a field."""

    field: str
    texts: Sequence[str | None]
    """What has a column; `None` is a missing value."""
    zeros: bool
    """Whether all columns are 0 for any other value; otherwise there is no answer."""
    fill: str | None
    """The text in place of a missing one."""


@dataclass(frozen=True)
class Category:
    """1 where the value is one of the texts, before mean and scale."""

    of: Encoder
    texts: tuple[str | None, ...]
    mean: float = 0.0
    scale: float = 1.0

    @property
    def field(self) -> str:
        return self.of.field


Part = Union[Raw, Number, Indicator, Member, Category]


@dataclass(frozen=True, eq=False)
class Columns:
    """A tensor whose columns are known."""

    parts: tuple[Part, ...]
    kind: str = "number"
    """`number`, `whole`, `flag`, `text`, or `cut`: numbers without what is behind their point."""
    rank: int = 2

    @property
    def width(self) -> int:
        return len(self.parts)


@dataclass(frozen=True, eq=False)
class Blank:
    """Whether a text is missing, for each of these columns."""

    columns: Columns


@dataclass(frozen=True, eq=False)
class Layer:
    name: str
    kind: str
    tensors: Mapping[str, Any] = field(default_factory=dict)
    epsilon: float | None = None


@dataclass(frozen=True, eq=False)
class Dense:
    """What layers make of columns."""

    parts: tuple[Part, ...]
    layers: tuple[Layer, ...]
    width: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """Probabilities of the two classes."""

    dense: Dense
    """Their logit: one value, or two, which a softmax takes."""
    last: Layer
    """The sigmoid or softmax."""
    second: tuple[bool, ...]
    """For each column, whether it is the probability of the second class."""

    @property
    def width(self) -> int:
        return len(self.second)


class Label:
    """A class that a node chose."""


class Broken:
    """What a node gives that cannot be read; its problem is told already."""


Value = Union[Constant, Columns, Blank, Dense, Outcome, Label, Broken]


def moved(part: Part, mean: float, scale: float) -> Part:
    """`(part - mean) / scale`."""
    assert not isinstance(part, Raw)
    return replace(part, mean=part.mean + mean * part.scale, scale=part.scale * scale)


def told(block: Mapping[str, Any]) -> list[Part]:
    """The columns of a block of a description, which has been checked."""
    name, kind = str(block["field"]), block["transform"]
    entries = [group if isinstance(group, list) else [group] for group in block.get("columns", [])]
    count = len(entries) if kind == "one_hot" else 1
    mean, scale = _listed(block.get("mean", 0.0), count), _listed(block.get("scale", 1.0), count)
    if kind == "missing":
        return [Indicator(name, mean[0], scale[0])]
    if kind == "number":
        fill = block.get("missing")
        if fill is None and mean == [0.0] and scale == [1.0]:
            return [Raw(name)]
        return [Number(name, mean[0], scale[0], fill, bool(block.get("stated")))]
    dropped = list(block.get("dropped", []))
    texts = [text for group in entries for text in group if text is not None] + dropped
    encoder = OneHot(name, entries, dropped, block.get("other"), block.get("missing"), texts)
    return [Member(encoder, place, mean[place], scale[place]) for place in range(count)]


def _listed(value: Any, count: int) -> list[float]:
    return [float(one) for one in value] if isinstance(value, (list, tuple)) else [float(value)] * count


def described(parts: Sequence[Part], problems: list[str]) -> list[Column]:
    """The columns that a description can tell."""
    made: list[Column] = []
    place = 0
    while place < len(parts):
        part = parts[place]
        if isinstance(part, Category):
            run = _run(parts[place:], part)
            made.extend(_members(run))
            place += len(run)
            continue
        if isinstance(part, Member):
            run_of = parts[place : place + len(part.of.columns)]
            whole = [one.position if isinstance(one, Member) and one.of is part.of else None for one in run_of]
            if whole != list(range(len(part.of.columns))):
                problems.append(
                    f"the graph reads some columns of `{part.field}` apart from the others: describe each of its"
                    " columns as a block of `inputs`"
                )
                return made
            made.extend(one for one in run_of if isinstance(one, Member))
            place += len(run_of)
            continue
        made.append(part if not isinstance(part, Raw) else Number(part.field, fill=part.fill, stated=part.stated))
        place += 1
    return made


def _run(parts: Sequence[Part], first: Category) -> list[Category]:
    """The columns of one encoder, one after another, until a text comes again."""
    run: list[Category] = []
    seen: set[str | None] = set()
    for part in parts:
        if not isinstance(part, Category) or part.of is not first.of or not seen.isdisjoint(part.texts):
            break
        seen.update(part.texts)
        run.append(part)
    return run


def _members(run: Sequence[Category]) -> list[Member]:
    encoder = run[0].of
    groups = [list(part.texts) for part in run]
    every = [text for text in encoder.texts if text is not None]
    dropped = [text for text in every if all(text not in group for group in groups)]
    other: list[int] | None = [] if encoder.zeros else None
    missing = other
    if encoder.fill is not None:
        known = [place for place, group in enumerate(groups) if encoder.fill in group]
        missing = known if known or encoder.fill in dropped else other
    elif None in encoder.texts:
        # A column with null says it itself.
        missing = [] if all(None not in group for group in groups) else None
    one_hot = OneHot(encoder.field, groups, dropped, other, missing, every)
    return [Member(one_hot, place, part.mean, part.scale) for place, part in enumerate(run)]


def encoder_texts(values: Sequence[Any]) -> list[str | None]:
    """The texts of an encoder. A blank is missing; so is `nan`, which skl2onnx writes for it."""
    texts = [text_of(value) for value in values]
    missing = "" if "" in texts else "nan"
    return [None if text == missing else text for text in texts]
