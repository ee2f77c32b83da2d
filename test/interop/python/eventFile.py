"""Reads a folder of event files as TensorBoard does. In: folder. Out: steps and values of every scalar tag."""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

accumulator = EventAccumulator(json.load(sys.stdin)["folder"], size_guidance={"scalars": 0, "tensors": 0})
accumulator.Reload()
tags = accumulator.Tags()
scalars = {}
for tag in tags["scalars"]:
    events = accumulator.Scalars(tag)
    scalars[tag] = {"steps": [event.step for event in events], "values": [repr(event.value) for event in events]}
for tag in tags["tensors"]:
    events = accumulator.Tensors(tag)
    values = [make_ndarray(event.tensor_proto) for event in events]
    if all(value.ndim == 0 and value.dtype.kind in "fiu" for value in values):
        scalars[tag] = {
            "steps": [event.step for event in events],
            "values": [repr(float(value)) for value in values],
        }
print(json.dumps({"scalars": scalars}))
