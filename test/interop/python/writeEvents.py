"""Logs as a PyTorch script and a Keras script write them. In: folder. Out: nothing; torch/ and keras/ are in the folder."""

import json
import math
import sys
from pathlib import Path

import keras
import numpy
from torch.utils.tensorboard import SummaryWriter

folder = Path(json.load(sys.stdin)["folder"])

with SummaryWriter(folder / "torch") as writer:
    for step in range(500):
        writer.add_scalar("train/loss", math.exp(-step / 200), step)
        writer.add_scalar("lr-SGD", 0.1 * 0.99**step, step)
        if step % 50 == 49:
            writer.add_scalar("val/acc", 1 - 1 / (step + 2), step)
# A run that broke off and went on from step 300.
with SummaryWriter(folder / "torch", purge_step=300) as writer:
    for step in range(300, 420):
        writer.add_scalar("train/loss", 2 * math.exp(-step / 200), step)
        writer.add_scalar("lr-SGD", 0.05, step)
    writer.add_hparams({"optimizer": "SGD", "batch": 32}, {}, run_name=".")

keras.utils.set_random_seed(1)
x = numpy.random.default_rng(1).normal(size=(256, 4)).astype("float32")
y = (x.sum(axis=1) > 0).astype("int32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(2, "softmax")])
model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
board = keras.callbacks.TensorBoard(folder / "keras", write_graph=False)
model.fit(x, y, epochs=6, validation_split=0.25, verbose=0, callbacks=[board])
print("{}")
