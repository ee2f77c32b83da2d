"""Trains ResNet-20 on the batches it is given, and prints one JSON document.

    python3 accuracy.py SEED THREADS STEPS BATCH TESTS HEIGHT WIDTH CHANNELS

Standard input, little-endian: initial weights (float32, in the order and layout of src-main/trainer/models/resnet.ts);
for each step learning rate and momentum (float64), images (float32, channels last) and labels (int32); then the test
images and labels. One network starts from weights of its own, drawn as netBuilder.ts draws them but by PyTorch's generator, and
another ("shared") from the weights given.
"""

import json
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from step import resnet20

WEIGHT_DECAY = 5e-4


def read(count, kind):
    width = torch.empty(0, dtype=kind).element_size()
    data = sys.stdin.buffer.read(count * width)
    if len(data) != count * width:
        raise SystemExit(f"standard input ended {count * width - len(data)} bytes early")
    return torch.frombuffer(bytearray(data), dtype=kind)


def read_examples(count, height, width, channels):
    x = read(count * height * width * channels, torch.float32).reshape(count, height, width, channels)
    return x.permute(0, 3, 1, 2).contiguous(), read(count, torch.int32).long()


def draw_weights(model):
    """Normal with variance 2 / fan-in, biases 0: He et al. 2015."""
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.normal_(layer.weight, 0.0, math.sqrt(2 / layer.weight[0].numel()))
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.bias)


def read_weights(model):
    """Kernels come as [height, width, in, out] and [in, out]."""
    with torch.no_grad():
        for weight in model.parameters():
            values = read(weight.numel(), torch.float32)
            if weight.dim() == 4:
                out, inputs, height, width = weight.shape
                values = values.reshape(height, width, inputs, out).permute(3, 2, 0, 1)
            elif weight.dim() == 2:
                values = values.reshape(weight.shape[1], weight.shape[0]).t()
            weight.copy_(values)


class Training:
    def __init__(self, model):
        self.model, self.losses = model, []
        self.optimizer = torch.optim.SGD(
            model.parameters(), lr=1.0, momentum=0.9, nesterov=True, weight_decay=WEIGHT_DECAY
        )

    def step(self, x, y, lr, momentum):
        for group in self.optimizer.param_groups:
            group["lr"], group["momentum"] = lr, momentum
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.losses.append(loss.item())


def count_correct(model, x, y):
    model.eval()
    with torch.no_grad():
        found = [model(part).argmax(1) for part in x.split(250)]
    return int((torch.cat(found) == y).sum())


def main():
    seed, threads, steps, batch, tests, *shape = map(int, sys.argv[1:])
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    own, shared = Training(resnet20()), Training(resnet20())
    draw_weights(own.model)
    read_weights(shared.model)
    seconds = 0.0
    for step in range(steps):
        lr, momentum = read(2, torch.float64).tolist()
        x, y = read_examples(batch, *shape)
        shared.step(x, y, lr, momentum)
        begun = time.perf_counter()
        own.step(x, y, lr, momentum)
        seconds += time.perf_counter() - begun
    examples = read_examples(tests, *shape)
    accuracy, shared_accuracy = (count_correct(each.model, *examples) / tests for each in (own, shared))
    found = {"testAccuracy": accuracy, "losses": own.losses, "seconds": seconds}
    found |= {"sharedTestAccuracy": shared_accuracy, "sharedLosses": shared.losses}
    print(json.dumps({"torch": torch.__version__, **found}))


main()
