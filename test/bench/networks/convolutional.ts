import { type LayerSpec, sequential } from './topology.ts'

/* Twins of sepcnn and lenet in pytorch/layers.py. */

const wide = { padding: 'same', activation: 'relu' }
const narrow = { kernel_size: [1, 1], activation: 'relu' }

/** 13,002 parameters: depthwise convolutions, each followed by one of 1×1. */
export const separableCnn = sequential(
  [28, 28, 1],
  [
    ['Conv2D', { filters: 32, kernel_size: [3, 3], strides: [2, 2], ...wide }],
    ['DepthwiseConv2D', { kernel_size: [3, 3], ...wide }],
    ['Conv2D', { filters: 64, ...narrow }],
    ['DepthwiseConv2D', { kernel_size: [3, 3], strides: [2, 2], ...wide }],
    ['Conv2D', { filters: 128, ...narrow }],
    ['GlobalAveragePooling2D', {}],
    ['Dense', { units: 10 }],
  ],
)

const halved: LayerSpec = ['AveragePooling2D', { pool_size: [2, 2], strides: [2, 2] }]

/** LeNet-5 of LeCun et al. 1998 with its average pooling and tanh, fully connected between all channels: 61,706 parameters. */
export const lenet = sequential(
  [28, 28, 1],
  [
    ['Conv2D', { filters: 6, kernel_size: [5, 5], padding: 'same', activation: 'tanh' }],
    halved,
    ['Conv2D', { filters: 16, kernel_size: [5, 5], padding: 'valid', activation: 'tanh' }],
    halved,
    ['Flatten', {}],
    ['Dense', { units: 120, activation: 'tanh' }],
    ['Dense', { units: 84, activation: 'tanh' }],
    ['Dense', { units: 10 }],
  ],
)
