"""Networks of PyTorch: an `nn.Sequential`, or a state dict with its layers.

PyTorch is not imported: what is read are names and tensors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .network import Network, refused
from .weights import as_array


def is_network(model: Any) -> bool:
    """Whether this is a module of PyTorch or a state dict."""
    return isinstance(model, Mapping) or (hasattr(model, "state_dict") and hasattr(model, "named_children"))


def read(
    model: Any, inputs: Sequence[Mapping[str, Any]], layers: Sequence[tuple[str, str]] | None
) -> Network:
    """A module, or a state dict with its layers. `inputs` are the blocks of its description."""
    names = [str(block.get("field")) for block in inputs]
    if isinstance(model, Mapping):
        if layers is None:
            raise refused(["a state dict does not say which layers are ReLU: pass `layers` with name and kind of each"])
        steps = [{"name": str(name), "kind": str(kind)} for name, kind in layers]
        weights = {str(name): as_array(tensor) for name, tensor in model.items()}
        return Network("a state dict", list(inputs), steps, weights, names)
    if layers is not None:
        raise refused(["a module of PyTorch says what its layers are: leave `layers` out"])
    if type(model).__name__ != "Sequential":
        raise refused(
            [
                f"{type(model).__name__} has a forward of its own, which cannot be read: pass an nn.Sequential, or a"
                " state dict with `layers`"
            ]
        )
    steps = list(_children("", model))
    weights = {name: as_array(tensor) for name, tensor in model.state_dict().items()}
    return Network("PyTorch, Sequential", list(inputs), steps, weights, names)


def _children(prefix: str, module: Any) -> Any:
    for name, child in module.named_children():
        kind = type(child).__name__
        if kind == "Sequential":
            yield from _children(f"{prefix}{name}.", child)
            continue
        step: dict[str, Any] = {"name": prefix + name, "kind": kind}
        if kind == "BatchNorm1d":
            step["epsilon"] = float(child.eps)
        # A linear layer is the same in both modes.
        if kind in ("Dropout", "BatchNorm1d") and child.training:
            step["training"] = True
        yield step
