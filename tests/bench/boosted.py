"""A table with the folds of its rows, and peers of boosted trees fitted on a fold: what the benchmarks of quality and of whole
trainings share."""

import catboost
import lightgbm
import numpy
import pandas


class Folds:
    """`inner` has a column for each fold: 0 for rows to fit, 1 for rows that stop the fit early, -1 for test rows."""

    def __init__(self, path, folds, inner, target, positive, *identifiers):
        table = pandas.read_csv(path, na_values=["", " "])
        self.labels = (table[target].astype(str) == positive).to_numpy().astype(int)
        assert (self.labels == pandas.read_csv(folds)["y"]).all(), "the folds are of another table"
        table = table.drop(columns=[target, *identifiers])
        self.categories = [column for column in table.columns if table[column].dtype.kind not in "if"]
        for column in self.categories:
            # Missing is a category like any other; CatBoost takes texts alone.
            texts = table[column].astype(object)
            table[column] = texts.where(texts.notna(), "missing").astype(str).astype(object)
        self.table = table
        self._parts = pandas.read_csv(inner).drop(columns="row").to_numpy()

    def __iter__(self):
        """The rows of each fold: to fit, to stop, to test."""
        for part in self._parts.T:
            yield tuple(numpy.flatnonzero(part == which) for which in (0, 1, -1))


def fit_lightgbm(folds, fit, validation, patience, seed=0, **settings):
    """Fits small trees; returns the probabilities of rows as a function."""
    table, labels = folds.table.astype({column: "category" for column in folds.categories}), folds.labels
    model = lightgbm.LGBMClassifier(
        learning_rate=0.03,
        num_leaves=15,
        subsample=0.8,
        subsample_freq=1,
        colsample_bytree=0.8,
        reg_lambda=1,
        random_state=seed,
        verbose=-1,
        **settings,
    )
    stop = lightgbm.early_stopping(patience, verbose=False)
    watched = [(table.iloc[validation], labels[validation])]
    model.fit(table.iloc[fit], labels[fit], eval_set=watched, callbacks=[stop])
    return lambda rows: model.predict_proba(table.iloc[rows])[:, 1]


def fit_catboost(folds, fit, validation, patience, seed=0, **settings):
    """As `fit_lightgbm`."""
    model = catboost.CatBoostClassifier(depth=5, random_seed=seed, verbose=0, allow_writing_files=False, **settings)

    def pool(rows):
        return catboost.Pool(folds.table.iloc[rows], folds.labels[rows], folds.categories)

    model.fit(pool(fit), eval_set=pool(validation), early_stopping_rounds=patience)
    return lambda rows: model.predict_proba(folds.table.iloc[rows])[:, 1]
