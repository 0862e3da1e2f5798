"""Python's shap on the model that Tenure explains: `peers.py JOB.json` prints what it measured as JSON.

The model is numpy (tests/vectors/packed.py), the background the artifact's own rows, one thread. A job names the artifact,
the records, the exact shares to be held against (by customer and field), and how many coalitions to sample.
"""

import contextlib
import io
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "vectors"))

import numpy as np
import shap
from packed import Model

# Every explainer draws its progress bar on the standard error, which is no place for a thousand of them.
QUIET = {"silent": True}


def timed(explain):
    begin = time.perf_counter()
    with contextlib.redirect_stderr(io.StringIO()):
        values = explain()
    return np.asarray(values, np.float64).reshape(-1), 1000 * (time.perf_counter() - begin)


def summary(times, errors):
    return {
        "customers": len(times),
        "p50_ms": float(np.median(times)),
        "mean_absolute_error": float(np.mean(errors)),
    }


def run(explain, rows, expected):
    """Times and errors of an explainer over customers; None where it refuses the job."""
    times, errors = [], []
    for row, shares in zip(rows, expected):
        try:
            values, elapsed = timed(lambda: explain(row))
        except ValueError as refusal:
            return {"refused": str(refusal).split(".")[0]}
        times.append(elapsed)
        errors.append(np.abs(values - shares).mean())
    return summary(times, errors)


def main():
    job = json.loads(pathlib.Path(sys.argv[1]).read_text())
    model = Model(job["model"])
    rows = np.array([model.row(record) for record in job["records"]])
    names = [field["name"] for field in model.fields]
    expected = np.array([[shares[name] for name in names] for shares in job["shares"]])
    masker = shap.maskers.Independent(model.background, max_samples=len(model.background))
    fields = len(names)
    out = {"shap": shap.__version__, "fields": fields, "background_rows": len(model.background)}

    def permutation(row, evaluations):
        np.random.seed(0)
        explainer = shap.PermutationExplainer(model, masker, seed=0)
        calls = {} if evaluations is None else {"max_evals": evaluations}
        return explainer(row[None, :], **QUIET, **calls).values

    def kernel(row, samples):
        np.random.seed(0)
        # Without its default selection of ten fields, which is an error of its own.
        return shap.KernelExplainer(model, model.background).shap_values(row[None, :], nsamples=samples, l1_reg=0, **QUIET)

    if job["timed"] > 0:
        count = job["timed"]
        # Compiles what numba compiles.
        permutation(rows[0], None)
        out["permutation_default"] = run(lambda row: permutation(row, None), rows[:count], expected[:count])
        if fields <= job["exact_fields"]:
            exact = shap.ExactExplainer(model, masker)
            out["exact"] = run(lambda row: exact(row[None, :], max_evals=2**fields, **QUIET).values, rows[:count], expected[:count])
    out["sizes"] = {
        str(size): {
            "kernel": run(lambda row: kernel(row, size), rows, expected),
            "permutation": run(lambda row: permutation(row, size), rows, expected),
        }
        for size in job["sizes"]
    }
    print(json.dumps(out))


if __name__ == "__main__":
    main()
