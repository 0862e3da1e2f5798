"""Figures of the Python package, into a file of JSON: python ours.py MODEL TABLE OUT

`import_ms`: `import tenure` in a fresh process, the median of eleven. `record_us`: one record to its score. `table_rows_per_s`: a
table of pyarrow in memory to scores in memory, by RAYON_NUM_THREADS threads. `explain_rows_per_s`: exact explanations.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import pyarrow.csv

import tenure

IMPORT = "import time; start = time.perf_counter(); import tenure; print(time.perf_counter() - start)"


def seconds(work: Callable[[], object], repetitions: int) -> float:
    found = []
    for _ in range(repetitions):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def main(model: str, path: str, out: str) -> None:
    imports = [float(subprocess.check_output([sys.executable, "-c", IMPORT])) for _ in range(11)]
    scorer = tenure.load(model)
    table = pyarrow.csv.read_csv(path)
    record = table.slice(0, 1).to_pylist()[0]
    records = 10_000
    few = table.slice(0, 2000)

    def each() -> None:
        for _ in range(records):
            scorer.score(record)

    figures = {
        "import_ms": 1e3 * statistics.median(imports),
        "record_us": 1e6 * seconds(each, 5) / records,
        "table_rows_per_s": table.num_rows / seconds(lambda: scorer.score_table(table), 5),
        "explain_rows_per_s": few.num_rows / seconds(lambda: scorer.explain_table(few), 3),
        "rows": table.num_rows,
        "threads": int(os.environ.get("RAYON_NUM_THREADS", os.cpu_count() or 1)),
    }
    with open(out, "w") as file:
        json.dump(figures, file, indent=2)


if __name__ == "__main__":
    main(*sys.argv[1:])
