"""Runs schedules exported for PyTorch, by its own schedulers, on an optimizer.

In: a list of {name, code, steps, metrics}; metrics are shown to a plateau policy, one after each epoch.
Out: a list of {rates, momentum}, as the optimizer has them in each step; momentum is null where the code has none, and 0.5
in steps that the schedule leaves alone.
"""

import inspect
import json
import sys
import warnings

import torch

warnings.filterwarnings("ignore")


def call_with_own(function, *given):
    return function(*given, own=0.5) if "own" in inspect.signature(function).parameters else function(*given)


def run(case):
    scope = {"__name__": "exported"}
    exec(compile(case["code"], case["name"], "exec"), scope)
    weight = torch.nn.Parameter(torch.zeros(1))
    weight.grad = torch.zeros(1)
    optimizer = torch.optim.SGD([weight], lr=123.0, momentum=0.5)
    plateau = scope["make_plateau"]() if "make_plateau" in scope else None
    scheduler = None if plateau else scope["make_scheduler"](optimizer)
    metrics = iter(case["metrics"])
    rates, momentum = [], []
    for step in range(case["steps"]):
        if plateau:
            scope["set_rate"](optimizer, plateau, step)
        if "set_momentum" in scope:
            call_with_own(scope["set_momentum"], optimizer, step)
            momentum.append(float(optimizer.param_groups[0]["momentum"]))
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        if scheduler:
            scheduler.step()
        elif (step + 1) % scope["STEPS_PER_EPOCH"] == 0:
            plateau.step(next(metrics))
    return {"rates": rates, "momentum": momentum or None}


print(json.dumps([run(case) for case in json.load(sys.stdin)]))
