"""The training times of `cargo xtask bench train`, the peers' side: PyTorch, and the package `tabm` for TabM.

    python peer.py FOLDER NETWORK EPOCHS

The same rows, network, optimiser, mini-batches and epochs as ours (ours.rs), a validation loss after every epoch on both
sides. The rows are dense and in memory before the time starts, which ours are not. One fit, printed as JSON.
"""

import json
import math
import sys
import time
from pathlib import Path

import numpy
import torch
from torch import nn

BATCH = 256


class Network(nn.Module):
    """An MLP with one logit, and a linear share beside it where `direct` asks for it (ours: `DenseNetwork`)."""

    def __init__(self, inputs, hidden, direct, norm, dropout):
        super().__init__()
        self.norm = nn.BatchNorm1d(inputs) if norm else nn.Identity()
        layers, width = [], inputs
        for units in hidden:
            layers.append(nn.Linear(width, units, bias=not norm))
            layers += [nn.BatchNorm1d(units)] if norm else []
            layers += [nn.ReLU(), nn.Dropout(dropout)]
            width = units
        self.hidden = nn.Sequential(*layers, nn.Linear(width, 1))
        self.direct = nn.Linear(inputs, 1, bias=False) if direct else None

    def forward(self, x):
        x = self.norm(x)
        logits = self.hidden(x)
        return logits if self.direct is None else logits + self.direct(x)


def tabm(shape, k, width):
    from tabm import TabM

    # The reference gives an input's columns one number of its first adapter; its own embeddings would add to its time.
    model = TabM.make(
        n_num_features=shape["columns"],
        d_out=1,
        k=k,
        n_blocks=2,
        d_block=width,
        dropout=0.1,
        arch_type="tabm",
        start_scaling_init="normal",
    )
    return model


NETWORKS = {
    "mlp": lambda shape: Network(shape["columns"], [128, 64], False, True, 0.2),
    "shipped": lambda shape: Network(shape["columns"], [32], True, False, 0.2),
    "tabm": lambda shape: tabm(shape, 16, 128),
    "tabm_wide": lambda shape: tabm(shape, 32, 256),
}


def fit(shape, name, features, labels, epochs):
    torch.manual_seed(0)
    model = NETWORKS[name](shape)
    ensemble = name.startswith("tabm")
    # `foreach` is what PyTorch takes by itself; `fused` is its fastest AdamW on a CPU.
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=3e-4, fused=True)
    train = shape["train"]
    x, y = features[:train], labels[:train]
    batches = max(train // BATCH, 1)
    bounds = [train * batch // batches for batch in range(batches + 1)]
    loss_function = nn.functional.binary_cross_entropy_with_logits
    for _ in range(epochs):
        model.train()
        order = torch.randperm(train)
        total = 0.0
        for start, end in zip(bounds, bounds[1:]):
            rows = order[start:end]
            logits = model(x[rows])
            target = y[rows]
            if ensemble:
                # Every member learns by itself: the mean of the members' losses.
                logits = logits.flatten(0, 1)
                target = target.repeat_interleave(model.k)
            loss = loss_function(logits.squeeze(-1), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        model.eval()
        with torch.inference_mode():
            logits = model(features[train:]).squeeze(-1)
            probabilities = torch.sigmoid(logits)
            probabilities = probabilities.mean(1) if ensemble else probabilities
            validation = nn.functional.binary_cross_entropy(probabilities, labels[train:]).item()
    assert math.isfinite(total)
    return batches * epochs, validation


def main():
    folder, name, epochs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(2)
    shape = json.loads((folder / "shape.json").read_text())
    features = numpy.fromfile(folder / "features.f32", dtype="<f4").reshape(shape["rows"], shape["columns"])
    features = torch.from_numpy(features)
    labels = torch.from_numpy(numpy.fromfile(folder / "labels.u8", dtype="u1").astype("f4"))
    fit(shape, name, features, labels, 1)
    started = time.perf_counter()
    steps, validation = fit(shape, name, features, labels, epochs)
    seconds = time.perf_counter() - started
    print(json.dumps({
        "seconds": seconds, "steps": steps, "validation_loss": validation, "torch": torch.__version__,
        "python": sys.version.split()[0],
    }))


main()
