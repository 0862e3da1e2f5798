"""Asks a handler with the client of Triton, and prints what it answers as JSON.

Standard input is {"address", "model", "version", "inputs": [{"name", "datatype", "data"}]}.
"""

import json
import sys

import numpy
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

TYPES = {"FP64": numpy.float64, "BYTES": numpy.object_}


def main():
    given = json.load(sys.stdin)
    client = InferenceServerClient(given["address"])
    model, version = given["model"], given["version"]
    inputs = []
    for column in given["inputs"]:
        tensor = InferInput(column["name"], [len(column["data"])], column["datatype"])
        tensor.set_data_from_numpy(numpy.array(column["data"], dtype=TYPES[column["datatype"]]), binary_data=False)
        inputs.append(tensor)
    names = ["probability", "tier", "contributions"]
    outputs = [InferRequestedOutput(name, binary_data=False) for name in names]
    result = client.infer(model, inputs, model_version=version, outputs=outputs, parameters={"explain": True})
    try:
        client.infer("other", inputs, outputs=outputs)
        refused = None
    except InferenceServerException as error:
        refused = error.message()
    answer = {
        "live": client.is_server_live(),
        "ready": client.is_server_ready() and client.is_model_ready(model, version),
        "metadata": client.get_model_metadata(model),
        "refused": refused,
        **{name: result.as_numpy(name).tolist() for name in names},
    }
    json.dump(answer, sys.stdout, default=lambda value: value.decode())


main()
