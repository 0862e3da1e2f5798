"""Scores frames of Spark, batch by batch, on the executors.

    import tenure.spark

    scored = tenure.spark.score(customers, "model.safetensors", explain=3)

Every executor needs the package and pyarrow. The model travels once to each executor, as a broadcast. Memory is one
batch of Arrow for each task (`spark.sql.execution.arrow.maxRecordsPerBatch`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Union

from . import _native
from ._errors import TenureError
from ._scorer import Scorer, load

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame


def score(
    frame: DataFrame,
    model: Union[Scorer, bytes, str, os.PathLike[str]],
    *,
    explain: int = 0,
    budget: int | None = None,
    decide: bool = False,
    identifier: str | None = None,
    days: str | None = None,
) -> DataFrame:
    """Appends the columns of `Scorer.score_table` to every row: `probability`, `logit`, `tier`, `problems`, with
    `explain` as many columns of reasons, and with `decide` the columns of a decision.

    A row with a problem keeps its place: its scores are null, and `problems` says why. What is wrong with the frame as
    a whole is an error before a job starts.
    """
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    artifact = model.to_bytes() if isinstance(model, Scorer) else load(model).to_bytes()
    options = {
        "reasons": explain,
        "budget": budget,
        "decide": decide,
        "identifier": identifier,
        "days": days,
    }
    given = to_arrow_schema(frame.schema)
    appended = _appended(artifact, given, options)
    schema = frame.schema
    for field in from_arrow_schema(appended).fields:
        schema = _with(schema, field)
    carried = _carried(frame.sparkSession, artifact)
    version = _native.VERSION

    # The function is sent to executors by value, so that one without the package can say so.
    def batches(records: Iterator[Any]) -> Iterator[Any]:
        try:
            import tenure
            import tenure.spark
        except ImportError as error:
            import socket

            raise RuntimeError(
                f"the executor on {socket.gethostname()} cannot import the package `tenure` ({error}): install"
                f" tenure=={version} there, or ship it with spark.archives"
            ) from error
        if tenure.__version__ != version:
            raise RuntimeError(
                f"the executor has tenure {tenure.__version__}, the driver {version}: install the same version on both"
            )
        yield from tenure.spark._scored(carried.value, records, options)

    return frame.mapInArrow(batches, schema)


class _Carried:
    """The bytes of a model inside the function that is sent, where there is no broadcast."""

    def __init__(self, value: bytes) -> None:
        self.value = value


def _carried(session: Any, artifact: bytes) -> Any:
    """The model as a broadcast, or inside the function: Spark Connect has no broadcasts."""
    try:
        context = session.sparkContext
    except Exception:
        return _Carried(artifact)
    return context.broadcast(artifact)


def _appended(artifact: bytes, given: pyarrow.Schema, options: dict[str, Any]) -> pyarrow.Schema:
    """The columns that are appended, found on a frame of no rows; so all that is wrong with its columns is refused."""
    import pyarrow

    empty = pyarrow.table([pyarrow.array([], field.type) for field in given], schema=given)
    scored = pyarrow.table(load(artifact).score_table(empty, **options, keep=False))
    return scored.schema


def _with(schema: Any, field: Any) -> Any:
    from pyspark.sql.types import StructField, StructType

    return StructType([*schema.fields, StructField(field.name, field.dataType, True)])


_SCORERS: dict[str, Scorer] = {}
"""Models that this worker has read, by the hash of their bytes."""


def _scorer(artifact: bytes) -> Scorer:
    key = hashlib.sha256(artifact).hexdigest()
    if key not in _SCORERS:
        # One model is enough for a worker; others would pile up in a long session.
        _SCORERS.clear()
        try:
            _SCORERS[key] = load(artifact)
        except TenureError as error:
            raise TenureError(f"the model did not arrive as it was sent: {error}", error.code) from error
    return _SCORERS[key]


def _scored(artifact: bytes, records: Iterator[Any], options: dict[str, Any]) -> Iterator[Any]:
    """Batches of the executor with the appended columns."""
    import pyarrow

    scorer = _scorer(artifact)
    for record in records:
        scored = pyarrow.table(scorer.score_table(pyarrow.table(record), **options))
        yield from scored.combine_chunks().to_batches()
