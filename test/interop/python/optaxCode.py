"""Runs schedules exported for Optax.

In: a list of {name, code, steps}. Out: a list of {rates, momentum}; momentum is null where the code has none, and 0.5 in
steps that the schedule leaves alone. Rates are what optax.scale_by_schedule makes of a gradient of 1, in a compiled loop.
"""

import inspect
import json
import sys

import jax
import jax.numpy as jnp
import optax


def rates_of(schedule, steps):
    transform = optax.scale_by_schedule(schedule)

    def one(state, _):
        update, state = transform.update(jnp.float32(1), state)
        return state, update

    _, rates = jax.lax.scan(one, transform.init(jnp.float32(0)), None, length=steps)
    return rates.astype(float).tolist()


def run(case):
    scope = {"__name__": "exported"}
    exec(compile(case["code"], case["name"], "exec"), scope)
    rates = rates_of(scope["make_schedule"](), case["steps"])
    make = scope.get("make_momentum_schedule")
    if make is None:
        return {"rates": rates, "momentum": None}
    schedule = make(own=0.5) if "own" in inspect.signature(make).parameters else make()
    return {"rates": rates, "momentum": rates_of(schedule, case["steps"])}


print(json.dumps([run(case) for case in json.load(sys.stdin)]))
