"""Runs the exported statements and graphs of a folder on real engines, and holds them against the scorer.

    python engines.py FOLDER ENGINE...

The folder is what `export_rows` wrote. An engine is duckdb, sqlite, postgres, spark, parse (sqlglot reads the text of the others)
or onnx. Each but `parse` is a function of the folder that yields what it makes of each table: the model's name, the kind of its
rows, `(id, probability, logit, tier, problems)` for each row, and seconds. The logit must be within 1e-5 of the scorer's, the probability within 1e-5, the tier the same
unless the probability is within 1e-5 of its edge; a row that the scorer refuses has no score.
"""

import glob
import json
import math
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

TOLERANCE = 1e-5
# These end a query at an overflow, so a number beyond 1e30 in a formula is refused there.
STRICT = {"postgres", "bigquery"}
KINDS = {"texts": "", "typed": ".typed"}


def read(folder, model, kind):
    about = json.loads((folder / f"{model}.json").read_text())
    lines = (folder / f"{model}.{kind}.ndjson").read_text().split("\n")
    rows = [json.loads(line) for line in lines if line]
    names = ["id"] + [name for name, _ in about["fields"]]
    numbers = {name for name, what in about["fields"] if what == "number" and kind == "typed"}
    table = []
    for row in rows:
        table.append(tuple(float(row[name]) if name in numbers and row[name] is not None else row[name] for name in names))
    return about, names, numbers, table


def edge(probability, expected):
    return abs(probability - expected) <= TOLERANCE


def compare(engine, model, kind, about, results):
    """`results` has (id, probability, logit, tier, problems) for each row."""
    answers = about[kind]
    assert len(results) == len(answers), f"{engine} {model} {kind}: {len(results)} rows of {len(answers)}"
    worst, scored, wrong = 0.0, 0, []
    for identifier, probability, logit, tier, problems in results:
        answer = answers[identifier]
        if answer is None or (engine in STRICT and answer[3]):
            if not (probability is None and logit is None and tier is None and problems):
                wrong.append((identifier, "a row that is refused has a score", logit, problems))
            continue
        expected_logit, expected, position, _ = answer
        scored += 1
        if logit is None or problems or math.isnan(logit):
            wrong.append((identifier, "no score", expected_logit, problems))
            continue
        worst = max(worst, abs(logit - expected_logit))
        near = abs(probability - expected) <= TOLERANCE
        same_tier = about["tiers"][position] == tier or any(abs(expected - at) < TOLERANCE for at in (0.2, 0.45, 0.7))
        if abs(logit - expected_logit) > TOLERANCE or not near or not same_tier:
            wrong.append((identifier, logit, expected_logit, probability, expected, tier))
    if wrong:
        rows = (pathlib.Path(sys.argv[1]) / f"{model}.{kind}.ndjson").read_text().split("\n")
        for fault in wrong[:5]:
            print("  ", fault, "\n    ", rows[fault[0]], file=sys.stderr)
        raise SystemExit(f"{engine} {model} {kind}: {len(wrong)} of {len(answers)} rows differ")
    assert scored > len(answers) / 4, f"{engine} {model} {kind}: only {scored} rows have a score"
    return worst, scored


def report(engine, model, kind, worst, scored, count, seconds):
    print(f"{engine:9} {model:8} {kind:6} {count} rows, {scored} scored, logit within {worst:.1e}, {seconds:.2f} s", flush=True)


def check(folder, engine):
    for model, kind, results, seconds in ENGINES[engine](folder):
        about = json.loads((folder / f"{model}.json").read_text())
        worst, scored = compare(engine, model, kind, about, results)
        report(engine, model, kind, worst, scored, len(results), seconds)


def each(folder, engine, run):
    for path in sorted(folder.glob("*.json")):
        model = path.stem
        for kind, suffix in KINDS.items():
            _, names, numbers, table = read(folder, model, kind)
            statement = (folder / f"{model}.{engine}{suffix}.sql").read_text()
            start = time.perf_counter()
            results = run(statement, names, numbers, table)
            yield model, kind, results, time.perf_counter() - start


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def duckdb_engine(folder):
    import duckdb

    def run(statement, names, numbers, table):
        connection = duckdb.connect(config={"threads": 2})
        columns = ", ".join(
            f"{quoted(name)} " + ("INTEGER" if name == "id" else "DOUBLE" if name in numbers else "VARCHAR") for name in names
        )
        connection.execute(f"CREATE TABLE customers ({columns})")
        with tempfile.TemporaryDirectory() as temporary:
            # Reading a file is a hundred times faster than inserting row by row.
            path = os.path.join(temporary, "rows.ndjson")
            with open(path, "w") as file:
                for row in table:
                    cells = {f"c{at}": repr(cell) if isinstance(cell, float) else cell for at, cell in enumerate(row)}
                    file.write(json.dumps(cells) + "\n")
            kinds = ", ".join(f"c{at}: 'VARCHAR'" for at in range(len(names)))
            values = ", ".join(f"CAST(c{at} AS DOUBLE)" if name in numbers else f"c{at}" for at, name in enumerate(names))
            connection.execute(
                f"INSERT INTO customers SELECT {values} FROM read_ndjson('{path}', columns={{{kinds}}})"
            )
        return connection.execute(statement).fetchall()

    yield from each(folder, "duckdb", run)


def sqlite_engine(folder):
    def run(statement, names, numbers, table):
        connection = sqlite3.connect(":memory:")
        columns = ", ".join(
            f"{quoted(name)} " + ("INTEGER" if name == "id" else "REAL" if name in numbers else "TEXT") for name in names
        )
        connection.execute(f"CREATE TABLE customers ({columns})")
        connection.executemany(f"INSERT INTO customers VALUES ({', '.join('?' * len(names))})", table)
        return connection.execute(statement).fetchall()

    yield from each(folder, "sqlite", run)


def program(name):
    """A program of PostgreSQL: Debian keeps those of each version apart."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    return found[-1] if found else shutil.which(name)


def missing(engine):
    """Why an engine is not there, or None."""
    if engine == "postgres" and not program("initdb"):
        return "there is no initdb (Debian: `apt-get install postgresql`)"
    return None


def postgres_engine(folder):
    import psycopg

    home = tempfile.mkdtemp(prefix="tenure-postgres-")
    # PostgreSQL does not run as root.
    user = {"user": "postgres"} if os.getuid() == 0 else {}
    if user:
        shutil.chown(home, "postgres")
    data = os.path.join(home, "data")
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": home, **user}
    subprocess.run([program("initdb"), "-D", data, "-U", "tenure", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], **quiet)
    options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off -c jit=off"
    control = [program("pg_ctl"), "-D", data, "-w", "-l", os.path.join(home, "log"), "-o", options]
    subprocess.run([*control, "start"], **quiet)
    try:

        def run(statement, names, numbers, table):
            with psycopg.connect(f"host={home} user=tenure dbname=postgres", autocommit=False) as connection:
                cursor = connection.cursor()
                columns = ", ".join(
                    f"{quoted(name)} " + ("INTEGER" if name == "id" else "DOUBLE PRECISION" if name in numbers else "TEXT")
                    for name in names
                )
                cursor.execute(f"CREATE TEMPORARY TABLE customers ({columns})")
                with cursor.copy("COPY customers FROM STDIN") as copy:
                    for row in table:
                        copy.write_row(row)
                cursor.execute(statement)
                return cursor.fetchall()

        yield from each(folder, "postgres", run)
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(home, ignore_errors=True)


def spark_engine(folder):
    from pyspark.sql import SparkSession
    from pyspark.sql.types import DoubleType, IntegerType, StringType, StructField, StructType

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "4g")
    builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    # Spark prints the Java that it makes of a large step as an error, before it makes smaller parts of it.
    session.sparkContext.setLogLevel("OFF")

    def run(statement, names, numbers, table):
        def kind(name):
            return IntegerType() if name == "id" else DoubleType() if name in numbers else StringType()

        frame = session.createDataFrame(table, StructType([StructField(name, kind(name)) for name in names]))
        frame.createOrReplaceTempView("customers")
        return [tuple(row) for row in session.sql(statement.rstrip().rstrip(";")).collect()]

    yield from each(folder, "spark", run)
    session.stop()


def parse_engine(folder):
    import sqlglot

    for path in sorted(folder.glob("*.sql")):
        dialect = path.name.split(".")[1]
        # The larger network of `mixed` has the steps of `v1`, and the fields of `flat`.
        if dialect in ("bigquery", "snowflake") and not path.name.startswith("mixed"):
            start = time.perf_counter()
            statements = sqlglot.parse(path.read_text(), read=dialect)
            assert len(statements) == 1 and statements[0].key == "select", path.name
            names = [column.alias_or_name for column in statements[0].selects]
            assert names == ["id", "probability", "logit", "tier", "problems"], (path.name, names)
            print(f"{dialect:9} {path.name}: parsed by sqlglot, {time.perf_counter() - start:.2f} s", flush=True)


def onnx_engine(folder):
    import numpy
    import onnx
    import onnxruntime

    for path in sorted(folder.glob("*.onnx")):
        model = path.stem
        onnx.checker.check_model(str(path), full_check=True)
        about, names, _, table = read(folder, model, "typed")
        start = time.perf_counter()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        loaded = time.perf_counter() - start
        card = session.get_modelmeta().custom_metadata_map
        assert json.loads(card["tenure_card"]) is not None and "tenure_schema" in card, card.keys()
        kinds = dict((name, what) for name, what in about["fields"])
        columns = {}
        for at, name in list(enumerate(names))[1:]:
            cells = [row[at] for row in table]
            if kinds[name] == "number":
                column = numpy.array([math.nan if cell is None else cell for cell in cells], dtype=numpy.float64)
            else:
                column = numpy.array(["" if cell is None else cell for cell in cells], dtype=object)
            columns[name] = column.reshape(-1, 1)

        def run(first, last):
            return session.run(["probability", "logit", "tier"], {name: column[first:last] for name, column in columns.items()})

        start = time.perf_counter()
        probability, logit, tier = (result[:, 0] for result in run(0, len(table)))
        seconds = time.perf_counter() - start
        # A batch of any size: one row, and a few.
        for first, last in ((0, 1), (1, 4)):
            assert numpy.array_equal(run(first, last)[1][:, 0], logit[first:last], equal_nan=True)
        results = []
        for at in range(len(table)):
            known = not math.isnan(logit[at])
            name = about["tiers"][tier[at]] if tier[at] >= 0 else None
            results.append((at, float(probability[at]), float(logit[at]), name, None) if known else (at, None, None, name, "refused"))
        yield model, "typed", results, seconds
        print(f"          {path.stat().st_size} bytes, loaded in {loaded:.2f} s", flush=True)


ENGINES = {
    "duckdb": duckdb_engine,
    "sqlite": sqlite_engine,
    "postgres": postgres_engine,
    "spark": spark_engine,
    "onnx": onnx_engine,
}


if __name__ == "__main__":
    place = pathlib.Path(sys.argv[1])
    for engine in sys.argv[2:]:
        if engine == "parse":
            parse_engine(place)
        elif engine == "postgres-if-installed" and missing("postgres"):
            print(f"postgres  left out: {missing('postgres')}")
        else:
            check(place, engine.removesuffix("-if-installed"))
