"""What must work where nothing but the wheel and numpy is installed: python alone.py"""

import importlib.util
import pathlib
import sys

import tenure

MODEL = pathlib.Path(__file__).parents[2] / "tests" / "artifacts" / "v1.safetensors"


def main() -> None:
    for other in ["pandas", "pyarrow", "sklearn", "shap", "mlflow", "onnx"]:
        assert importlib.util.find_spec(other) is None, f"{other} is installed"
    assert "numpy" not in sys.modules, "import tenure imports numpy"
    scorer = tenure.load(MODEL)
    record = dict.fromkeys(scorer.fields)
    score = scorer.score({**record, "Contract": "Month-to-month", "tenure": 2})
    assert 0.4 < score.probability < 1.0, score
    columns = {name: [None, None] for name in scorer.fields}
    scored = scorer.score_table({**columns, "Contract": ["Month-to-month", "Two year"], "tenure": [2, 70]})
    assert scored.column("tier")[1] == "low", scored.column("tier")
    try:
        getattr(tenure, "TenureClassifier")
    except ImportError as error:
        assert "scikit-learn" in str(error), error
    else:
        raise AssertionError("TenureClassifier works without scikit-learn")
    try:
        tenure.import_model("model.onnx", {"tenure": [2, 70]}, ["Yes", "No"])
    except tenure.TenureError as error:
        assert "pip install onnx" in str(error), error
    else:
        raise AssertionError("an ONNX graph is read without onnx")
    print(f"tenure {tenure.__version__} scores where nothing else is installed")


if __name__ == "__main__":
    main()
