"""Rates and momenta of PyTorch schedulers that are given as text.

stdin: a JSON list of {code, optimizer: {lr, momentum}, steps}; stdout: a JSON list of {lr, momentum} as the optimizer has
them before each step, scheduler.step() after each, or {error} where PyTorch refuses.
ANNEAL_LR_SCHEDULER may name the lr_scheduler.py of another version of PyTorch, to be used instead of the installed one's.
"""

import importlib.util
import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")
import torch  # noqa: E402

other = os.environ.get("ANNEAL_LR_SCHEDULER")
if other:
    spec = importlib.util.spec_from_file_location("torch.optim.lr_scheduler", other)
    module = importlib.util.module_from_spec(spec)
    sys.modules["torch.optim.lr_scheduler"] = module
    spec.loader.exec_module(module)
    torch.optim.lr_scheduler = module

names = (
    "LambdaLR MultiplicativeLR StepLR MultiStepLR ConstantLR LinearLR ExponentialLR PolynomialLR CosineAnnealingLR "
    "CosineAnnealingWarmRestarts CyclicLR OneCycleLR SequentialLR ChainedScheduler ReduceLROnPlateau"
).split()


def values(case):
    given = case["optimizer"]
    weight = torch.nn.Parameter(torch.zeros(1))
    weight.grad = torch.zeros(1)
    optimizer = torch.optim.SGD([weight], lr=given.get("lr", 0.1), momentum=given.get("momentum", 0.9))
    scope = {name: getattr(torch.optim.lr_scheduler, name) for name in names}
    scope |= {"torch": torch, "lr_scheduler": torch.optim.lr_scheduler, "optim": torch.optim}
    scope |= {"optimizer": optimizer, "opt": optimizer, "params": [weight]}
    from torch.optim.swa_utils import SWALR

    scope["SWALR"] = SWALR
    lines = case["code"].replace("\r", "")
    try:
        # A last line that is an expression is the scheduler.
        import ast

        tree = ast.parse(lines)
        tail = tree.body[-1]
        if isinstance(tail, ast.Expr):
            body = ast.Module(tree.body[:-1], [])
            exec(compile(body, "case", "exec"), scope)
            scheduler = eval(compile(ast.Expression(tail.value), "case", "eval"), scope)
        else:
            exec(compile(tree, "case", "exec"), scope)
            scheduler = scope["scheduler"]
        optimizer = scheduler.optimizer
        lr, momentum = [], []
        for _ in range(case["steps"]):
            group = optimizer.param_groups[0]
            lr.append(float(group["lr"]))
            momentum.append(float(group["betas"][0] if "betas" in group else group["momentum"]))
            optimizer.step()
            scheduler.step()
        return {"lr": lr, "momentum": momentum}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}", "lr": lr if "lr" in dir() else []}


json.dump([values(case) for case in json.load(sys.stdin)], sys.stdout)
