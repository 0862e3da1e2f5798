"""Writes shapley.json beside this file: what Python's shap says about an artifact, for every engine to agree with.

The artifact, shapley.safetensors, has 11 fields of the embedded sample and a derived feature over two of them, because
shap's ExactExplainer enumerates 2^fields coalitions of every background row. It was made with

    tenure sample --out sample.csv
    tenure train --data sample.csv --schema tests/vectors/shapley.toml --out tests/vectors/shapley.safetensors

and this file with `python tests/vectors/shapley.py sample.csv`, with numpy and shap installed. The model is written again
in numpy (packed.py), so shap knows nothing of ours but the file.
"""

import csv
import json
import pathlib
import sys

import numpy as np
import shap
from packed import Model

HERE = pathlib.Path(__file__).parent
CUSTOMERS = 100


def main():
    model = Model(HERE / "shapley.safetensors")
    with open(sys.argv[1], newline="") as table:
        rows = list(csv.DictReader(table))
    names = [field["name"] for field in model.fields]
    numbers = {field["name"] for field in model.fields if field["kind"] == "number"}
    step = len(rows) // CUSTOMERS
    records = []
    for row in rows[: step * CUSTOMERS : step]:
        value = {name: row[name].strip() or None for name in names}
        records.append({name: float(text) if text and name in numbers else text for name, text in value.items()})
    cells = np.array([model.row(record) for record in records])
    masker = shap.maskers.Independent(model.background, max_samples=len(model.background))
    explained = shap.ExactExplainer(model, masker)(cells, max_evals=2 ** len(names), silent=True)
    logits = model(cells)
    cases = [
        {
            "record": record,
            "logit": logits[index],
            "base": float(np.atleast_1d(explained.base_values)[0 if np.ndim(explained.base_values) == 0 else index]),
            "contributions": dict(zip(names, explained.values[index].tolist())),
        }
        for index, record in enumerate(records)
    ]
    about = f"ExactExplainer of shap {shap.__version__}, the artifact's background"
    text = json.dumps({"artifact": "tests/vectors/shapley.safetensors", "from": about, "cases": cases}, indent=1)
    (HERE / "shapley.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
