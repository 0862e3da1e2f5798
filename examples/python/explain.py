"""Trains on a table of your own, explains it with shap's plots, and writes the pictures.

    pip install tenure scikit-learn pandas shap matplotlib
    tenure sample --rows 3000 --out customers.csv
    python explain.py customers.csv Churn pictures
"""

from __future__ import annotations

import pathlib
import sys

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as pyplot
import pandas
import shap
from sklearn.model_selection import train_test_split

from tenure import TenureClassifier


def main(table: str, target: str, folder: str) -> None:
    pictures = pathlib.Path(folder)
    pictures.mkdir(parents=True, exist_ok=True)
    customers = pandas.read_csv(table)
    y = customers.pop(target)
    train, test, y_train, y_test = train_test_split(customers, y, random_state=0, stratify=y)

    # A teacher that trains in a second. Leave `model` out for the best one.
    classifier = TenureClassifier(model="linear", random_state=0).fit(train, y_train)
    print(f"accuracy on {len(test)} rows: {classifier.score(test, y_test):.3f}")

    # Shapley values of the logit: exact, against the model's background.
    explanations = classifier.explain(test.head(300))
    explanation = explanations.to_shap()
    print(f"the largest standard error of a value: {explanations.standard_errors.max():.1e}")

    # A name, what is drawn, and who is drawn: the customer with the highest risk stands alone.
    riskiest = int(explanations.logits.argmax())
    for name, draw in {
        "waterfall": lambda: shap.plots.waterfall(explanation[riskiest], show=False),
        "beeswarm": lambda: shap.plots.beeswarm(explanation, show=False),
        "bar": lambda: shap.plots.bar(explanation, show=False),
    }.items():
        draw()  # type: ignore[no-untyped-call]
        pyplot.savefig(pictures / f"{name}.png", dpi=80, bbox_inches="tight")
        pyplot.close("all")
        print(pictures / f"{name}.png")

    # The file that the command, the browser and `tenure.load` read.
    classifier.to_artifact(pictures / "model.safetensors")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
