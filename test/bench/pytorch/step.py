"""Times training steps of the models of `anneal bench` in PyTorch, and prints one JSON document.

    python3 step.py MODEL THREADS STEPS [--device cuda] [--tf32] [--batch 128] [--layout channels_last]

The models, the optimizer and the batch of 128 are those of src-main/trainer/; memory layout is PyTorch's default, channels
first, unless told otherwise. All is eager and float32; with --tf32 the GPU may round what it multiplies to 10 bits.
"""

import argparse
import json
import resource
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from layers import LAYER_MODELS


class Block(nn.Module):
    """relu(shortcut(x) + bn(conv(relu(bn(conv(x)))))), the shortcut without parameters."""

    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, filters, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(filters)
        self.stride, self.more = stride, filters - inputs

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        if self.stride != 1 or self.more:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))
        return F.relu(x + y)


def resnet20():
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    width = 16
    for group, filters in enumerate((16, 32, 64)):
        for index in range(3):
            layers.append(Block(width, filters, 2 if group > 0 and index == 0 else 1))
            width = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class WideBlock(nn.Module):
    """x + conv(relu(bn(conv(relu(bn(x)))))); a 1x1 convolution of relu(bn(x)) replaces x where the shape changes."""

    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, filters, 3, stride, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        changes = stride != 1 or inputs != filters
        self.shortcut = nn.Conv2d(inputs, filters, 1, stride, bias=False) if changes else None

    def forward(self, x):
        active = F.relu(self.norm1(x))
        y = self.conv2(F.relu(self.norm2(self.conv1(active))))
        return (x if self.shortcut is None else self.shortcut(active)) + y


def wrn16x4():
    layers, width = [nn.Conv2d(3, 16, 3, 1, 1, bias=False)], 16
    for group, filters in enumerate((64, 128, 256)):
        for index in range(2):
            layers.append(WideBlock(width, filters, 2 if group > 0 and index == 0 else 1))
            width = filters
    ending = [nn.BatchNorm2d(256), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 10)]
    return nn.Sequential(*layers, *ending)


def cnn():
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, 1, 1), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Conv2d(16, 32, 3, 1, 1), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))


MODELS = {
    "resnet20": (resnet20, (3, 32, 32)),
    "wrn16x4": (wrn16x4, (3, 32, 32)),
    "cnn": (cnn, (1, 28, 28)),
    "mlp": (mlp, (1, 28, 28)),
    **LAYER_MODELS,
}
LAYOUTS = {"channels_first": torch.contiguous_format, "channels_last": torch.channels_last}


def spread(values):
    ordered = sorted(values)
    return {"median": ordered[len(ordered) // 2], "min": ordered[0]}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("threads", type=int)
    parser.add_argument("steps", type=int)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--tf32", action="store_true")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--layout", default="channels_first", choices=LAYOUTS)
    return parser.parse_args()


def main():
    args = arguments()
    on_gpu = args.device == "cuda"
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = args.tf32
    # As one who times a fixed shape would have it: cuDNN tries its algorithms in the steps before the clock starts.
    torch.backends.cudnn.benchmark = on_gpu
    build, shape = MODELS[args.model]
    layout = LAYOUTS[args.layout]
    model = build().to(args.device, memory_format=layout)
    trained = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4)
    x = torch.randn(args.batch, *shape, device=args.device).to(memory_format=layout)
    y = torch.randint(0, 10, (args.batch,), device=args.device)

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    wall, cpu = [], []
    for index in range((10 if on_gpu else 3) + args.steps):
        begun, used = time.perf_counter(), time.process_time()
        step().item()
        if index >= (10 if on_gpu else 3):
            wall.append((time.perf_counter() - begun) * 1000)
            cpu.append((time.process_time() - used) * 1000)
    found = {"torch": torch.__version__, "stepMs": spread(wall), "cpuMs": spread(cpu)}
    if on_gpu:
        # A row of steps, none of which is waited for: what the GPU is fed with as fast as Python can.
        torch.cuda.synchronize()
        begun = time.perf_counter()
        for _ in range(args.steps):
            step()
        torch.cuda.synchronize()
        found["runningMs"] = (time.perf_counter() - begun) * 1000 / args.steps
        found["device"] = torch.cuda.get_device_name()
    found["parameters"] = sum(each.numel() for each in trained)
    found["memoryMb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


if __name__ == "__main__":
    main()
