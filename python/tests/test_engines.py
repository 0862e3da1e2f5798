"""The recipes of docs/scale.md: other engines hand their rows over batch by batch."""

from __future__ import annotations

import pathlib
from typing import Any

import numpy
import pyarrow
import pytest

import tenure

from conftest import MODEL


@pytest.fixture(scope="module")
def parquet(frame: Any, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("parquet") / "customers.parquet"
    frame.to_parquet(path, index=False, row_group_size=300)
    return path


@pytest.fixture(scope="module")
def expected(parquet: pathlib.Path) -> Any:
    """Logits by customer."""
    scored = pyarrow.table(tenure.load(MODEL).score_table(parquet))
    return dict(zip(scored["customerID"].to_pylist(), scored["logit"].to_pylist()))


def test_polars_scores_a_lazy_frame(scorer: tenure.Scorer, parquet: pathlib.Path, expected: Any) -> None:
    polars = pytest.importorskip("polars")

    def score(batch: Any) -> Any:
        return polars.DataFrame(scorer.score_table(batch))

    customers = polars.scan_parquet(parquet)
    schema = score(customers.limit(0).collect()).schema
    scored = customers.map_batches(score, schema=schema, streamable=True).collect(engine="streaming")
    assert dict(zip(scored["customerID"], scored["logit"])) == expected


def test_duckdb_streams_into_the_scorer_and_reads_the_scores(
    scorer: tenure.Scorer, parquet: pathlib.Path, expected: Any
) -> None:
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    customers = connection.sql(f"SELECT * FROM '{parquet}'")
    scored = pyarrow.table(scorer.score_table(customers))
    tiers = connection.sql("SELECT tier, count(*) FROM scored GROUP BY tier").fetchall()
    assert sum(count for _, count in tiers) == len(expected)
    assert dict(zip(scored["customerID"].to_pylist(), scored["logit"].to_pylist())) == expected


def test_dask_scores_its_partitions(scorer: tenure.Scorer, parquet: pathlib.Path, expected: Any) -> None:
    dataframe = pytest.importorskip("dask.dataframe")
    pandas = pytest.importorskip("pandas")

    def score(part: Any) -> Any:
        return pyarrow.table(scorer.score_table(part)).to_pandas()

    customers = dataframe.from_pandas(pandas.read_parquet(parquet), npartitions=4)
    scored = customers.map_partitions(score, meta=score(customers.head(1))).compute(scheduler="threads")
    assert dict(zip(scored["customerID"], scored["logit"].astype(numpy.float32))) == expected


def test_ray_scores_blocks(parquet: pathlib.Path, expected: Any) -> None:
    ray = pytest.importorskip("ray", reason="Ray is in the environment of `cargo xtask spark`")
    data = pytest.importorskip("ray.data")

    class Score:
        """One for each worker: the model is read once."""

        def __init__(self, artifact: bytes) -> None:
            self.scorer = tenure.load(artifact)

        def __call__(self, batch: Any) -> Any:
            return pyarrow.table(self.scorer.score_table(batch))

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        customers = data.read_parquet(str(parquet))
        scored = customers.map_batches(
            Score, fn_constructor_args=(MODEL.read_bytes(),), batch_format="pyarrow", concurrency=1, zero_copy_batch=True
        ).to_pandas()
    finally:
        ray.shutdown()
    assert dict(zip(scored["customerID"], scored["logit"].astype(numpy.float32))) == expected
