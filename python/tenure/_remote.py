"""A model on another machine: its bytes, read once by each worker, and the columns that it appends."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from ._errors import TenureError
from ._scorer import Scorer, load

if TYPE_CHECKING:
    import pyarrow


def appended(artifact: bytes, given: pyarrow.Schema, options: dict[str, Any]) -> pyarrow.Schema:
    """The columns that are appended, found on a frame of no rows; so all that is wrong with its columns is refused."""
    import pyarrow

    empty = pyarrow.table([pyarrow.array([], field.type) for field in given], schema=given)
    scored = pyarrow.table(load(artifact).score_table(empty, **options, keep=False))
    return scored.schema


_SCORERS: dict[str, Scorer] = {}
"""Models that this worker has read, by the hash of their bytes."""


def scorer_of(artifact: bytes) -> Scorer:
    key = hashlib.sha256(artifact).hexdigest()
    if key not in _SCORERS:
        # One model is enough for a worker; others would pile up in a long session.
        _SCORERS.clear()
        try:
            _SCORERS[key] = load(artifact)
        except TenureError as error:
            raise TenureError(f"the model did not arrive as it was sent: {error}", error.code) from error
    return _SCORERS[key]
