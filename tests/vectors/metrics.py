"""Writes metrics.json beside this file: what scikit-learn says about small tables of probabilities and labels.

Needs numpy and scikit-learn; the versions that wrote the file stand in it. The Rust metrics
(training/src/metrics) must agree to 1e-9. scikit-learn has no calibration error by this definition and no lift,
so these are spelled out here, by another way than the Rust code goes.
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn import metrics

CALIBRATION_BINS = 10


def expected_calibration_error(probabilities, labels):
    """Sum over equal-width bins of |mean probability - positive rate| x share of rows; bin = floor(10 p), 1 in the last."""
    bins = np.minimum((probabilities * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    error = 0.0
    for index in np.unique(bins):
        inside = bins == index
        error += abs(probabilities[inside].mean() - labels[inside].mean()) * inside.mean()
    return error


def calibration_error_by_chance(probabilities):
    """Mean of the error above when outcomes are drawn from the probabilities, each bin's surplus taken as normal."""
    bins = np.minimum((probabilities * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    spread = probabilities * (1 - probabilities)
    return sum(np.sqrt(2 / np.pi * spread[bins == index].sum()) for index in np.unique(bins)) / len(probabilities)


def top_decile_lift(probabilities, labels):
    """Positive rate of the ceil(n / 10) highest rows over that of all; rows tied at the edge share the places left."""
    places = -(-len(labels) // 10)
    edge = np.sort(probabilities)[-places]
    above, tied = probabilities > edge, probabilities == edge
    chance = np.where(above, 1.0, np.where(tied, (places - above.sum()) / tied.sum(), 0.0))
    return (chance * labels).sum() / places / labels.mean()


def best_f1_threshold(probabilities, labels):
    """The lowest of the probabilities that, as a threshold (p >= threshold is positive), has the highest F1."""
    candidates = np.unique(probabilities)
    return candidates[np.argmax([metrics.f1_score(labels, probabilities >= candidate) for candidate in candidates])]


def case(name, probabilities, labels, threshold=0.5):
    probabilities, labels = np.asarray(probabilities, float), np.asarray(labels, int)
    predicted = probabilities >= threshold
    expected = {
        "roc_auc": metrics.roc_auc_score(labels, probabilities),
        "pr_auc": metrics.average_precision_score(labels, probabilities),
        "log_loss": metrics.log_loss(labels, probabilities),
        "brier": metrics.brier_score_loss(labels, probabilities),
        "ece": expected_calibration_error(probabilities, labels),
        "ece_by_chance": calibration_error_by_chance(probabilities),
        "f1": metrics.f1_score(labels, predicted, zero_division=0),
        "lift10": top_decile_lift(probabilities, labels),
        "accuracy": metrics.accuracy_score(labels, predicted),
        "precision": metrics.precision_score(labels, predicted, zero_division=0),
        "recall": metrics.recall_score(labels, predicted),
        "threshold": threshold,
    }
    return {
        "name": name,
        "probabilities": probabilities.tolist(),
        "labels": labels.tolist(),
        "best_f1_threshold": float(best_f1_threshold(probabilities, labels)),
        "expected": {key: float(value) for key, value in expected.items()},
    }


def drawn(generator, rows, center, decimals):
    """Overconfident probabilities and labels: the labels follow the logit shrunk by half."""
    logits = generator.normal(center, 2.0, rows)
    labels = generator.random(rows) < 1 / (1 + np.exp(-logits / 2))
    return np.round(1 / (1 + np.exp(-logits)), decimals), labels


def main():
    warnings.simplefilter("error")
    generator = np.random.default_rng(20)
    plain = drawn(generator, 199, -1.5, 4)
    ties = drawn(generator, 200, -0.5, 1)
    extremes = np.array([0, 0, 0, 1, 1, 1, 0, 1, 0.5, 0.2, 0.999999, 0.000001])
    imbalanced = np.round(generator.beta(1, 30, 200), 3)
    rare = np.zeros(200, int)
    rare[np.argsort(imbalanced, kind="stable")[[90, 185, 196]]] = 1
    cases = [
        case("plain", *plain, threshold=0.35),
        case("ties", *ties, threshold=0.3),
        case("zeros and ones, some of them wrong", extremes, [0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 0]),
        case("three positives in two hundred, none predicted", imbalanced, rare),
        case("two rows", [0.25, 0.75], [0, 1]),
        case("two rows, the wrong way round", [0.75, 0.25], [0, 1]),
        case("one probability for all", [0.3] * 11, [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0], threshold=0.3),
    ]
    document = {
        "generator": {"script": "metrics.py", "numpy": np.__version__, "scikit_learn": sklearn.__version__},
        "tolerance": 1e-9,
        "cases": cases,
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    lines = json.dumps(document, indent=1)
    # One number a line would be two thousand lines: lists of numbers go on one line each.
    for entry in cases:
        for key in ("probabilities", "labels"):
            lines = lines.replace(json.dumps(entry[key], indent=1).replace("\n", "\n   "), json.dumps(entry[key]))
    assert json.loads(lines) == document
    path.write_text(lines + "\n")


if __name__ == "__main__":
    main()
