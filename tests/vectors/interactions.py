"""Writes interactions.json beside this file: what Python's shapiq says about pairs of fields of shapley.safetensors.

Run as `python tests/vectors/interactions.py`, after shapley.py, with numpy and shapiq installed. The game of a record is the
mean logit over the artifact's background, by all 2^11 coalitions of fields; shapiq computes the Shapley interaction index
of order two from it. The model is written again in numpy (packed.py), so shapiq knows nothing of ours but the file.
"""

import importlib.metadata
import json
import pathlib

import numpy as np
import shapiq
from packed import Model

HERE = pathlib.Path(__file__).parent
CUSTOMERS = 10


def main():
    model = Model(HERE / "shapley.safetensors")
    names = [field["name"] for field in model.fields]
    records = [case["record"] for case in json.loads((HERE / "shapley.json").read_text())["cases"][:: 100 // CUSTOMERS]]

    def pairs(record):
        row = np.array(model.row(record))

        def value(coalitions):
            mixed = np.where(coalitions[:, None, :], row, model.background)
            return model(mixed.reshape(-1, len(names))).reshape(len(coalitions), -1).mean(axis=1)

        index = shapiq.ExactComputer(n_players=len(names), game=value)(index="SII", order=2)
        return [
            {"first": names[i], "second": names[j], "value": float(index[(i, j)])}
            for i in range(len(names))
            for j in range(i + 1, len(names))
        ]

    cases = [{"record": record, "interactions": pairs(record)} for record in records]
    about = f"ExactComputer of shapiq {importlib.metadata.version('shapiq')}, SII of order 2, the artifact's background"
    document = {"artifact": "tests/vectors/shapley.safetensors", "from": about, "cases": cases}
    (HERE / "interactions.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
