"""Writes profit.json beside this file: maximum profit and expected maximum profit by empulse.

Needs empulse and numpy; the versions that wrote the file stand in it. src/decision/profit.rs must agree to 1e-6.
"""

import json
import pathlib
from importlib.metadata import version

import numpy as np
from empulse.metrics import empc_score, mpc_score

CAMPAIGNS = [
    {"clv": 200, "incentive_cost": 10, "contact_cost": 1},
    {"clv": 120, "incentive_cost": 30, "contact_cost": 5},
    {"clv": 1000, "incentive_cost": 5, "contact_cost": 0.5},
]
ACCEPTANCES = [(6, 14), (2, 2), (1, 9)]


def case(name, scores, leaves):
    scores, leaves = np.asarray(scores, float).round(4), np.asarray(leaves, int)
    expected = []
    for campaign in CAMPAIGNS:
        for alpha, beta in ACCEPTANCES:
            rate = round(alpha / (alpha + beta), 6)
            arguments = {**campaign, "alpha": alpha, "beta": beta}
            expected.append({
                **campaign,
                "alpha": alpha,
                "beta": beta,
                "emp": float(empc_score(leaves, scores, **arguments)),
                "emp_fraction": float(empc_score.optimal_rate(leaves, scores, **arguments)),
                "rate": rate,
                "mp": float(mpc_score(leaves, scores, accept_rate=rate, **campaign)),
                "mp_fraction": float(mpc_score.optimal_rate(leaves, scores, accept_rate=rate, **campaign)),
            })
    return {"name": name, "scores": scores.tolist(), "leaves": leaves.tolist(), "expected": expected}


random = np.random.default_rng(20)
calibrated = random.beta(1.2, 3.0, 300)
chance = random.random(120)
ties = random.integers(0, 6, 150) / 10
document = {
    "generator": {"script": "profit.py", "empulse": version("empulse"), "numpy": np.__version__},
    "tolerance": 1e-6,
    "cases": [
        case("calibrated", calibrated, random.random(300) < calibrated),
        case("chance", chance, random.random(120) < 0.25),
        case("ties", ties, random.random(150) < ties),
        case("the documentation", [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9], [0, 1, 0, 1, 0, 1, 0, 1]),
    ],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n")
