"""Runs an ONNX file on raw examples. In: file, examples, dtype, shape. Out: probabilities, row by row."""

import json
import sys

import numpy
import onnx
import onnxruntime

given = json.load(sys.stdin)
onnx.checker.check_model(given["file"], full_check=True)
examples = numpy.fromfile(given["examples"], given["dtype"]).reshape(given["shape"])
session = onnxruntime.InferenceSession(given["file"], providers=["CPUExecutionProvider"])
probabilities, labels = session.run(["probabilities", "label"], {"input": examples})
assert (probabilities.argmax(axis=1) == labels).all()
print(json.dumps({"probabilities": probabilities.ravel().astype(float).tolist()}))
