"""Writes the two topologies beside it, as Keras 3.8.0 writes them (any backend): python3 make.py"""

import json
import keras
from keras import layers

images = (6, 6, 1)
sequential = keras.Sequential(
    [
        layers.Input(images),
        layers.Conv2D(4, 3, activation="relu"),
        layers.BatchNormalization(),
        layers.Flatten(),
        layers.Dropout(0.2),
        layers.Dense(3, activation="softmax"),
    ]
)
image = keras.Input(images, name="image")
flat = layers.Flatten(name="flat")(image)
left = layers.Dense(4, activation="relu", name="left")(flat)
right = layers.Dense(4, name="right")(flat)
total = layers.Add(name="sum")([left, right])
functional = keras.Model(image, layers.Dense(3, activation="softmax", name="out")(total))

for name, model in (("sequential", sequential), ("functional", functional)):
    with open(f"{name}.json", "w") as file:
        json.dump(json.loads(model.to_json()), file, separators=(",", ":"))
