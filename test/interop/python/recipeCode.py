"""Trains a small network by the code of a recipe. In: a list of {code, weights, shapes, examples, labels, classes, steps}: every
batch is all of the examples. Out, for each: the weights after the last step, and their moving average, in order of parameters."""

import inspect
import json
import sys

import torch


def called(function, **known):
    return function(**{name: known[name] for name in inspect.signature(function).parameters if name in known})


def network(shapes, weights):
    layers = []
    for (kernel, _), (values, bias) in zip(zip(shapes[::2], shapes[1::2]), zip(weights[::2], weights[1::2])):
        layer = torch.nn.Linear(*kernel)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(values).reshape(kernel).T)
            layer.bias.copy_(torch.tensor(bias))
        layers += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def numbers(model):
    return [(p.T if p.ndim == 2 else p).flatten().tolist() for p in model.parameters()]


def run(case):
    scope = {"__name__": "exported"}
    exec(compile(case["code"], "recipe", "exec"), scope)
    model = network(case["shapes"], case["weights"])
    x = torch.tensor(case["examples"], dtype=torch.float64).to(torch.float32).reshape(len(case["labels"]), -1)
    y = torch.tensor(case["labels"])
    optimizer = scope["make_optimizer"](model.parameters())
    scheduler = scope["make_scheduler"](optimizer)
    loss = called(scope["make_loss"], labels=y, classes=case["classes"])
    average = scope["make_average"](model)
    for step in range(case["steps"]):
        for name in ["set_momentum", "set_weight_decay"]:
            if name in scope:
                scope[name](optimizer, step)
        optimizer.zero_grad()
        loss(model(x), y).backward()
        scope["clip"](model.parameters())
        optimizer.step()
        average.update_parameters(model)
        scheduler.step()
    return {"weights": numbers(model), "average": numbers(average.module)}


print(json.dumps([run(case) for case in json.load(sys.stdin)]))
