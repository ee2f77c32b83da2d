"""Writes optimizers.json beside itself: reference steps of torch.optim in float64.

    python3 make.py        (made with torch 1.13.0)

Six weights, split into two tensors, descend f(w) = sum(c/2 (w - a)^2) with a gradient disturbed at every step:
g = c (w - a) + 0.5 sin(1.7 step + 2.3 i). Rate, momentum (beta1) and weight decay change at every step, by setting
the parameter group before optimizer.step(). The table holds the columns of settings once for all cases (the rate of
a case is its scale times the column), and the weights after the steps in ROWS.
"""

import json
import math
import pathlib

import torch

STEPS = 200
ROWS = sorted({0, 1, 2, 3, 4, *range(9, STEPS, 10)})
CURVATURE = [0.2, 0.5, 1.0, 1.5, 2.0, 3.0]
TARGET = [1.0, -1.0, 0.5, 2.0, -0.25, 0.0]
START = [0.5, -0.5, 1.5, -1.0, 0.25, 2.0]


COLUMNS = {
    "rate": [round(0.02 + 0.98 * (0.5 + 0.5 * math.cos(2 * math.pi * t / 50)), 9) for t in range(STEPS)],
    "momentum": [round(0.85 + 0.1 * math.cos(2 * math.pi * t / 37), 9) for t in range(STEPS)],
    # Falls to 0, stays there for five steps, and comes back.
    "vanishing": [round(max(0.0, 0.9 * (abs((t % 60) - 30) - 2) / 28), 9) for t in range(STEPS)],
    "decay": [round(0.05 * (1 + 0.5 * math.sin(t / 11)), 9) for t in range(STEPS)],
}


def run(spec, scale, momentum=None, decay=None):
    """momentum and decay name the columns that move them; without, the spec's own value stays."""
    tensors = [torch.tensor(part, dtype=torch.float64) for part in (START[:4], START[4:])]
    kind = spec["kind"]
    decoupled_sgd = kind == "sgd" and spec["decoupled"]
    optimizer = make(spec, tensors)
    weights = {}
    for step in range(STEPS):
        lr = scale * COLUMNS["rate"][step]
        group = optimizer.param_groups[0]
        group["lr"] = lr
        if momentum and kind in ("adam", "adamw"):
            group["betas"] = (COLUMNS[momentum][step], group["betas"][1])
        elif momentum:
            group["momentum"] = COLUMNS[momentum][step]
        wd = COLUMNS[decay][step] if decay else spec["weightDecay"]
        group["weight_decay"] = 0.0 if decoupled_sgd else wd
        for tensor, first in zip(tensors, (0, 4)):
            tensor.grad = torch.tensor(
                [
                    CURVATURE[first + i] * (w - TARGET[first + i]) + 0.5 * math.sin(1.7 * step + 2.3 * (first + i))
                    for i, w in enumerate(tensor.tolist())
                ],
                dtype=torch.float64,
            )
        if decoupled_sgd:  # torch has no SGDW: decayed as its AdamW does it
            for tensor in tensors:
                tensor.mul_(1 - lr * wd)
        optimizer.step()
        if step in ROWS:
            weights[step] = [w for tensor in tensors for w in tensor.tolist()]
    return {"spec": spec, "scale": scale, "momentum": momentum, "decay": decay, "weights": weights}


def make(spec, tensors):
    kind = spec["kind"]
    if kind == "sgd":
        # Nesterov insists on a momentum at the start; every step sets its own.
        return torch.optim.SGD(tensors, lr=1.0, momentum=spec["momentum"], nesterov=spec["nesterov"])
    if kind == "rmsprop":
        return torch.optim.RMSprop(
            tensors, lr=1.0, alpha=spec["alpha"], eps=spec["epsilon"], momentum=spec["momentum"]
        )
    family = torch.optim.Adam if kind == "adam" else torch.optim.AdamW
    return family(tensors, lr=1.0, betas=(spec["beta1"], spec["beta2"]), eps=spec["epsilon"])


def sgd(**changes):
    return {"kind": "sgd", "momentum": 0.9, "nesterov": False, "weightDecay": 0.0, "decoupled": False, **changes}


def rmsprop(**changes):
    return {"kind": "rmsprop", "alpha": 0.99, "epsilon": 1e-8, "momentum": 0.0, "weightDecay": 0.0, **changes}


def adam(kind="adam", **changes):
    return {"kind": kind, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.0, **changes}


CASES = {
    "sgd without momentum": run(sgd(momentum=0.0), 0.1),
    "sgd with momentum": run(sgd(), 0.05, "momentum"),
    "sgd with nesterov": run(sgd(nesterov=True), 0.05, "momentum"),
    "sgd with coupled decay": run(sgd(), 0.05, "momentum", "decay"),
    "sgd with nesterov and coupled decay": run(sgd(nesterov=True), 0.05, "momentum", "decay"),
    "sgd with decoupled decay": run(sgd(decoupled=True), 0.05, "momentum", "decay"),
    "sgd with momentum vanishing": run(sgd(), 0.05, "vanishing"),
    "sgd with the spec's own momentum and decay": run(sgd(momentum=0.8, weightDecay=0.02), 0.05),
    "rmsprop": run(rmsprop(), 0.02),
    "rmsprop with momentum": run(rmsprop(momentum=0.9), 0.005, "momentum"),
    "rmsprop with momentum and decay": run(rmsprop(momentum=0.9, alpha=0.9), 0.005, "momentum", "decay"),
    "rmsprop with a large epsilon": run(rmsprop(epsilon=1e-2), 0.02),
    "adam": run(adam(), 0.05, "momentum"),
    "adam with decay": run(adam(), 0.05, "momentum", "decay"),
    "adam with a large epsilon and the spec's own beta1": run(adam(beta1=0.8, beta2=0.95, epsilon=1e-3), 0.05),
    "adamw": run(adam("adamw"), 0.05, "momentum", "decay"),
    "adamw with the spec's own decay": run(adam("adamw", weightDecay=0.1), 0.05, "momentum"),
}

table = {
    "torch": torch.__version__,
    "curvature": CURVATURE,
    "target": TARGET,
    "start": START,
    "columns": COLUMNS,
    "cases": CASES,
}
path = pathlib.Path(__file__).with_name("optimizers.json")
path.write_text(json.dumps(table, separators=(",", ":")) + "\n")
