import assert from 'node:assert/strict'
import * as tfl from '@tensorflow/tfjs-layers'
import '../../../../src-main/trainer/models/loadTopology.ts'
import { z } from 'zod'
import type { ModelSpec } from '../../../../shared/run/spec.ts'
import { GroupNormalization } from '../../../../src-main/trainer/models/layers/groupNorm.ts'

/* Topologies of the user's own, for images of 6×6 in 3 classes. */

export const input = { shape: [6, 6, 1], classes: 3 }
export const { layers: of } = tfl
export type Layers = Parameters<tfl.Sequential['add']>[0][]

export const topologyOf = (model: tfl.LayersModel): z.infer<typeof json> => {
  const topology = json.parse(model.toJSON(null, false))
  model.dispose()
  return topology
}
export const json = z.record(z.string(), z.json())
export const specOfModel = (model: tfl.LayersModel): ModelSpec => ({
  kind: 'layers',
  topology: topologyOf(model),
})
export const specOf = (layers: Layers): ModelSpec => specOfModel(tfl.sequential({ layers }))

export function symbol(output: unknown): tfl.SymbolicTensor {
  assert.ok(output instanceof tfl.SymbolicTensor)
  return output
}

export const mlp = () => [
  of.flatten({ inputShape: [6, 6, 1], name: 'flat' }),
  of.dense({ units: 8, activation: 'relu', name: 'hidden' }),
  of.dropout({ rate: 0.4, name: 'drop' }),
  of.dense({ units: 3, activation: 'softmax', name: 'out' }),
]
export const convolutional = () => [
  of.conv2d({ inputShape: [6, 6, 1], filters: 4, kernelSize: 3, useBias: false, name: 'conv' }),
  of.batchNormalization({ momentum: 0.8, epsilon: 1e-3, name: 'bn' }),
  of.activation({ activation: 'tanh' }),
  of.averagePooling2d({ poolSize: 2 }),
  of.flatten(),
  of.dense({ units: 3, name: 'out' }),
  of.softmax(),
]
export const others = (): Layers => [
  of.depthwiseConv2d({ inputShape: [6, 6, 1], kernelSize: 3 }),
  of.separableConv2d({ filters: 4, kernelSize: 2 }),
  of.layerNormalization({}),
  of.leakyReLU(),
  of.conv2dTranspose({ filters: 2, kernelSize: 2, useBias: false }),
  of.batchNormalization({ scale: false }),
  of.elu(),
  of.batchNormalization({ center: false }),
  of.flatten(),
  of.prelu(),
  of.dense({ units: 3 }),
]
/** Noise of every kind, and activations that tfjs composes; all named, as the weights of others hang on tfjs's count of the unnamed. */
export const noisy = (): Layers => [
  of.reshape({ inputShape: [6, 6, 1], targetShape: [9, 4], name: 'noisy1' }),
  of.spatialDropout1d({ rate: 0.3, name: 'channels' }),
  of.dense({ units: 5, activation: 'gelu', name: 'noisy2' }),
  of.gaussianNoise({ stddev: 0.1, name: 'noise' }),
  of.layerNormalization({ axis: [1, 2], scale: false, name: 'noisy3' }),
  of.dense({ units: 5, activation: 'mish', name: 'noisy4' }),
  of.gaussianDropout({ rate: 0.2, name: 'times' }),
  of.layerNormalization({ axis: 1, name: 'noisy5' }),
  of.dense({ units: 6, activation: 'softsign', name: 'noisy6' }),
  of.alphaDropout({ rate: 0.2, name: 'alpha' }),
  of.thresholdedReLU({ theta: 0, name: 'noisy7' }),
  new GroupNormalization({ groups: -1, scale: false, name: 'single' }),
  new GroupNormalization({ groups: 3, name: 'grouped' }),
  of.flatten({ name: 'noisyFlat' }),
  of.dense({ units: 4, activation: 'gelu_new', name: 'noisy8' }),
  of.layerNormalization({ center: false, name: 'noisy9' }),
  of.dense({ units: 3, name: 'noisy10' }),
]
export const pooled = (): Layers => [
  of.rescaling({ inputShape: [6, 6, 1], scale: 0.5, offset: 0.1 }),
  of.zeroPadding2d({ padding: 1 }),
  of.conv2d({ filters: 4, kernelSize: 5, activation: 'sigmoid' }),
  of.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' }),
  of.cropping2D({
    cropping: [
      [1, 0],
      [0, 0],
    ],
  }),
  of.permute({ dims: [2, 1, 3] }),
  of.reshape({ targetShape: [12, 4] }),
  of.conv1d({ filters: 5, kernelSize: 2, activation: 'selu' }),
  of.maxPooling1d({ poolSize: 2 }),
  of.averagePooling1d({ poolSize: 2, strides: 1 }),
  of.reLU(),
  of.globalAveragePooling1d({}),
  // Then turned so that no two numbers compared are the same one.
  of.repeatVector({ n: 3 }),
  of.reshape({ targetShape: [5, 3] }),
  of.globalMaxPooling1d({}),
  of.dense({ units: 3 }),
]

/** The image enlarged, then cut into three slices, which lie above each other. */
export const volumes = (): Layers => [
  of.upSampling2d({ inputShape: [6, 6, 1], size: [1, 2], name: 'wider' }),
  of.reshape({ targetShape: [3, 4, 6, 1], name: 'slices' }),
  of.conv3d({ filters: 3, kernelSize: 2, padding: 'same', activation: 'tanh', name: 'conv3d' }),
  of.maxPooling3d({ poolSize: 2, strides: [1, 2, 2], name: 'greatest' }),
  of.conv3dTranspose({ filters: 2, kernelSize: 2, strides: 2, useBias: false, name: 'enlarged' }),
  of.averagePooling3d({ poolSize: [2, 1, 2], name: 'means' }),
  of.reshape({ targetShape: [8, 3, 2], name: 'flatter' }),
  of.upSampling2d({ interpolation: 'bilinear', name: 'smooth' }),
  of.flatten({ name: 'row' }),
  of.dense({ units: 3, name: 'volumesOut' }),
]

/** Branches that meet in every way there is. */
export function merged(): tfl.LayersModel {
  const image = tfl.input({ shape: [6, 6, 1] })
  const features = of.conv2d({ filters: 4, kernelSize: 3, strides: 2 }).apply(image)
  const greatest = symbol(of.globalMaxPooling2d({}).apply(features))
  const mean = symbol(of.globalAveragePooling2d({}).apply(features))
  const flat = symbol(of.flatten().apply(image))
  const branch = (activation: 'softplus' | 'tanh' | 'hardSigmoid' | 'swish') =>
    symbol(of.dense({ units: 4, activation }).apply(flat))
  const [a, b, c, d] = [branch('softplus'), branch('tanh'), branch('hardSigmoid'), branch('swish')]
  const meetings = [of.add(), of.multiply(), of.average(), of.maximum(), of.minimum(), of.concatenate()]
  const all = meetings.map((meeting, i) => symbol(meeting.apply(i % 2 === 0 ? [a, b, c] : [b, c, d])))
  all.push(symbol(of.dot({ axes: 1 }).apply([greatest, a])), symbol(of.dot({ axes: 1 }).apply([mean, b])))
  return tfl.model({
    inputs: image,
    outputs: symbol(of.dense({ units: 3 }).apply(symbol(of.concatenate().apply(all)))),
  })
}

/** Every recurrent layer, over the rows of the image. */
export const recurrent = (): Layers => [
  of.reshape({ inputShape: [6, 6, 1], targetShape: [6, 6] }),
  of.lstm({ units: 5, returnSequences: true, unitForgetBias: true }),
  of.gru({ units: 6, returnSequences: true, goBackwards: true, recurrentActivation: 'sigmoid' }),
  of.bidirectional({ layer: of.lstm({ units: 9, returnSequences: true, recurrentActivation: 'sigmoid' }) }),
  of.timeDistributed({ layer: of.dense({ units: 4, activation: 'tanh' }) }),
  of.simpleRNN({ units: 7, useBias: false, dropout: 0.3 }),
  of.dense({ units: 3 }),
]

/** Numbers below 5 of an embedding, of which 0 stands for nothing. */
export const masked = (): Layers => [
  of.flatten({ inputShape: [6, 6, 1] }),
  of.reLU({ maxValue: 4 }),
  of.embedding({ inputDim: 5, outputDim: 3, maskZero: true }),
  of.masking({ maskValue: 7 }),
  of.lstm({ units: 4, dropout: 0.2, recurrentDropout: 0.3 }),
  of.dense({ units: 3 }),
]

/** Attention as Keras writes it: the value among the options of the call. */
export const attentive = (): ModelSpec => {
  const node = (name: string, kind: string, from: string[], config: object) => ({
    ...{ class_name: kind, name, config: { name, ...config } },
    inbound_nodes: from.length === 0 ? [] : [from.map((each) => [each, 0, 0, {}])],
  })
  const query = node('attention', 'MultiHeadAttention', ['rows'], { num_heads: 2, key_dim: 3, value_dim: 5 })
  const called = ['rows', 0, 0, { value: ['wide', 0, 0], use_causal_mask: true }]
  const layers = [
    node('image', 'InputLayer', [], { batch_input_shape: [null, 6, 6, 1], dtype: 'float32' }),
    node('rows', 'Reshape', ['image'], { target_shape: [6, 6] }),
    node('wide', 'Dense', ['rows'], { units: 9, activation: 'tanh' }),
    { ...query, inbound_nodes: [[called]] },
    node('self', 'MultiHeadAttention', ['attention', 'attention'], {
      num_heads: 1,
      key_dim: 4,
      dropout: 0.2,
    }),
    node('flat', 'Flatten', ['self'], {}),
    node('out', 'Dense', ['flat'], { units: 3 }),
  ]
  const ends = { input_layers: [['image', 0, 0]], output_layers: [['out', 0, 0]] }
  return { kind: 'layers', topology: { class_name: 'Functional', config: { name: 'net', layers, ...ends } } }
}
