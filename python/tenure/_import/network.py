"""What is read of a model, whatever library it is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._errors import TenureError
from .columns import Column


@dataclass(frozen=True)
class Network:
    """A network with all that the importer in Rust asks about it."""

    source: str
    """Who made it, in words."""
    inputs: Sequence[Mapping[str, Any]]
    """The blocks of the description, in the network's order."""
    layers: Sequence[Mapping[str, Any]]
    """Name and kind of each layer, first to last."""
    weights: Mapping[str, Any]
    """Tensors by name."""
    names: Sequence[str]
    """The columns of the table, as far as the model names them."""
    columns: Sequence[Column] | None = None
    """Where the model says what its columns are: these. Without them a schema must."""
    classes: Sequence[Any] | None = None
    """The two labels in the model's order, the second being that of a high output. Without them that of the labels."""


def refused(problems: Sequence[str]) -> TenureError:
    """The error of a model that cannot be imported."""
    return TenureError("the model cannot be imported:\n  " + "\n  ".join(problems), "import")
