"""Models that somebody else trained, as models of Tenure.

A description says, column by column, what a network reads (docs/import.md); the importer in Rust takes it with
the weights. `scikit_learn`, `pytorch` and `onnx_file` read a model each into a `Network`, and `model` gives that to
the importer. None of these libraries but onnx is imported, and that one only for a model of it.
"""

from __future__ import annotations

from .model import import_model

__all__ = ["import_model"]
