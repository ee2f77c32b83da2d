import { encoder, lstm } from '../bench/networks/sequences.ts'
import { sequential } from '../bench/networks/topology.ts'

/* The networks whose runs are judged: every kind of model, and topologies with every kind of layer. */

export interface Network {
  readonly name: string
  readonly model: unknown
  /** Absent: the digits that the lab has. */
  readonly dataset?: string
  /** The layer that an ONNX file cannot say; absent where it says all of them. */
  readonly refused?: string
}

const own = (topology: unknown) => ({ kind: 'layers', topology })
const digits = [28, 28, 1]

const lenet = sequential(digits, [
  ['Conv2D', { filters: 6, kernel_size: 5, padding: 'same', activation: 'tanh' }],
  ['AveragePooling2D', { pool_size: 2 }],
  ['Conv2D', { filters: 16, kernel_size: 5, activation: 'tanh' }],
  ['AveragePooling2D', { pool_size: 2 }],
  ['Flatten', {}],
  ['Dense', { units: 84, activation: 'tanh' }],
  ['Dense', { units: 10, activation: 'softmax' }],
])

const separable = sequential(digits, [
  ['Conv2D', { filters: 8, kernel_size: 3, strides: 2, padding: 'same' }],
  ['LayerNormalization', {}],
  ['DepthwiseConv2D', { kernel_size: 3, padding: 'same', activation: 'relu' }],
  ['SeparableConv2D', { filters: 16, kernel_size: 3, strides: 2, padding: 'same' }],
  ['GroupNormalization', { groups: 4 }],
  ['Activation', { activation: 'swish' }],
  ['Conv2D', { filters: 16, kernel_size: 3, dilation_rate: 2, activation: 'elu' }],
  ['GlobalAveragePooling2D', {}],
  ['Dense', { units: 10 }],
])

const gru = { units: 12, activation: 'tanh', recurrent_activation: 'sigmoid', reset_after: true }
const bothWays = sequential(digits, [
  ['Reshape', { target_shape: [28, 28] }],
  ['Bidirectional', { merge_mode: 'concat', layer: { class_name: 'GRU', config: { name: 'gru', ...gru } } }],
  ['LayerNormalization', {}],
  ['Dense', { units: 10 }],
])

export const networks: readonly Network[] = [
  { name: 'softmax', model: { kind: 'softmax' } },
  { name: 'mlp', model: { kind: 'mlp', hidden: [64] } },
  { name: 'cnn', model: { kind: 'cnn', filters: [8, 16], dense: 32 } },
  { name: 'resnet-8', model: { kind: 'resnet', depth: 8 } },
  { name: 'wrn-10-1', model: { kind: 'wrn', depth: 10, widen: 1 } },
  { name: 'densenet-10-4', model: { kind: 'densenet', depth: 10, growth: 4 } },
  { name: 'densenet-bc-10-4', model: { kind: 'densenet', depth: 10, growth: 4, bc: true } },
  { name: 'vgg-11', model: { kind: 'vgg', depth: 11 }, dataset: 'squares' },
  { name: 'lenet, own layers', model: own(lenet) },
  { name: 'separable and normalised, own layers', model: own(separable) },
  { name: 'lstm, own layers', model: own(lstm), refused: 'LSTM' },
  { name: 'gru both ways, own layers', model: own(bothWays), refused: 'Bidirectional' },
  { name: 'encoder, own layers', model: own(encoder), refused: 'MultiHeadAttention' },
]
