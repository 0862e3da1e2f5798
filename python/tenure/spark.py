"""Scores frames of Spark, batch by batch, on the executors.

    import tenure.spark

    scored = tenure.spark.score(customers, "model.safetensors", explain=3)

`score_files` scores files of Parquet where they lie: each task reads and writes its own files, so no row passes through
Spark.

Every executor needs the package and pyarrow. The model travels once to each executor, as a broadcast. Memory is one
batch of Arrow for each task (`spark.sql.execution.arrow.maxRecordsPerBatch`).
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Union

from . import _native, _parquet
from ._parquet import Written
from ._remote import appended as _appended
from ._remote import scorer_of as _scorer
from ._scorer import Scorer, load

__all__ = ["Written", "score", "score_files"]

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.fs
    from pyspark.sql import DataFrame, SparkSession


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

    artifact = _artifact(model)
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
    return frame.mapInArrow(_sent(_carried(frame.sparkSession, artifact), _scored, options), schema)


def score_files(
    session: SparkSession,
    source: Union[str, os.PathLike[str], Sequence[Union[str, os.PathLike[str]]]],
    out: Union[str, os.PathLike[str]],
    model: Union[Scorer, bytes, str, os.PathLike[str]],
    *,
    keep: Sequence[str] | None = None,
    explain: int = 0,
    budget: int | None = None,
    decide: bool = False,
    identifier: str | None = None,
    days: str | None = None,
    filesystem: pyarrow.fs.FileSystem | None = None,
) -> Written:
    """Scores files of Parquet into files of Parquet, as `score` does a frame, and waits for the end. Each task reads a file,
    or up to 128 MB of a larger one, and writes one file.

    `source` is a file, a folder, or a list of them; `out` is a folder that is not there or is empty. All executors must see
    both: paths, or addresses that pyarrow reads (`s3://`, `gs://`, `hdfs://`). `filesystem` reads paths another way. `keep`
    names the columns that go before the scores, by default all of them. Columns that are only in names of folders
    (`day=2024-01-31`) are not read.

    A task writes under another name and renames at its end. One that runs twice writes the same file, so every row is there
    once. `_SUCCESS` is the last file.
    """
    options = {"reasons": explain, "budget": budget, "decide": decide, "identifier": identifier, "days": days}
    artifact = _artifact(model)
    places = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    plan = _parquet.plan(artifact, [os.fspath(place) for place in places], os.fspath(out), keep, options, filesystem)
    work = _sent(_carried(session, artifact), _parquet.run, pickle.dumps(plan))
    # One task for each piece, which finds it by its number.
    tasks = session.range(0, len(plan.pieces), 1, len(plan.pieces))
    done = tasks.mapInArrow(work, "piece bigint, rows bigint, problems bigint").collect()
    _parquet.finish(plan)
    return Written(len(done), sum(row.rows for row in done), sum(row.problems for row in done))


class _Carried:
    """The bytes of a model inside the function that is sent, where there is no broadcast."""

    def __init__(self, value: bytes) -> None:
        self.value = value


def _sent(carried: Any, work: Callable[..., Iterator[Any]], *arguments: Any) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """What `mapInArrow` takes: calls a function of this package by its name, with the model, batches and arguments."""
    version = _native.VERSION
    module, name = work.__module__, work.__name__

    # A function inside another is sent to executors by value, so that one without the package can say so.
    def batches(records: Iterator[Any]) -> Iterator[Any]:
        import importlib

        try:
            import tenure
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
        yield from getattr(importlib.import_module(module), name)(carried.value, records, *arguments)

    return batches


def _carried(session: Any, artifact: bytes) -> Any:
    """The model as a broadcast, or inside the function: Spark Connect has no broadcasts."""
    try:
        context = session.sparkContext
    except Exception:
        return _Carried(artifact)
    return context.broadcast(artifact)


def _artifact(model: Union[Scorer, bytes, str, os.PathLike[str]]) -> bytes:
    return model.to_bytes() if isinstance(model, Scorer) else load(model).to_bytes()


def _with(schema: Any, field: Any) -> Any:
    from pyspark.sql.types import StructField, StructType

    return StructType([*schema.fields, StructField(field.name, field.dataType, True)])


def _scored(artifact: bytes, records: Iterator[Any], options: dict[str, Any]) -> Iterator[Any]:
    """Batches of the executor with the appended columns."""
    import pyarrow

    scorer = _scorer(artifact)
    for record in records:
        scored = pyarrow.table(scorer.score_table(pyarrow.table(record), **options))
        yield from scored.combine_chunks().to_batches()
