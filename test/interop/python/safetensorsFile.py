"""Reads a safetensors file. In: file. Out: shape and SHA-256 of the bytes of every tensor."""

import hashlib
import json
import sys

from safetensors.numpy import load_file

tensors = load_file(json.load(sys.stdin)["file"])
found = {
    name: {"shape": list(tensor.shape), "sha256": hashlib.sha256(tensor.tobytes()).hexdigest()}
    for name, tensor in tensors.items()
}
print(json.dumps({"tensors": found}))
