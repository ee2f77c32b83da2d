"""Runs schedules exported for Keras 3.

In: a list of {name, code, steps}. Out: a list of {rates, momentum}; momentum is null where the code has none, and 0.5 in
steps that the schedule leaves alone. Rates are those of an optimizer at the first, middle and last step, and of the
schedule, given all steps as one tensor, which must agree.
"""

import inspect
import json
import sys

import keras
import numpy


def rates_of(scope, steps):
    schedule = scope["make_schedule"]()
    rates = numpy.asarray(keras.ops.convert_to_numpy(schedule(keras.ops.arange(steps))))
    optimizer = keras.optimizers.SGD(learning_rate=schedule)
    for step in {0, steps // 2, steps - 1}:
        optimizer.iterations.assign(step)
        assert float(optimizer.learning_rate) == float(rates[step]), step
    return rates.astype(float).tolist()


def momentum_of(scope, steps):
    make = scope.get("make_momentum_callback")
    if make is None:
        return None
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(momentum=0.9), "mse", run_eagerly=True)
    callback = make(own=0.5) if "own" in inspect.signature(make).parameters else make()
    callback.set_model(model)
    callback.on_train_begin()
    momentum = []
    for batch in range(steps):
        callback.on_train_batch_begin(batch)
        momentum.append(float(model.optimizer.momentum))
    return momentum


def run(case):
    scope = {"__name__": "exported"}
    exec(compile(case["code"], case["name"], "exec"), scope)
    return {"rates": rates_of(scope, case["steps"]), "momentum": momentum_of(scope, case["steps"])}


print(json.dumps([run(case) for case in json.load(sys.stdin)]))
