"""Cross-validates LightGBM and CatBoost on the folds of a table, and prints their figures as JSON.

    peers.py TABLE.csv TABLE.folds.csv TABLE.inner.csv TARGET POSITIVE [IDENTIFIER ...]

Fitted on a fold's rows 0, stopped early on its rows 1, measured on its rows -1. Settings are fixed sensible ones, the same
for every table: small trees, a low rate, early stopping after 100 rounds without gain.
"""

import json
import pathlib
import sys
import time

import numpy
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from boosted import Folds, fit_catboost, fit_lightgbm


def main():
    folds = Folds(*sys.argv[1:])
    figures = {}
    for name, method, settings in [
        ("lightgbm", fit_lightgbm, {"n_estimators": 3000}),
        ("catboost", fit_catboost, {"iterations": 2000, "learning_rate": 0.05}),
    ]:
        measured = {"roc_auc": [], "pr_auc": [], "log_loss": [], "fit_seconds": []}
        for fit, validation, test in folds:
            started = time.monotonic()
            predict = method(folds, fit, validation, 100, **settings)
            measured["fit_seconds"].append(time.monotonic() - started)
            probabilities, truth = predict(test), folds.labels[test]
            measured["roc_auc"].append(roc_auc_score(truth, probabilities))
            measured["pr_auc"].append(average_precision_score(truth, probabilities))
            measured["log_loss"].append(log_loss(truth, probabilities))
        figures[name] = {key: float(numpy.mean(values)) for key, values in measured.items()}
    print(json.dumps(figures))


main()
