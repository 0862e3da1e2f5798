"""Cross-validates LightGBM and CatBoost on the folds of a table, and prints their figures as JSON.

    peers.py TABLE.csv TABLE.folds.csv TABLE.inner.csv TARGET POSITIVE [IDENTIFIER ...]

Fitted on a fold's rows 0, stopped early on its rows 1, measured on its rows -1. Settings are fixed sensible ones, the same
for every table: small trees, a low rate, early stopping after 100 rounds without gain.
"""

import json
import sys
import time

import catboost
import lightgbm
import numpy
import pandas
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score


def fit_lightgbm(table, labels, fit, validation, categories):
    table = table.astype({column: "category" for column in categories})
    model = lightgbm.LGBMClassifier(
        n_estimators=3000,
        learning_rate=0.03,
        num_leaves=15,
        subsample=0.8,
        subsample_freq=1,
        colsample_bytree=0.8,
        reg_lambda=1,
        random_state=0,
        verbose=-1,
    )
    stop = lightgbm.early_stopping(100, verbose=False)
    watched = [(table.iloc[validation], labels[validation])]
    model.fit(table.iloc[fit], labels[fit], eval_set=watched, callbacks=[stop])
    return lambda rows: model.predict_proba(table.iloc[rows])[:, 1]


def fit_catboost(table, labels, fit, validation, categories):
    model = catboost.CatBoostClassifier(
        iterations=2000,
        learning_rate=0.05,
        depth=5,
        random_seed=0,
        verbose=0,
        allow_writing_files=False,
    )

    def pool(rows):
        return catboost.Pool(table.iloc[rows], labels[rows], categories)

    model.fit(pool(fit), eval_set=pool(validation), early_stopping_rounds=100)
    return lambda rows: model.predict_proba(table.iloc[rows])[:, 1]


def main():
    path, folds, inner, target, positive, *identifiers = sys.argv[1:]
    table = pandas.read_csv(path, na_values=["", " "])
    labels = (table[target].astype(str) == positive).to_numpy().astype(int)
    assert (labels == pandas.read_csv(folds)["y"]).all(), "the folds are of another table"
    table = table.drop(columns=[target, *identifiers])
    categories = [column for column in table.columns if table[column].dtype.kind not in "if"]
    for column in categories:
        # Missing is a category like any other; CatBoost takes texts alone.
        texts = table[column].astype(object)
        table[column] = texts.where(texts.notna(), "missing").astype(str).astype(object)
    parts = pandas.read_csv(inner).drop(columns="row").to_numpy()
    figures = {}
    for name, method in [("lightgbm", fit_lightgbm), ("catboost", fit_catboost)]:
        measured = {"roc_auc": [], "pr_auc": [], "log_loss": [], "fit_seconds": []}
        for fold in range(parts.shape[1]):
            fit, validation, test = (numpy.flatnonzero(parts[:, fold] == part) for part in (0, 1, -1))
            started = time.monotonic()
            predict = method(table, labels, fit, validation, categories)
            measured["fit_seconds"].append(time.monotonic() - started)
            probabilities, truth = predict(test), labels[test]
            measured["roc_auc"].append(roc_auc_score(truth, probabilities))
            measured["pr_auc"].append(average_precision_score(truth, probabilities))
            measured["log_loss"].append(log_loss(truth, probabilities))
        figures[name] = {key: float(numpy.mean(values)) for key, values in measured.items()}
    print(json.dumps(figures))


main()
