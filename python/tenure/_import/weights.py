"""Tensors of a network, and the safetensors file of them that the importer reads."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any


def turned(steps: Sequence[Mapping[str, Any]], weights: Mapping[str, Any]) -> dict[str, Any]:
    """The weights of a network whose positive class is the first: the signs of the last layer with weights are
    turned."""
    import numpy

    last = next((step for step in reversed(steps) if step["kind"] in ("Linear", "BatchNorm1d")), None)
    if last is None:
        # The importer says what is wrong.
        return dict(weights)
    made = dict(weights)
    variance = made.get(f"{last['name']}.running_var")
    if last["kind"] == "BatchNorm1d" and variance is not None:
        # Without weights it multiplies by 1.
        made.setdefault(f"{last['name']}.weight", numpy.ones(variance.shape))
    for name in (f"{last['name']}.weight", f"{last['name']}.bias"):
        if name in made:
            made[name] = -made[name]
    return made


def as_array(tensor: Any) -> Any:
    """A tensor of PyTorch, or an array, in doubles or whole numbers."""
    import numpy

    for method in ("detach", "cpu", "numpy"):
        tensor = getattr(tensor, method)() if hasattr(tensor, method) else tensor
    array = numpy.asarray(tensor)
    return array if array.dtype.kind in "iu" else array.astype(numpy.float64)


def safetensors(weights: Mapping[str, Any]) -> bytes:
    """The file that the importer reads: a header in JSON, and the numbers of all tensors."""
    import numpy

    header: dict[str, Any] = {}
    data = bytearray()
    for name, array in weights.items():
        kind = "I64" if array.dtype.kind in "iu" else "F64"
        numbers = numpy.ascontiguousarray(array, dtype="<i8" if kind == "I64" else "<f8").tobytes()
        place = [len(data), len(data) + len(numbers)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": place}
        data += numbers
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + bytes(data)
