"""Writes uplift.json beside this file: two logistic regressions by scikit-learn, Qini curves by scikit-uplift.

Needs numpy, scikit-learn and scikit-uplift; the versions that wrote the file stand in it. training/src/outcomes/uplift.rs
must agree: models to 1e-5, curves to 1e-9.
"""

import json
import pathlib
from importlib.metadata import version

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklift.metrics import qini_auc_score, qini_curve


def case(seed, rows, effect, share):
    random = np.random.default_rng(seed)
    risk = random.normal(-0.5, 1.2, rows).round(2)
    offered = random.random(rows) < share
    leaves = 1 / (1 + np.exp(-risk))
    stayed = random.random(rows) > leaves * np.where(offered, effect(leaves), 1.0)
    arms = []
    for arm in (False, True):
        model = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000)
        model.fit(risk[offered == arm, None], stayed[offered == arm])
        arms.append(model.predict_proba(risk[:, None])[:, 1])
    uplift = (arms[1] - arms[0]).round(12)
    counts, gains = qini_curve(stayed.astype(int), uplift, offered.astype(int))
    coefficient = lambda scores: float(qini_auc_score(stayed.astype(int), scores, offered.astype(int)))
    return {
        "risk": risk.tolist(),
        "offered": offered.tolist(),
        "stayed": stayed.tolist(),
        "uplift": uplift.tolist(),
        "curve": [[int(count), float(gain)] for count, gain in zip(counts, gains)],
        "qini": coefficient(uplift),
        "qini_by_risk": coefficient(risk),
    }


cases = [
    case(0, 400, lambda leaves: 0.6 + 0 * leaves, 0.5),
    case(1, 300, lambda leaves: 1.2 - leaves, 0.9),
    case(2, 200, lambda leaves: 0.5 + leaves, 0.7),
]
versions = {name: version(name) for name in ("numpy", "scikit-learn", "scikit-uplift")}
text = json.dumps({"versions": versions, "cases": cases}, separators=(",", ":"))
pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
