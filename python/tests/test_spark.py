"""Frames of Spark, in a session of this process. tests/spark has a cluster."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import textwrap
from typing import Any

import numpy
import pyarrow
import pytest

import tenure
import tenure.spark

from conftest import MODEL


def test_a_model_that_did_not_arrive_whole_is_refused(scorer: tenure.Scorer) -> None:
    artifact = scorer.to_bytes()
    for damaged in [artifact[:-7], b"", artifact[:40] + b"\0" + artifact[41:]]:
        with pytest.raises(tenure.TenureError, match="did not arrive as it was sent") as caught:
            list(tenure.spark._scored(damaged, iter([]), {}))
        assert caught.value.code.startswith("artifact_")


def test_batches_are_scored_one_by_one(scorer: tenure.Scorer, frame: Any) -> None:
    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    seen = 0

    def records() -> Any:
        nonlocal seen
        for batch in table.to_batches(max_chunksize=500):
            seen += 1
            yield batch

    found = tenure.spark._scored(scorer.to_bytes(), records(), {"reasons": 0})
    first = next(found)
    assert seen == 1 and first.num_rows == 500
    logits = [*first["logit"].to_pylist(), *(number for batch in found for number in batch["logit"].to_pylist())]
    assert (numpy.array(logits, dtype=numpy.float32) == scorer.score_table(frame).column("logit")).all()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Any:
    sql = pytest.importorskip("pyspark.sql", reason="PySpark is in the environment of `cargo xtask spark`")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "300")
    session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def customers(session: Any, sample: pathlib.Path) -> Any:
    return session.read.csv(str(sample), header=True, inferSchema=True).limit(2000).cache()


def test_a_frame_has_the_columns_and_bits_of_the_command(customers: Any, scorer: tenure.Scorer, frame: Any) -> None:
    scored = tenure.spark.score(customers, MODEL, explain=2)
    expected = scorer.score_table(frame, reasons=2)
    assert scored.columns == expected.column_names
    found = scored.toPandas()
    assert (found["logit"].to_numpy(numpy.float32) == expected.column("logit")).all()
    for name in ["tier", "reason_1", "reason_2"]:
        assert found[name].where(found[name].notna(), None).tolist() == expected.column(name)
    decided = tenure.spark.score(customers.limit(20), scorer, decide=True).toPandas()
    assert list(decided.columns[-3:]) == ["withheld", "refused", "holdout"] and len(decided) == 20


def test_problems_are_kept_by_row(customers: Any) -> None:
    from pyspark.sql import functions

    wrong = customers.withColumn("tenure", functions.when(customers.tenure % 2 == 0, -1).otherwise(customers.tenure))
    rows = tenure.spark.score(wrong, MODEL).select("tenure", "logit", "problems").collect()
    assert len(rows) == 2000 and any(row.logit is None for row in rows)
    for row in rows:
        assert (row.logit is None) == (row.tenure < 0) == ((row.problems or "").startswith("tenure: bounds: -1"))


def test_what_is_wrong_with_a_frame_is_said_before_a_job_starts(customers: Any) -> None:
    from pyspark.sql import functions

    lists = customers.withColumn("Contract", functions.array("Contract"))
    for wrong, code in [
        (customers.drop("Contract"), "table_columns"),
        (lists, "table_columns"),
        (customers.withColumn("tier", customers.tenure), "table_names_taken"),
    ]:
        with pytest.raises(tenure.TenureError) as caught:
            tenure.spark.score(wrong, MODEL)
        assert caught.value.code == code
    assert tenure.spark.score(customers.filter("tenure > 1000"), MODEL).count() == 0


def test_an_executor_without_the_package_says_so(session: Any, tmp_path: pathlib.Path, sample: pathlib.Path) -> None:
    # In a process of its own: the workers of a session have one environment.
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['tenure'] = None\n")
    script = f"""
        import os, sys
        from pyspark.sql import SparkSession
        import tenure.spark
        os.environ["PYTHONPATH"] = {str(tmp_path)!r}
        os.environ["PYSPARK_PYTHON"] = sys.executable
        session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
        frame = session.read.csv({str(sample)!r}, header=True, inferSchema=True).limit(10)
        try:
            tenure.spark.score(frame, {str(MODEL)!r}).collect()
        except Exception as error:
            assert "cannot import the package `tenure`" in str(error), error
            assert f"install tenure=={{tenure.__version__}}" in str(error).replace("\\n", " "), error
            print("said")
    """
    ran = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=300)
    assert ran.stdout.strip().endswith("said"), ran.stdout + ran.stderr
