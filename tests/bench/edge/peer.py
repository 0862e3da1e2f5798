"""The peer of `cargo xtask bench edge`: FastAPI and uvicorn, with PyTorch for the same network.

A request has a record; the answer has its probability, its logit and its tier. The first argument is a JSON file with
the fields, their columns in the dense network, the tiers and the sizes of the layers. It prints its port.
"""

import json
import math
import socket
import sys
from typing import Literal

import torch
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, create_model
from torch import nn

with open(sys.argv[1], encoding="utf-8") as file:
    network = json.load(file)
torch.set_num_threads(1)
torch.manual_seed(0)

fields = network["fields"]


def type_of(field):
    if "knots" in field:
        return (float | None, Field(ge=0))
    return (Literal[tuple(field["values"])] | None, ...)


Record = create_model(
    "Record", __config__=ConfigDict(extra="ignore"), **{field["name"]: type_of(field) for field in fields}
)


class Score(BaseModel):
    probability: float
    logit: float
    tier: int


class Network(nn.Module):
    """The network that the artifact packs: hidden layers, and a direct share of the logit."""

    def __init__(self, width, hidden):
        super().__init__()
        sizes = [width, *hidden]
        layers = [layer for pair in zip(sizes, hidden) for layer in (nn.Linear(*pair), nn.ReLU())]
        self.hidden = nn.Sequential(*layers, nn.Linear(sizes[-1], 1))
        self.direct = nn.Linear(width, 1)

    def forward(self, rows):
        return self.hidden(rows) + self.direct(rows)


module = Network(network["width"], network["hidden"]).eval()
codes = [{value: code for code, value in enumerate(field.get("values", []))} for field in fields]


def encode(record):
    """One row of columns: for a number its bins and its value, for a category one per value, OTHER and missing."""
    row = []
    for field, code in zip(fields, codes):
        value = getattr(record, field["name"])
        if "knots" in field:
            knots = field["knots"]
            if value is None:
                row += [0.0] * len(knots) + [1.0]
                continue
            bins = [min(max((value - low) / (high - low), 0.0), 1.0) for low, high in zip(knots, knots[1:])]
            row += [*bins, value / (knots[-1] or 1.0), 0.0]
        else:
            own = [0.0] * (len(field["values"]) + 2)
            own[-1 if value is None else code[value]] = 1.0
            row += own
    return row


app = FastAPI()


@app.post("/v1/score")
async def score(record: Record) -> Score:
    with torch.inference_mode():
        logit = module(torch.tensor([encode(record)])).item()
    probability = 1 / (1 + math.exp(-logit))
    tier = sum(probability >= start for start in network["tiers"]) - 1
    return Score(probability=probability, logit=logit, tier=tier)


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])
