"""Writes plan.json beside this file: the most profit of small plans, by an exact integer program (HiGHS in SciPy).

Needs numpy and scipy; the versions that wrote the file stand in it. An instance follows from its number, so that the
file holds only the answers: `instance` here and `instance` in src/decision/plan.rs make the same one. The plans of
tenure must be within 1% of each answer.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array

INSTANCES = 200
MASK = (1 << 64) - 1


class Random:
    """SplitMix64, as in src/explanation/random.rs."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        word = self.state
        word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & MASK
        return (((word ^ (word >> 31)) >> 32) * bound) >> 32


def instance(seed):
    """Profits and costs in cents by customer and offer (None: not eligible), and the limits (None: no limit)."""
    random = Random(seed)
    customers, offers = 10 + random.below(51), 1 + random.below(4)
    rows = []
    for _ in range(customers):
        leaves = random.below(1000)
        row = []
        for _ in range(offers):
            eligible, gain, cost = random.below(4) > 0, random.below(10_000), 50 + random.below(3_000)
            row.append((leaves * gain // 1000 - cost // 2, cost) if eligible else None)
        rows.append(row)
    total = sum(cost for row in rows for entry in row if entry for cost in entry[1:])
    budget = total * (5 + random.below(40)) // 100 // offers
    budget = budget if random.below(4) > 0 else None
    contacts = customers * (20 + random.below(80)) // 100
    contacts = contacts if random.below(4) > 0 else customers
    capacities = []
    for _ in range(offers):
        capacity = 1 + random.below(customers)
        capacities.append(capacity if random.below(4) > 0 else customers)
    return rows, budget, contacts, capacities


def optimum(rows, budget, contacts, capacities):
    entries = [(customer, offer, *entry) for customer, row in enumerate(rows) for offer, entry in enumerate(row) if entry]
    entries = [entry for entry in entries if entry[2] > 0]
    if not entries:
        return 0
    customer, offer, profit, cost = np.array(entries).T
    constraints = []

    def limit(rows_of, weights, most):
        matrix = coo_array((weights, (rows_of, np.arange(len(entries)))))
        constraints.append(LinearConstraint(matrix, ub=most))

    ones = np.ones(len(entries))
    limit(customer, ones, np.ones(customer.max() + 1))
    limit(offer, ones, np.array(capacities[: offer.max() + 1], float))
    limit(np.zeros(len(entries), int), ones, np.array([contacts], float))
    if budget is not None:
        limit(np.zeros(len(entries), int), cost.astype(float), np.array([budget], float))
    answer = milp(-profit.astype(float), integrality=ones, bounds=(0, 1), constraints=constraints, options={"mip_rel_gap": 0})
    assert answer.status == 0, answer.message
    return int(profit[answer.x > 0.5].sum())


answers = [optimum(*instance(seed)) for seed in range(INSTANCES)]
document = {
    "generator": {"script": "plan.py", "numpy": np.__version__, "scipy": scipy.__version__},
    "optima": answers,
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(document) + "\n")
