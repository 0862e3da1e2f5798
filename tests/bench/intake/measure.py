"""One run of `cargo xtask bench intake`, printed as JSON: seconds, and the process's peak memory in MB.

    python measure.py prepare CSV PARQUET    the same table as Parquet, with types, by DuckDB; prints its rows
    python measure.py duckdb IN OUT THREADS  reads a table, and writes it with one computed column
    python measure.py polars IN OUT THREADS  the same
    python measure.py command PROGRAM …      runs a program to its end

A peer's time begins when it is imported, a program's when it is started: Python's own start is no part of it. The formats
follow from the files' names. Parquet is compressed by Zstandard, as Tenure writes it.
"""

import json
import os
import resource
import subprocess
import sys
import time


def is_parquet(path):
    return path.endswith(".parquet")


def duckdb_copy(source, out, threads):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    read = "read_parquet" if is_parquet(source) else "read_csv"
    form = "FORMAT parquet, COMPRESSION zstd" if is_parquet(out) else "FORMAT csv, HEADER"
    start = time.perf_counter()
    connection.execute(
        f"COPY (SELECT *, MonthlyCharges * tenure AS computed FROM {read}('{source}')) TO '{out}' ({form})"
    )
    return time.perf_counter() - start


def polars_copy(source, out, threads):
    os.environ["POLARS_MAX_THREADS"] = threads
    import polars

    start = time.perf_counter()
    table = (polars.scan_parquet if is_parquet(source) else polars.scan_csv)(source)
    table = table.with_columns((polars.col("MonthlyCharges") * polars.col("tenure")).alias("computed"))
    table.sink_parquet(out, compression="zstd") if is_parquet(out) else table.sink_csv(out)
    return time.perf_counter() - start


def run(arguments):
    start = time.perf_counter()
    done = subprocess.run(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(done.stderr.decode(errors="replace"))
    return seconds


def prepare(source, out):
    import duckdb

    rows = duckdb.execute(
        f"COPY (SELECT * FROM read_csv('{source}')) TO '{out}' (FORMAT parquet, COMPRESSION zstd)"
    ).fetchone()[0]
    print(rows)


def main(what, *arguments):
    if what == "prepare":
        return prepare(*arguments)
    is_command = what == "command"
    seconds = run(arguments) if is_command else {"duckdb": duckdb_copy, "polars": polars_copy}[what](*arguments)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN if is_command else resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, Linux kilobytes.
    peak_mb = peak / (1e6 if sys.platform == "darwin" else 1e3)
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


main(*sys.argv[1:])
