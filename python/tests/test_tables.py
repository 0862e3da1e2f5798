"""Tables in and out."""

from __future__ import annotations

import datetime
import decimal
import multiprocessing
import pathlib
import signal
import subprocess
import sys
import textwrap
from typing import Any

import duckdb
import nanoarrow
import numpy
import pandas
import polars
import pyarrow
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet
import pytest

import tenure

from conftest import MODEL, ROWS

CSV_TYPES = {"SeniorCitizen": pyarrow.string()}


@pytest.fixture(scope="module")
def table(sample: pathlib.Path) -> pyarrow.Table:
    return pyarrow.csv.read_csv(sample)


def bits(scored: tenure.Table) -> list[Any]:
    """Probabilities and logits bit for bit, tiers and problems."""
    numbers = [numpy.asarray(scored.column(name)).view(numpy.uint32).tolist() for name in ("probability", "logit")]
    return [*numbers, scored.column("tier"), scored.column("problems")]


def test_every_library_has_the_bits_of_the_command(
    scorer: tenure.Scorer, command: str, sample: pathlib.Path, table: pyarrow.Table, tmp_path: pathlib.Path
) -> None:
    out = tmp_path / "scored.parquet"
    subprocess.run([command, "score", MODEL, "--data", sample, "--out", out], check=True, capture_output=True)
    written = pyarrow.parquet.read_table(out)
    assert written.num_rows == ROWS
    singles = {name: written[name].to_numpy() for name in ("probability", "logit")}
    assert all(column.dtype == numpy.float32 for column in singles.values())
    expected = [
        *(column.view(numpy.uint32).tolist() for column in singles.values()),
        written["tier"].to_pylist(),
        written["problems"].to_pylist(),
    ]
    parquet = tmp_path / "sample.parquet"
    pyarrow.parquet.write_table(table, parquet)
    frame = pandas.read_csv(sample)
    connection = duckdb.connect()
    tables: dict[str, Any] = {
        "a file of text": sample,
        "a file of Parquet": str(parquet),
        "pyarrow": table,
        "pyarrow, a reader": table.to_reader(max_chunksize=777),
        "pandas": frame,
        "pandas, categories": frame.astype({name: "category" for name in frame.select_dtypes("str")}),
        "Polars": polars.read_csv(sample),
        "DuckDB": connection.sql(f"SELECT * FROM read_csv('{sample}')"),
        "nanoarrow": nanoarrow.ArrayStream(table),
        "columns": {name: frame[name].tolist() for name in frame},
    }
    for name, given in tables.items():
        assert bits(scorer.score_table(given)) == expected, name


def test_pandas_without_pyarrow_is_copied_column_by_column(scorer: tenure.Scorer, frame: Any) -> None:
    from tenure import _tables

    frame = frame.assign(
        Contract=frame["Contract"].astype("category"),
        tenure=frame["tenure"].astype("Int64").where(frame.index % 7 != 0),
        signed=pandas.Timestamp("2024-05-01"),
    )
    expected = bits(scorer.score_table(frame))
    copied = _tables.of_columns({name: frame[name] for name in frame}, len(frame))
    assert bits(scorer.score_table(copied)) == expected
    assert pyarrow.table(copied).schema.field("signed").type == pyarrow.timestamp("us")


def test_reasons_and_decisions_are_those_of_the_command(
    scorer: tenure.Scorer, command: str, frame: Any, tmp_path: pathlib.Path
) -> None:
    data = tmp_path / "few.csv"
    frame.head(200).to_csv(data, index=False)
    scored, decided = tmp_path / "scored.parquet", tmp_path / "decided.parquet"
    score: list[Any] = [command, "score", MODEL, "--data", data, "--out", scored, "--reasons", "3"]
    subprocess.run(score, check=True, capture_output=True)
    decide: list[Any] = [command, "decide", MODEL, "--data", data, "--out", decided]
    subprocess.run(decide, check=True, capture_output=True)
    given = pandas.read_csv(data, dtype=str, keep_default_na=False)
    assert pyarrow.table(scorer.score_table(data, reasons=3)).equals(pyarrow.parquet.read_table(scored))
    assert pyarrow.table(scorer.decide_table(data)).equals(pyarrow.parquet.read_table(decided))
    both = pyarrow.table(scorer.score_table(given, reasons=3, decide=True, keep=False))
    scores, decisions = pyarrow.parquet.read_table(scored), pyarrow.parquet.read_table(decided)
    for name in both.column_names:
        other = {"decision_tier": "tier"}.get(name, name)
        source = scores if name in scores.column_names else decisions
        assert both[name].to_pylist() == source[other].to_pylist(), name
    assert both.column_names[:7] == ["probability", "logit", "tier", "problems", "reason_1", "reason_2", "reason_3"]


def test_order_and_other_columns_make_no_difference(scorer: tenure.Scorer, frame: Any) -> None:
    expected = bits(scorer.score_table(frame))
    other = frame[frame.columns[::-1]].assign(note="x", lists=[[1]] * len(frame))
    scored = pyarrow.table(scorer.score_table(other))
    assert bits(scorer.score_table(other)) == expected
    assert scored.column_names[: len(other.columns)] == list(other.columns)
    assert scored["lists"].to_pylist()[0] == [1]


def test_types_of_arrow(scorer: tenure.Scorer, table: pyarrow.Table) -> None:
    few = table.slice(0, 3000)
    expected = bits(scorer.score_table(few))

    def with_column(name: str, column: Any) -> pyarrow.Table:
        return few.set_column(few.column_names.index(name), name, column)

    charges = few["MonthlyCharges"]
    chunks = pyarrow.chunked_array([charges.slice(0, 1), charges.slice(1, 0), charges.slice(1, 2999)])
    decimals = pyarrow.array([decimal.Decimal(str(number)) for number in charges.to_pylist()])
    for changed in [
        with_column("Contract", few["Contract"].dictionary_encode()),
        with_column("Contract", few["Contract"].cast(pyarrow.large_string())),
        with_column("Contract", few["Contract"].cast(pyarrow.string_view())),
        with_column("MonthlyCharges", chunks),
        with_column("MonthlyCharges", decimals),
        with_column("tenure", few["tenure"].cast(pyarrow.uint8())),
        with_column("tenure", few["tenure"].cast(pyarrow.float32())),
        with_column("SeniorCitizen", few["SeniorCitizen"].cast(pyarrow.bool_())),
        with_column("Partner", pyarrow.compute.equal(few["Partner"], "Yes")),
    ]:
        assert bits(scorer.score_table(changed)) == expected


def test_columns_that_hold_more_than_one_value_are_refused_by_name(scorer: tenure.Scorer, table: pyarrow.Table) -> None:
    few = table.slice(0, 10)
    for name, column in {"tenure": [[1]] * 10, "Contract": [{"a": 1}] * 10, "Partner": [b"Yes"] * 10}.items():
        wrong = few.set_column(few.column_names.index(name), name, pyarrow.array(column))
        with pytest.raises(tenure.TenureError, match=f"column `{name}` is of type") as caught:
            scorer.score_table(wrong)
        assert caught.value.code == "table_columns"


def test_columns_that_are_not_there_are_named(scorer: tenure.Scorer, table: pyarrow.Table) -> None:
    names = {"tenure": "Tenure", "Contract": "contract_"}
    renamed = table.slice(0, 5).rename_columns([names.get(name, name) for name in table.column_names])
    with pytest.raises(tenure.TenureError) as caught:
        scorer.score_table(renamed)
    for words in ["`tenure`; the nearest is `Tenure`", "`Contract`; the nearest is `contract_`"]:
        assert words in str(caught.value)


def test_moments_with_a_time_zone_are_days_of_greenwich(tmp_path: pathlib.Path) -> None:
    schema = (
        'schema_version = 1\nname = "dates"\nreference = "2024-06-01"\n'
        'target = { field = "left", positive = "1" }\nfields = [{ name = "since", kind = "date" }]\n'
    )
    rng = numpy.random.RandomState(1)
    days = rng.randint(1, 2000, 300)
    plain = pandas.DataFrame({"since": pandas.Timestamp("2024-06-01") - pandas.to_timedelta(days, "D")})
    y = (rng.uniform(size=300) < 1 / (1 + days / 300)).astype(int)
    classifier = tenure.TenureClassifier(schema=schema, model="linear", random_state=0).fit(plain, y)
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    for unit in ["s", "ms", "us", "ns"]:
        zoned = plain.assign(since=plain["since"].dt.tz_localize("UTC").dt.tz_convert(zone).dt.as_unit(unit))
        assert bits(classifier.scorer_.score_table(zoned)) == bits(classifier.scorer_.score_table(plain))


def test_a_table_of_no_rows_has_its_columns(scorer: tenure.Scorer, table: pyarrow.Table) -> None:
    for empty in [table.slice(0, 0), pandas.DataFrame(columns=table.column_names, dtype=str)]:
        scored = scorer.score_table(empty, reasons=1)
        assert scored.num_rows == 0 and scored.column_names[-2:] == ["problems", "reason_1"]
        assert pyarrow.table(scored).num_rows == 0
        assert len(scorer.explain_table(empty)) == 0


def test_three_thousand_columns(scorer: tenure.Scorer, frame: Any) -> None:
    wide = pandas.concat(
        [frame.head(50), pandas.DataFrame(numpy.zeros((50, 3000)), columns=[f"c{at}" for at in range(3000)])], axis=1
    )
    assert bits(scorer.score_table(wide)) == bits(scorer.score_table(frame.head(50)))


def test_rows_with_problems_keep_their_place(scorer: tenure.Scorer, frame: Any) -> None:
    wrong = frame.head(6).astype({"tenure": object, "Contract": object})
    wrong.loc[1, "tenure"] = "-4"
    wrong.loc[3, "tenure"] = "many"
    wrong.loc[4, "Contract"] = "Weekly"
    wrong["tenure"] = wrong["tenure"].astype(str)
    scored = scorer.score_table(wrong, reasons=2)
    problems = scored.column("problems")
    assert [bool(problem) for problem in problems] == [False, True, False, True, True, False]
    assert problems[1] == "tenure: bounds: -4" and problems[4] == 'Contract: unseen_category: "Weekly"'
    assert numpy.isnan(numpy.asarray(scored.column("logit"))).tolist() == [False, True, False, True, False, False]
    assert [scored.column("tier")[row] for row in (1, 3)] == [None, None]
    explained = scorer.explain_table(wrong)
    assert numpy.isnan(explained.values).all(axis=1).tolist() == [False, True, False, True, False, False]
    assert [(problem.row, problem.rule) for problem in explained.problems] == [(1, "bounds"), (3, "type")]


def test_names_that_are_taken_are_refused(scorer: tenure.Scorer, frame: Any) -> None:
    with pytest.raises(tenure.TenureError, match="already has columns named `tier`") as caught:
        scorer.score_table(frame.head(3).assign(tier=1))
    assert caught.value.code == "table_names_taken"


@pytest.mark.parametrize("wrong", [3, None, object(), [1, 2], numpy.zeros(4), numpy.zeros((4, 3))])
def test_what_is_no_table_is_refused(scorer: tenure.Scorer, wrong: Any) -> None:
    with pytest.raises(tenure.TenureError) as caught:
        scorer.score_table(wrong)
    assert caught.value.code == "table_type"


def test_errors_of_files_and_of_streams(scorer: tenure.Scorer, table: pyarrow.Table, tmp_path: pathlib.Path) -> None:
    with pytest.raises(tenure.TenureError, match="no such file") as caught:
        scorer.score_table(tmp_path / "nothing.csv")
    assert caught.value.code == "table_readable"

    def batches() -> Any:
        yield table.slice(0, 100).combine_chunks().to_batches()[0]
        raise RuntimeError("the warehouse is closed")

    reader = pyarrow.RecordBatchReader.from_batches(table.schema, batches())
    with pytest.raises(tenure.TenureError, match="the warehouse is closed"):
        scorer.score_table(reader)
    used = table.slice(0, 100).to_reader()
    assert scorer.score_table(used).num_rows == 100
    # A reader that was read to its end has no rows left.
    assert scorer.score_table(used).num_rows == 0


def test_a_capsule_is_taken_once(scorer: tenure.Scorer, table: pyarrow.Table) -> None:
    class Twice:
        def __init__(self) -> None:
            self.capsule = table.slice(0, 10).__arrow_c_stream__()

        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return self.capsule

    twice = Twice()
    assert scorer.score_table(twice).num_rows == 10
    with pytest.raises(tenure.TenureError, match="stream") as caught:
        scorer.score_table(twice)
    assert caught.value.code == "table_type"


def test_columns_of_unequal_length_are_refused(scorer: tenure.Scorer) -> None:
    with pytest.raises(tenure.TenureError, match="column `b` has 1 rows, the table 2"):
        scorer.score_table({"a": [1, 2], "b": [1]})
    with pytest.raises(tenure.TenureError, match="column `b` has a value of type list"):
        scorer.score_table({"a": [1, 2], "b": [[1], "x"]})


def in_a_fork(path: str, queue: Any) -> None:
    queue.put(tenure.load(MODEL).score_table(path).column("logit")[:5].tolist())  # type: ignore[union-attr]


def test_a_fork_scores(scorer: tenure.Scorer, sample: pathlib.Path) -> None:
    expected = numpy.asarray(scorer.score_table(sample).column("logit"))[:5].tolist()
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=in_a_fork, args=(str(sample), queue))
    process.start()
    assert queue.get(timeout=60) == expected
    process.join()


def test_ctrl_c_stops_a_long_table(sample: pathlib.Path) -> None:
    script = f"""
        import signal, threading, tenure
        signal.signal(signal.SIGINT, signal.default_int_handler)
        scorer = tenure.load({str(MODEL)!r})
        print("ready", flush=True)
        try:
            scorer.explain_table({str(sample)!r})
        except KeyboardInterrupt:
            print("stopped", flush=True)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    try:
        assert process.communicate(timeout=60)[0] == "stopped\n"
    finally:
        process.kill()


def test_shap_draws_explanations(scorer: tenure.Scorer, frame: Any) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot
    import shap

    explained = scorer.explain_table(frame.head(60))
    explanation = explained.to_shap()
    assert explanation.shape == (60, len(scorer.fields))
    total = explanation.base_values + explanation.values.sum(axis=1)
    assert numpy.abs(total - explained.logits).max() < 1e-5
    assert (explanation.error_std == explained.standard_errors).all()
    assert explained.display_data[0][list(explained.feature_names).index("Contract")] == frame["Contract"][0]
    for draw in [
        lambda: shap.plots.waterfall(explanation[0], show=False),
        lambda: shap.plots.bar(explanation, show=False),
        lambda: shap.plots.beeswarm(explanation, show=False),
    ]:
        draw()  # type: ignore[no-untyped-call]
        assert matplotlib.pyplot.gcf().axes
        matplotlib.pyplot.close("all")
