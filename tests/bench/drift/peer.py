"""NannyML's side of `cargo xtask bench drift`: its label-free ROC-AUC of the samples, beside what was measured.

`peer.py FOLDER` reads samples.json of that folder and writes nannyml.json: the mean absolute error of CBPE.
"""

import json
import os
import pathlib
import sys
import warnings

# It reports its use to a server unless it is told not to.
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml
import pandas as pd

warnings.filterwarnings("ignore")

folder = pathlib.Path(sys.argv[1])
samples = json.loads((folder / "samples.json").read_text())
errors = []
for sample in samples:
    reference = pd.DataFrame({"p": sample["reference"]["probabilities"], "left": sample["reference"]["left"]})
    reference["left"] = reference["left"].astype(int)
    current = pd.DataFrame({"p": sample["probabilities"]})
    for table in (reference, current):
        table["predicted"] = (table["p"] >= 0.5).astype(int)
    cbpe = nannyml.CBPE(
        metrics=["roc_auc"],
        y_pred_proba="p",
        y_pred="predicted",
        y_true="left",
        problem_type="classification_binary",
        chunk_number=1,
    )
    estimate = cbpe.fit(reference).estimate(current).filter(period="analysis").to_df()[("roc_auc", "value")].iloc[0]
    errors.append(abs(estimate - sample["measured"]))
figures = {"version": nannyml.__version__, "error": sum(errors) / len(errors), "samples": len(errors)}
(folder / "nannyml.json").write_text(json.dumps(figures, indent=2))
