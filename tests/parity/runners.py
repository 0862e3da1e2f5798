"""Runners in Python of `cargo xtask parity`: the logits that they make of the records that `export_rows` wrote.

    python runners.py FOLDER RUNNER...

A runner is command (the file of the environment variable TENURE_COMMAND), python (the installed package), or an engine of
tests/export/engines.py. Each starts from raw records. It writes FOLDER/logits/RUNNER/MODEL.KIND: a line for each record, with
the logit, or `refused`.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "export"))
import engines

# Taken away, because the command reads variables of that beginning as its configuration.
COMMAND = os.environ.pop("TENURE_COMMAND", "tenure")


def tables(folder):
    """Each model with each kind of its records, as columns by name, and the names of the numbers."""
    for path in sorted(folder.glob("*.json")):
        for kind in engines.KINDS:
            _, names, numbers, rows = engines.read(folder, path.stem, kind)
            columns = {name: [row[at] for row in rows] for at, name in enumerate(names) if name != "id"}
            yield path.stem, kind, columns, numbers


def command(folder):
    import pyarrow
    import pyarrow.parquet

    for model, kind, columns, numbers in tables(folder):
        with tempfile.TemporaryDirectory() as temporary:
            data, out = (os.path.join(temporary, name) for name in ("records.parquet", "scored.parquet"))
            types = {name: pyarrow.float64() if name in numbers else pyarrow.string() for name in columns}
            table = pyarrow.table({name: pyarrow.array(cells, types[name]) for name, cells in columns.items()})
            pyarrow.parquet.write_table(table, data)
            score = [COMMAND, "score", folder / f"{model}.safetensors", "--data", data, "--out", out]
            subprocess.run(score, check=True, capture_output=True)
            yield model, kind, pyarrow.parquet.read_table(out)["logit"].to_pylist()


def python(folder):
    import numpy
    import tenure

    for model, kind, columns, _ in tables(folder):
        logits = tenure.load(folder / f"{model}.safetensors").score_table(columns).column("logit")
        yield model, kind, [None if numpy.isnan(logit) else logit for logit in logits]


def engine(name):
    def run(folder):
        for model, kind, results, _ in engines.ENGINES[name](folder):
            yield model, kind, [logit for _, _, logit, _, _ in sorted(results, key=lambda row: row[0])]

    return run


def write(folder, runner, model, kind, logits):
    place = folder / "logits" / runner
    place.mkdir(parents=True, exist_ok=True)
    lines = ["refused" if logit is None else repr(float(logit)) for logit in logits]
    (place / f"{model}.{kind}").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    place = pathlib.Path(sys.argv[1])
    for runner in sys.argv[2:]:
        run = {"command": command, "python": python}.get(runner) or engine(runner)
        for found in run(place):
            write(place, runner, *found)
