"""Writes drift.json beside this file: distances by Evidently's formula, SciPy and NannyML, and NannyML's CBPE.

Needs nannyml 0.13 (Python 3.9 to 3.12), numpy, scipy and pandas; the versions that wrote the file stand in it. The numbers are those
of the packages: `UnivariateDriftCalculator` for the Jensen-Shannon distance over NannyML's own bins (their counts are in the file),
`scipy.stats` for chi-square and Wasserstein, `CBPE`'s ROC-AUC row by row. The population stability index is Evidently's formula, with its fill
of empty bins, on given counts: Evidently pools both tables for its edges, so on its own edges it cannot agree with a profile.
src/monitoring must agree: distances to 1e-9, Wasserstein to 1e-3, ROC-AUC to 0.003.
"""

import json
import os
import pathlib
import warnings
from importlib.metadata import version

# NannyML reports its use to a server unless it is told not to.
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml
import numpy as np
import pandas as pd
from nannyml.drift.univariate.methods import ContinuousJensenShannonDistance
from nannyml.performance_estimation.confidence_based.metrics import estimate_roc_auc
from scipy.stats import chi2_contingency, wasserstein_distance

warnings.filterwarnings("ignore")


def psi(reference, current):
    """evidently/legacy/calculations/stattests/psi.py, `_psi` on `get_binned_data(…, feel_zeroes=True)`."""
    shares = []
    for counts in (reference, current):
        share = counts / counts.sum()
        least = share[share != 0].min()
        shares.append(np.where(share == 0, least / 10**6 if least <= 0.0001 else 0.0001, share))
    return float(np.sum((shares[0] - shares[1]) * np.log(shares[0] / shares[1])))


def binned(reference, current):
    """The counts that NannyML's distance compares: the reference's own bins, and the leftover as one more bin."""
    method = ContinuousJensenShannonDistance(chunker=None, threshold=None, computation_params={})
    method._fit(pd.Series(reference))
    edges = method._bins
    now, _ = np.histogram(current, bins=edges)
    before, _ = np.histogram(reference, bins=edges)
    return method._calculate(pd.Series(current)), [*before, 0], [*now, len(current) - now.sum()]


def numbers(seed, shift, scale):
    random = np.random.default_rng(seed)
    reference = random.gamma(2.0, 10.0, 3000).round(2)
    current = (random.gamma(2.0, 10.0, 2000) * scale + shift).round(2)
    distance, before, now = binned(reference, current)
    counts = np.array([before, now])
    kept = counts[:, counts.sum(axis=0) > 0]
    test = chi2_contingency(kept, correction=False)
    return {
        "reference": [int(count) for count in before],
        "current": [int(count) for count in now],
        "jensen_shannon": float(distance),
        "psi": psi(counts[0].astype(float), counts[1].astype(float)),
        "chi_square": float(test.statistic),
        "p_value": float(test.pvalue),
    }


def bins(seed, shares):
    """SciPy's distance of many points that lie evenly within each bin; what is below or at the end lies at an edge."""
    random = np.random.default_rng(seed)
    edges = np.array([0.0, 1.0, 2.5, 7.0])
    reference = random.multinomial(500, [0.1, 0.4, 0.2, 0.2, 0.1])
    current = random.multinomial(400, shares)
    points = (np.arange(2000) + 0.5) / 2000
    places = [np.zeros(2000), *(low + points * (high - low) for low, high in zip(edges, edges[1:])), np.full(2000, 7.0)]
    weights = [np.repeat(counts / 2000, 2000) for counts in (reference, current)]
    return {
        "edges": edges.tolist(),
        "reference": reference.tolist(),
        "current": current.tolist(),
        "wasserstein": float(wasserstein_distance(np.concatenate(places), np.concatenate(places), *weights)),
    }


def scores(seed, tilt, rows=2000):
    random = np.random.default_rng(seed)
    logits = random.normal(-1.2, 1.5, 6000)
    keep = random.random(6000) < 1 / (1 + np.exp(-tilt * (logits + 1.2)))
    chosen = logits[keep][:rows].round(4)
    probabilities = 1 / (1 + np.exp(-chosen))
    area = estimate_roc_auc(pd.Series(probabilities), pd.Series(probabilities))
    return {"logits": chosen.tolist(), "roc_auc": float(area)}


document = {
    "versions": {name: version(name) for name in ("nannyml", "numpy", "scipy", "pandas")},
    "numbers": [numbers(0, 0, 1), numbers(1, 4, 1), numbers(2, 0, 1.6), numbers(3, 60, 0.4)],
    "bins": [bins(0, [0.1, 0.4, 0.2, 0.2, 0.1]), bins(1, [0.3, 0.2, 0.2, 0.2, 0.1]), bins(2, [0.0, 0.1, 0.4, 0.2, 0.3])],
    "edges": np.quantile(np.random.default_rng(9).normal(-1.2, 1.5, 100_000), np.arange(1, 64) / 64).round(4).tolist(),
    "scores": [scores(seed, tilt) for seed, tilt in ((0, 0.0), (1, 0.8), (2, -0.8), (3, 2.0))],
}
text = json.dumps(document, separators=(",", ":"))
pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
