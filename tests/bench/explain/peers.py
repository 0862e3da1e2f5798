"""Python's shap on the model that Tenure explains: `peers.py JOB.json` prints what it measured as JSON.

The model is numpy (tests/vectors/packed.py) with its first layer compiled by numba, which shap brings along: without, the
peers would mostly wait for it. The background is the artifact's own rows. A job names the artifact, the records, the shares
to be held against (by customer and field), and how many coalitions to sample. Times are taken on one thread, by one process;
errors by all processors.
"""

import contextlib
import io
import json
import multiprocessing
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "vectors"))

import numba
import numpy as np
import shap
from packed import Model

# Every explainer draws its progress bar on the standard error, which is no place for a thousand of them.
QUIET = {"silent": True}


@numba.njit
def first_layer(at, fraction, table, direct, hidden, logits):
    for row in range(len(at)):
        for one in range(at.shape[1]):
            here, share = at[row, one], fraction[row, one]
            if share == 0:
                logits[row] += direct[here]
                hidden[row] += table[here]
            else:
                logits[row] += direct[here] + (direct[here + 1] - direct[here]) * share
                hidden[row] += table[here] + (table[here + 1] - table[here]) * share


class Compiled(Model):
    def first_layer(self, at, fraction):
        hidden = np.tile(self.tensors["bias"], (len(at), 1))
        logits = np.full(len(at), self.tensors["output_bias"][0], np.float32)
        first_layer(at, fraction, self.tensors["table"], self.tensors["direct"], hidden, logits)
        return hidden, logits


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


class Peers:
    """shap's explainers of a job's model."""

    def __init__(self, job):
        self.model = Compiled(job["model"])
        self.rows = np.array([self.model.row(record) for record in job["records"]])
        self.names = [field["name"] for field in self.model.fields]
        self.expected = np.array([[shares[name] for name in self.names] for shares in job["shares"]])
        self.masker = shap.maskers.Independent(self.model.background, max_samples=len(self.model.background))

    def permutation(self, row, evaluations=None):
        np.random.seed(0)
        explainer = shap.PermutationExplainer(self.model, self.masker, seed=0)
        calls = {} if evaluations is None else {"max_evals": evaluations}
        return explainer(row[None, :], **QUIET, **calls).values

    def kernel(self, row, samples):
        np.random.seed(0)
        explainer = shap.KernelExplainer(self.model, self.model.background)
        # Without its default selection of ten fields, which is an error of its own.
        return explainer.shap_values(row[None, :], nsamples=samples, l1_reg=0, **QUIET)

    def exact(self, row):
        return shap.ExactExplainer(self.model, self.masker)(row[None, :], max_evals=2 ** len(self.names), **QUIET).values

    def run(self, name, *size, customers=None):
        """As [`run`], of the first `customers` customers; None is all of them."""
        explain = getattr(self, name)
        return run(lambda row: explain(row, *size), self.rows[:customers], self.expected[:customers])


def errors(task):
    """What one process of several does."""
    name, size = task
    return OF_PROCESS.run(name, size)


def begin(job):
    global OF_PROCESS
    OF_PROCESS = Peers(job)


def main():
    job = json.loads(pathlib.Path(sys.argv[1]).read_text())
    peers = Peers(job)
    out = {"shap": shap.__version__, "fields": len(peers.names), "background_rows": len(peers.model.background)}
    if job["timed"] > 0:
        # Compiles what numba compiles.
        peers.permutation(peers.rows[0])
        out["permutation_default"] = peers.run("permutation", customers=job["timed"])
        if job["exact"] > 0:
            out["exact"] = peers.run("exact", customers=job["exact"])
    # The longest first, so that no processor waits for the last one.
    tasks = [(name, size) for size in sorted(job["sizes"], reverse=True) for name in ("kernel", "permutation")]
    with multiprocessing.get_context("spawn").Pool(initializer=begin, initargs=(job,)) as pool:
        found = dict(zip(tasks, pool.imap(errors, tasks)))
        # Ended and not broken off, so that their libraries tidy up.
        pool.close()
        pool.join()
    out["sizes"] = {
        str(size): {name: found[name, size] for name in ("kernel", "permutation")} for size in job["sizes"]
    }
    print(json.dumps(out))


if __name__ == "__main__":
    main()
