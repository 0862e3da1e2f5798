"""The labels of a target as texts of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

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
