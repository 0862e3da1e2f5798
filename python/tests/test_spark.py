"""Frames of Spark, in a session of this process. tests/spark has a cluster."""

from __future__ import annotations

import os
import pathlib
import pickle
import subprocess
import sys
import textwrap
import threading
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet
import pytest

import tenure
import tenure.spark
from tenure import _parquet

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


def test_an_executor_without_the_package_says_so(
    session: Any, tmp_path: pathlib.Path, sample: pathlib.Path, files: pathlib.Path
) -> None:
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
        try:
            tenure.spark.score_files(session, {str(files)!r}, {str(tmp_path / "out")!r}, {str(MODEL)!r})
        except Exception as error:
            assert "cannot import the package `tenure`" in str(error), error
            print("again")
    """
    ran = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=300)
    assert ran.stdout.split()[-2:] == ["said", "again"], ran.stdout + ran.stderr


@pytest.fixture
def files(tmp_path: pathlib.Path, frame: Any) -> pathlib.Path:
    """A folder of two files of 1,000 rows in row groups of 300, one of no rows, and what readers pass over."""
    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    folder = tmp_path / "customers"
    (folder / "day=1").mkdir(parents=True)
    pyarrow.parquet.write_table(table.slice(0, 1000), folder / "a.parquet", row_group_size=300)
    pyarrow.parquet.write_table(table.slice(1000), folder / "day=1" / "b.parquet", row_group_size=300)
    pyarrow.parquet.write_table(table.slice(0, 0), folder / "c.parquet")
    (folder / "_SUCCESS").write_bytes(b"")
    return folder


def read(folder: pathlib.Path) -> pyarrow.Table:
    names = sorted(path for path in folder.iterdir() if not path.name.startswith("_"))
    return pyarrow.concat_tables(pyarrow.parquet.read_table(name) for name in names)


def same_scores(found: pyarrow.Table, expected: tenure.Table) -> None:
    assert (found.column("logit").to_numpy() == expected.column("logit")).all()
    assert found.column("tier").to_pylist() == expected.column("tier")


def test_files_are_scored_with_the_bits_of_the_command_and_every_row_once(
    session: Any, files: pathlib.Path, scorer: tenure.Scorer, frame: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = files.parent / "scored"
    written = tenure.spark.score_files(session, files, out, MODEL, explain=1)
    assert written == tenure.spark.Written(3, 2000, 0)
    # In the order of the names: a.parquet, c.parquet, day=1/b.parquet.
    found, expected = read(out), scorer.score_table(frame, reasons=1)
    assert found.column_names == expected.column_names
    same_scores(found, expected)
    assert found.column("reason_1").to_pylist() == expected.column("reason_1")
    assert found.column("customerID").to_pylist() == frame["customerID"].tolist()
    assert (out / "_SUCCESS").exists() and session.read.parquet(str(out)).count() == 2000
    # Row groups of large files are parted among tasks.
    monkeypatch.setattr(_parquet, "PIECE", 1)
    parted = tenure.spark.score_files(
        session, [files, str(files / "a.parquet")], files.parent / "parted", scorer, keep=["customerID"]
    )
    assert parted == tenure.spark.Written(9, 2000, 0)
    found = read(files.parent / "parted")
    assert found.column_names == ["customerID", "probability", "logit", "tier", "problems"]
    same_scores(found, expected)


def test_a_task_that_runs_again_or_twice_at_once_writes_its_file_once(files: pathlib.Path, scorer: tenure.Scorer) -> None:
    out = files.parent / "scored"
    options = {"reasons": 0, "budget": None, "decide": False, "identifier": None, "days": None}
    plan = _parquet.plan(scorer.to_bytes(), [str(files)], str(out), None, options, None)

    def task() -> None:
        numbers = pyarrow.RecordBatch.from_pydict({"id": [0]})
        done = [batch.to_pylist() for batch in _parquet.run(scorer.to_bytes(), iter([numbers]), pickle.dumps(plan))]
        assert done == [[{"piece": 0, "rows": 1000, "problems": 0}]]

    task()
    first = (out / "part-00000.parquet").read_bytes()
    twice = [threading.Thread(target=task) for _ in range(2)]
    for thread in twice:
        thread.start()
    for thread in twice:
        thread.join()
    assert [path.name for path in out.iterdir()] == ["part-00000.parquet"]
    assert (out / "part-00000.parquet").read_bytes() == first
    # What a task that was killed leaves is no file of the result, and is removed at the end.
    (out / "_unfinished-00001-x").write_bytes(b"PAR1")
    _parquet.finish(plan)
    assert sorted(path.name for path in out.iterdir()) == ["_SUCCESS", "part-00000.parquet"]


def test_a_file_that_is_damaged_or_lacks_a_column_is_named_and_no_half_is_left(
    session: Any, files: pathlib.Path, frame: Any
) -> None:
    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    pyarrow.parquet.write_table(table.drop_columns(["Contract"]), files / "day=1" / "b.parquet")
    out = files.parent / "scored"
    with pytest.raises(Exception, match=r"(?s)day=1/b\.parquet: .*no column `Contract`"):
        tenure.spark.score_files(session, files, out, MODEL)
    assert not any(path.name.startswith("_") for path in out.iterdir())
    assert not (out / "part-00002.parquet").exists()
    whole = (files / "a.parquet").read_bytes()
    (files / "a.parquet").write_bytes(whole[:2000] + bytes(4000) + whole[6000:])
    with pytest.raises(Exception, match=r"customers/a\.parquet → .*other: "):
        tenure.spark.score_files(session, files / "a.parquet", files.parent / "other", MODEL)
    assert list((files.parent / "other").iterdir()) == []


def test_what_is_wrong_with_files_or_folders_is_said_before_a_job_starts(session: Any, files: pathlib.Path) -> None:
    full, text = files.parent / "full", files.parent / "text.parquet"
    full.mkdir()
    (full / "x").write_text("x")
    text.write_text("customerID,tenure\n")
    out = files.parent / "out"
    cases: list[tuple[Any, pathlib.Path, dict[str, Any], str, str]] = [
        (files / "no", out, {}, "file", "no such file"),
        ([], out, {}, "file", "there are no files"),
        (full / "x", full, {}, "file", "holds files of the source"),
        (files, full, {}, "file", "not an empty folder"),
        (files, files, {}, "file", "holds files of the source"),
        (text, out, {}, "table_undamaged", "not a file of Parquet"),
        (files, out, {"keep": ["nobody"]}, "table_columns", "nobody, which `keep` names"),
        ("nowhere://bucket/x", out, {}, "file", "nowhere"),
    ]
    for source, to, options, code, words in cases:
        with pytest.raises(tenure.TenureError, match=words) as caught:
            tenure.spark.score_files(session, source, to, MODEL, **options)
        assert caught.value.code == code
    assert not out.exists()
