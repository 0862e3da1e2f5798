"""Rows a second through Spark, beside the bare wheel over the same Parquet files and Spark's own logistic regression on the same
table, into a file of JSON: python ours.py MODEL FOLDER THREADS REPETITIONS OUT

Each side makes a probability for every row. `spark`, `identity` and `spark_ml` read all columns and write to Spark's `noop` sink; the
wheel drops each file's scores. `identity` hands the rows to Python and back, and does nothing. `files` is `score_files`: it writes
Parquet with the identifier and the scores, `files_whole` with all columns. One session on THREADS cores; its start, and the fit of the
logistic regression, are left out. The sides take turns, after one round that does not count.
"""

from __future__ import annotations

import json
import os
import pathlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any


def main(model: str, folder: str, threads: str, repetitions: str, out: str) -> None:
    # Each task of Spark scores on the core that Spark gave it; the bare wheel has all of them.
    os.environ["RAYON_NUM_THREADS"] = threads
    os.environ["PYSPARK_PYTHON"] = sys.executable
    import pyarrow.parquet
    from pyspark.ml import Pipeline
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.feature import Imputer, OneHotEncoder, StringIndexer, VectorAssembler
    from pyspark.ml.functions import vector_to_array
    from pyspark.sql import SparkSession, functions

    import tenure
    import tenure.spark

    scorer = tenure.load(model)
    files = sorted(pathlib.Path(folder).glob("*.parquet"))
    rows = sum(pyarrow.parquet.read_metadata(file).num_rows for file in files)

    session = (
        SparkSession.builder.master(f"local[{threads}]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.memory", "4g")
        .config("spark.executorEnv.RAYON_NUM_THREADS", "1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    frame = session.read.parquet(folder)

    numbers = ["tenure", "MonthlyCharges", "TotalCharges"]
    texts = [name for name in scorer.fields if name not in numbers]
    typed = frame.withColumn("TotalCharges", functions.expr("try_cast(TotalCharges AS DOUBLE)"))
    typed = typed.withColumn("label", (functions.col("Churn") == "Yes").cast("double"))
    indexed = StringIndexer(inputCols=texts, outputCols=[f"{name}_index" for name in texts], handleInvalid="keep")
    hot = OneHotEncoder(inputCols=[f"{name}_index" for name in texts], outputCols=[f"{name}_hot" for name in texts])
    filled = Imputer(inputCols=numbers, outputCols=[f"{name}_filled" for name in numbers])
    columns = [f"{name}_hot" for name in texts] + [f"{name}_filled" for name in numbers]
    assembled = VectorAssembler(inputCols=columns, outputCol="features")
    stages = [indexed, hot, filled, assembled, LogisticRegression()]
    pipeline = Pipeline(stages=stages).fit(typed.limit(50_000))

    def wheel() -> None:
        for file in files:
            scorer.score_table(file)

    def spark() -> None:
        tenure.spark.score(frame, scorer).write.format("noop").mode("overwrite").save()

    def identity() -> None:
        # What Spark takes to hand the rows to Python and to take them back.
        frame.mapInArrow(lambda batches: batches, frame.schema).write.format("noop").mode("overwrite").save()

    def files_with(keep: list[str] | None) -> None:
        with tempfile.TemporaryDirectory(dir=pathlib.Path(folder).parent) as out:
            tenure.spark.score_files(session, folder, out, scorer, keep=keep)

    def spark_ml() -> None:
        scored = pipeline.transform(typed)
        kept = [*frame.columns, vector_to_array("probability")[1].alias("left")]
        scored.select(*kept).write.format("noop").mode("overwrite").save()

    def seconds(work: Callable[[], Any]) -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    sides: dict[str, Callable[[], None]] = {"spark": spark, "identity": identity, "wheel": wheel, "spark_ml": spark_ml}
    sides |= {"files": lambda: files_with(["customerID"]), "files_whole": lambda: files_with(None)}
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for repetition in range(int(repetitions) + 1):
        for name, work in sides.items():
            found = seconds(work)
            print(f"  {name} {found:.1f} s", flush=True)
            if repetition > 0:
                taken[name].append(found)
    few = session.read.parquet(str(files[0])).limit(20_000).cache()
    few.count()
    explained = seconds(lambda: tenure.spark.score(few, scorer, explain=3).write.format("noop").mode("overwrite").save())
    session.stop()
    figures: dict[str, Any] = {f"{name}_rows_per_s": rows / statistics.median(found) for name, found in taken.items()}
    figures |= {"rows": rows, "threads": int(threads), "seconds": taken, "artifact_bytes": len(scorer.to_bytes())}
    figures |= {"explained_rows_per_s": 20_000 / explained}
    pathlib.Path(out).write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
