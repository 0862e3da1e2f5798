"""Runners in Python of `cargo xtask parity`: the logits that they make of the records that `export_rows` wrote.

    python runners.py FOLDER RUNNER...

A runner is command (the file of the environment variable TENURE_COMMAND), python (the installed package), or an engine of
tests/export/engines.py. Each starts from raw records. It writes FOLDER/logits/RUNNER/MODEL.KIND: a line for each record, with
the logit, `refused`, or `beyond` where it refuses a number that its engine cannot compute with and the scorer can. The runner of
an engine that is not there writes FOLDER/logits/RUNNER/missing, which says why.
"""

import json
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
            answers = json.loads((folder / f"{model}.json").read_text())[kind]
            logits = [logit for _, _, logit, _, _ in sorted(results, key=lambda row: row[0])]
            if name in engines.STRICT:
                beyond = [answer is not None and answer[3] for answer in answers]
                logits = ["beyond" if logit is None and over else logit for logit, over in zip(logits, beyond, strict=True)]
            yield model, kind, logits

    return run


def line(logit):
    return logit if isinstance(logit, str) else "refused" if logit is None else repr(float(logit))


if __name__ == "__main__":
    place = pathlib.Path(sys.argv[1])
    for runner in sys.argv[2:]:
        own = place / "logits" / runner
        own.mkdir(parents=True, exist_ok=True)
        reason = engines.missing(runner)
        if reason is not None:
            (own / "missing").write_text(reason + "\n")
            continue
        run = {"command": command, "python": python}.get(runner) or engine(runner)
        for model, kind, logits in run(place):
            (own / f"{model}.{kind}").write_text("\n".join(map(line, logits)) + "\n")
