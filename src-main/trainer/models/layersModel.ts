import * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import { show, UserError } from '../../../shared/errors.ts'
import type { ModelSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../engine/tf.ts'
import { fuseActivation, thresholdedRelu } from './layers/activation.ts'
import { normaliseByBatch, normaliseByMoving } from './layers/batchNorm.ts'
import { directions, redrawBackward } from './layers/bidirectional.ts'
import { convLstmCall, isConvLstm } from './layers/convLstm.ts'
import { dilatedCall, isDilatedConv } from './layers/dilatedConv.ts'
import { alphaDropout, dropout, gaussianDropout, gaussianNoise } from './layers/dropout.ts'
import { layerNormCall } from './layers/layerNorm.ts'
import { maskSteps } from './layers/masking.ts'
import { masksOfInputs, mendMasks } from './layers/masks.ts'
import { MultiHeadAttention } from './layers/multiHeadAttention.ts'
import { isRecurrent, recurrentCall } from './layers/recurrent.ts'
import { timeDistributedCall } from './layers/timeDistributed.ts'
import { firstSentence, loadTopology } from './loadTopology.ts'
import type { ForwardMode, Model, ModelInput } from './model.ts'
import { isRepeatedInput } from './repeatedInputs.ts'
import { prepareTopology } from './topology.ts'

type TfLayer = tfl.LayersModel['layers'][number]

/**
 * The user's own tfjs LayersModel. Its initial weights come from its own initialisers, each with a seed of ours, and
 * weights stored beside the topology are not read. Dropout and batch normalisation run ours in place of tfjs's, which
 * repeat one mask every step and fail without scale or centre; batch normalisation keeps the epsilon and momentum of
 * its layer. A softmax at the end is left out: the model gives logits.
 * @throws UserError for a topology that tfjs cannot build, cannot train, or that does not fit the data
 */
export async function layersModel(
  spec: Extract<ModelSpec, { kind: 'layers' }>,
  input: ModelInput,
  seed: number,
): Promise<Model> {
  const network = await loadTopology(prepareTopology(spec.topology, seed))
  try {
    return adopt(network, input)
  } catch (error) {
    discard(network)
    throw error
  }
}

function adopt(network: tfl.LayersModel, input: ModelInput): Model {
  const batchShape = checkShapes(network, input)
  const variables = network.trainableWeights.map((weight) => nameStably(weight, true))
  const statistics = network.nonTrainableWeights.map((weight) => nameStably(weight, false))
  const current: { mode: ForwardMode } = { mode: { training: false, step: 0, seed: 0 } }
  for (const layer of network.layers) {
    replaceTraps(layer, current)
    mendMasks(layer)
  }
  for (const layer of network.layers)
    if (layer instanceof MultiHeadAttention) layer.masksOf = masksOfInputs(layer)
  const model: Model = {
    kind: 'layers',
    variables,
    statistics,
    layers: network.layers.filter(({ name }) => !isRepeatedInput(name)).map(describe),
    parameterCount: variables.reduce((sum, variable) => sum + variable.size, 0),
    forward(x, mode) {
      current.mode = mode
      return tf.tidy(() => {
        const output = network.apply(tf.reshape(x, batchShape), { training: mode.training })
        if (!(output instanceof tf.Tensor)) throw new Error('A model with one output gives one tensor.')
        return tf.reshape<tf.Rank.R2>(output, [-1, input.classes])
      })
    },
    dispose: () => discard(network),
  }
  tryToDifferentiate(model, input)
  return model
}

/** tfjs counts the uses of a layer and takes one off: of a layer used twice it would keep the weights. */
function discard(network: tfl.LayersModel): void {
  const weights = network.weights.map((weight) => weight.read())
  network.dispose()
  tf.dispose(weights)
}

/** Some of tfjs's operations have no gradient; better to hear of it before the run starts. */
function tryToDifferentiate(model: Model, input: ModelInput): void {
  if (model.variables.length === 0) {
    throw new UserError(
      'While building the model: the topology has no weights that train; make at least one layer trainable.',
    )
  }
  const mode = { training: true, step: 0, seed: 0, statisticsRate: 0 }
  const sumOfLogits = () => tf.sum<tf.Scalar>(model.forward(tf.ones([2, ...input.shape]), mode))
  try {
    const { value, grads } = tf.variableGrads(sumOfLogits, [...model.variables])
    tf.dispose([value, grads])
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(
      `While building the model: tfjs cannot train the topology (${firstSentence(error)}); replace the layer or activation that uses it.`,
    )
  }
}

/** @returns the shape of a batch as the model takes it, -1 for the number of examples */
function checkShapes(network: tfl.LayersModel, input: ModelInput): number[] {
  const [inputShape, ...moreInputs] = network.inputs.map(({ shape }) => shape.slice(1))
  const [outputShape, ...moreOutputs] = network.outputs.map(({ shape }) => shape.slice(1))
  if (inputShape === undefined || outputShape === undefined || moreInputs.length + moreOutputs.length > 0) {
    throw new UserError(
      `While building the model: it must have one input and one output (received ${network.inputs.length} and ${network.outputs.length}); change its topology.`,
    )
  }
  const expected = [...input.shape]
  const received = inputShape.map((size) => size ?? 0)
  if (tf.util.sizeFromShape(received) !== tf.util.sizeFromShape(expected)) {
    throw new UserError(
      `While building the model: its input must fit examples of shape ${show(expected)} (received ${show(inputShape)}); change batch_input_shape of the first layer.`,
    )
  }
  if (outputShape.length !== 1 || outputShape[0] !== input.classes) {
    throw new UserError(
      `While building the model: its output must have ${input.classes} numbers, one for each class (received shape ${show(outputShape)}); change the last layer.`,
    )
  }
  return [-1, ...received]
}

/**
 * Puts a variable with the name from the topology in the place of the weight's own, whose name tfjs makes unique by
 * counting every weight the process ever had: a checkpoint could not find it again.
 */
function nameStably(weight: tfl.LayerVariable, trainable: boolean): tf.Variable {
  const given = weight.read()
  const value = tf.clone(given)
  given.dispose()
  try {
    const variable = tf.variable(value, trainable, weight.originalName)
    Reflect.set(weight, 'val', variable)
    return variable
  } catch (error) {
    // Whoever gives the network up finds a weight to give back, and the name that is taken is told.
    Reflect.set(weight, 'val', tf.variable(value, trainable))
    throw error
  } finally {
    value.dispose()
  }
}

const holder = z.object({ layer: z.instanceof(tfl.layers.Layer) })

/** @param key names the layer's noise; of a layer inside another one it names both */
function replaceTraps(layer: TfLayer, current: { readonly mode: ForwardMode }, key = layer.name): void {
  const config = layer.getConfig()
  if (isRecurrent(layer)) layer.call = recurrentCall(layer, key, current)
  if (isConvLstm(layer)) layer.call = convLstmCall(layer, key, current)
  if (layer instanceof MultiHeadAttention) {
    layer.dropOut = (x, rate) => dropout(x, key, rate, current.mode)
  }
  if (layer.getClassName() === 'Bidirectional') {
    redrawBackward(layer)
    for (const own of Object.values(directions(layer))) replaceTraps(own, current, `${key}/${own.name}`)
  }
  if (layer.getClassName() === 'Masking') maskSteps(layer)
  if (layer.getClassName() === 'TimeDistributed') {
    const { layer: inner } = holder.parse(layer)
    replaceTraps(inner, current, `${key}/${inner.name}`)
    layer.call = timeDistributedCall(inner)
  }
  fuseActivation(layer)
  const noisy = noiseLayers[layer.getClassName()]
  if (noisy !== undefined) {
    const amount = Number(config.rate ?? config.stddev)
    layer.call = (inputs) => noisy(only(inputs), key, amount, current.mode)
  }
  if (layer.getClassName() === 'LayerNormalization') {
    layer.call = (inputs) => layerNormCall(layer, only(inputs))
  }
  if (layer.getClassName() === 'ThresholdedReLU') {
    const theta = Number(config.theta)
    layer.call = (inputs) => thresholdedRelu(only(inputs), theta)
  }
  if (isDilatedConv(layer)) layer.call = dilatedCall(layer)
  if (layer.getClassName() === 'BatchNormalization') {
    const { axis } = config
    const { shape } = layer.input instanceof tfl.SymbolicTensor ? layer.input : { shape: [] }
    if (axis !== -1 && axis !== shape.length - 1) {
      throw new UserError(
        `While building the model: layer ${show(layer.name)} (BatchNormalization) must normalise the last axis (received axis ${show(axis)}); set its axis to -1.`,
      )
    }
    layer.call = (inputs) => batchNormCall(layer, only(inputs), current.mode)
  }
}

/** Layers whose noise tfjs draws anew each time, or the same each step; with their rate or standard deviation. */
const noiseLayers: Readonly<
  Record<string, (x: tf.Tensor, layer: string, amount: number, mode: ForwardMode) => tf.Tensor>
> = {
  Dropout: dropout,
  // Whole channels [batch, 1, channels] fall together.
  SpatialDropout1D: (x, layer, rate, mode) =>
    dropout(x, layer, rate, mode, [x.shape[0] ?? 1, 1, x.shape[2] ?? 1]),
  GaussianNoise: gaussianNoise,
  GaussianDropout: gaussianDropout,
  AlphaDropout: alphaDropout,
}

function batchNormCall(layer: TfLayer, x: tf.Tensor, mode: ForwardMode): tf.Tensor {
  const { epsilon, momentum } = layer.getConfig()
  const channels = x.shape.at(-1) ?? 1
  const weight = (name: string) => layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`))
  const gamma = weight('gamma')?.read() ?? tf.ones([channels])
  const beta = weight('beta')?.read() ?? tf.zeros([channels])
  const weights = {
    gamma: tf.reshape<tf.Rank.R1>(gamma, [channels]),
    beta: tf.reshape<tf.Rank.R1>(beta, [channels]),
    movingMean: variableOf(weight('moving_mean')),
    movingVariance: variableOf(weight('moving_variance')),
  }
  const rows = tf.reshape<tf.Rank.R4>(x, [x.shape[0] ?? 1, -1, 1, channels])
  const eps = Number(epsilon)
  // As in Keras: a layer set not to train also leaves its statistics still and normalises by them.
  const y =
    mode.training && layer.trainable
      ? normaliseByBatch(rows, weights, eps, mode.statisticsRate ?? 1 - Number(momentum))
      : normaliseByMoving(rows, weights, eps)
  return tf.reshape(y, x.shape)
}

function variableOf(weight: tfl.LayerVariable | undefined): tf.Variable {
  const value = weight?.read()
  if (!(value instanceof tf.Variable))
    throw new Error('A built BatchNormalization layer has moving statistics.')
  return value
}

function only(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  const [first] = Array.isArray(inputs) ? inputs : [inputs]
  if (first === undefined) throw new Error('A layer was called without an input.')
  return first
}

function describe(layer: TfLayer): Model['layers'][number] {
  const shape = layer.inboundNodes[0]?.outputShapes[0]
  return {
    name: layer.name,
    outputShape: Array.isArray(shape) ? shape.slice(1).map(Number) : [],
    parameters: layer.trainableWeights.reduce((sum, weight) => sum + weight.read().size, 0),
  }
}
