"""Networks of every kind of layer in PyTorch: the twins of test/bench/layerNetworks.ts and of the kinds densenet and vgg."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def sepcnn():
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3, 2, 1), nn.ReLU()),
        *(nn.Conv2d(32, 32, 3, 1, 1, groups=32), nn.ReLU(), nn.Conv2d(32, 64, 1), nn.ReLU()),
        *(nn.Conv2d(64, 64, 3, 2, 1, groups=64), nn.ReLU(), nn.Conv2d(64, 128, 1), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10)),
    )


def lenet():
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, 1, 2), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
    )


def layernorm():
    return nn.Sequential(
        *(nn.Flatten(), nn.Linear(784, 256), nn.LayerNorm(256, 1e-3), nn.ReLU()),
        *(nn.Linear(256, 256), nn.LayerNorm(256, 1e-3), nn.ReLU(), nn.Linear(256, 10)),
    )


class Lstm(nn.Module):
    """The rows of an image one after another; its last state tells the class."""

    def __init__(self):
        super().__init__()
        self.cell = nn.LSTM(28, 64, batch_first=True)
        # Of PyTorch's two biases, which are only ever added, one is held at nothing.
        nn.init.zeros_(self.cell.bias_hh_l0).requires_grad_(False)
        self.output = nn.Linear(64, 10)

    def forward(self, x):
        outputs, _ = self.cell(x.squeeze(1))
        return self.output(outputs[:, -1])


class EncoderLayer(nn.Module):
    """Attention, then two dense layers; each with its sum and layer normalisation (Vaswani et al. 2017, figure 1)."""

    def __init__(self, width, heads, inner):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.join = nn.Linear(width, width)
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-3), nn.LayerNorm(width, 1e-3)
        self.dense1, self.dense2 = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = (
            each(x).view(batch, tokens, self.heads, -1).transpose(1, 2) for each in (self.query, self.key, self.value)
        )
        # PyTorch's own attention, which it takes in place of a product, softmax and product.
        seen = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, width)
        x = self.norm1(x + self.join(seen))
        return self.norm2(x + self.dense2(F.relu(self.dense1(x))))


class Encoder(nn.Module):
    """The rows of an image as 28 tokens."""

    def __init__(self, width=64, heads=4, layers=2, inner=128):
        super().__init__()
        self.embed = nn.Linear(28, width)
        self.layers = nn.Sequential(*(EncoderLayer(width, heads, inner) for _ in range(layers)))
        self.output = nn.Linear(width, 10)

    def forward(self, x):
        return self.output(self.layers(self.embed(x.squeeze(1))).mean(1))


class DenseLayer(nn.Module):
    """The input, and beside it conv(relu(bn(input)))."""

    def __init__(self, inputs, growth):
        super().__init__()
        self.norm = nn.BatchNorm2d(inputs)
        self.conv = nn.Conv2d(inputs, growth, 3, 1, 1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.conv(F.relu(self.norm(x)))], 1)


def densenet40():
    layers, width = [nn.Conv2d(3, 16, 3, 1, 1, bias=False)], 16
    for block in range(3):
        if block > 0:
            layers += [nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, width, 1, bias=False), nn.AvgPool2d(2)]
        for _ in range(12):
            layers.append(DenseLayer(width, 12))
            width += 12
    ending = [nn.BatchNorm2d(width), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 10)]
    return nn.Sequential(*layers, *ending)


def vgg16():
    layers, width = [], 3
    for filters in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0):
        if filters == 0:
            layers.append(nn.MaxPool2d(2))
            continue
        layers += [nn.Conv2d(width, filters, 3, 1, 1, bias=False), nn.BatchNorm2d(filters), nn.ReLU()]
        width = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


LAYER_MODELS = {
    "sepcnn": (sepcnn, (1, 28, 28)),
    "lenet": (lenet, (1, 28, 28)),
    "layernorm": (layernorm, (1, 28, 28)),
    "lstm": (Lstm, (1, 28, 28)),
    "encoder": (Encoder, (1, 28, 28)),
    "densenet40": (densenet40, (3, 32, 32)),
    "vgg16": (vgg16, (3, 32, 32)),
}
