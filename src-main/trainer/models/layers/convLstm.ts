import * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import * as tf from '../../../engine/tf.ts'
import type { ForwardMode } from '../model.ts'
import { activationOf } from './activation.ts'
import { dropout } from './dropout.ts'
import { layerSettings } from './settings.ts'

type TfLayer = tfl.LayersModel['layers'][number]
type Call = TfLayer['call']

const pair = z.tuple([z.int(), z.int()])
const config = z.object({
  activation: z.string(),
  recurrentActivation: z.string(),
  strides: pair,
  padding: z.enum(['valid', 'same']),
  dataFormat: z.string(),
  dilationRate: pair,
  returnSequences: z.boolean(),
  goBackwards: z.boolean(),
  dropout: z.number(),
  recurrentDropout: z.number(),
})

export const isConvLstm = (layer: TfLayer): layer is tfl.RNN =>
  layer instanceof tfl.RNN && layer.getClassName() === 'ConvLSTM2D'

/**
 * Convolutional LSTM (Shi et al. 2015, without peepholes) over [batch, steps, height, width, channels]. The images of all
 * steps are convolved at once, for all four gates; a step is one convolution of the state. tfjs takes eight for each step,
 * and draws its masks of dropout from a generator that no seed reaches.
 * @param key names the layer in its masks of dropout
 */
export function convLstmCall(layer: tfl.RNN, key: string, current: { readonly mode: ForwardMode }): Call {
  const options = layerSettings(config, layer.getConfig(), 'ConvLSTM2D')
  const first = options.dataFormat === 'channelsFirst'
  const [act, gate] = [activationOf(options.activation), activationOf(options.recurrentActivation)]
  return (inputs, kwargs) =>
    tf.tidy(() => {
      if (kwargs?.mask !== undefined && kwargs.mask !== null) {
        throw new Error('ConvLSTM2D passes over no masked steps')
      }
      const { mode } = current
      const drop = <T extends tf.Tensor>(x: T, name: string, rate: number, shape: number[]) =>
        dropout(x, `${key}/${name}`, mode.training ? rate : 0, mode, shape)
      const x = channelsLast([inputs].flat()[0], first)
      const [batch, steps, ...image] = x.shape
      const { kernel, recurrent, bias } = weightsOf(layer)
      const given = drop(x, 'dropout', options.dropout, [batch, 1, ...image])
      const images = tf.reshape<tf.Rank.R4>(given, [batch * steps, ...image])
      const plain = tf.conv2d(images, kernel, options.strides, options.padding, 'NHWC', options.dilationRate)
      const z = bias === undefined ? plain : tf.add<tf.Tensor4D>(plain, bias)
      const [, height, width, columns] = z.shape
      const all = tf.unstack(tf.reshape(z, [batch, steps, -1]), 1)
      const stateShape: [number, number, number, number] = [batch, height, width, columns / 4]
      const keep = (h: tf.Tensor4D) => drop(h, 'recurrent_dropout', options.recurrentDropout, stateShape)
      let [h, c]: [tf.Tensor4D, tf.Tensor4D] = [tf.zeros(stateShape), tf.zeros(stateShape)]
      const states: tf.Tensor[] = []
      for (const own of options.goBackwards ? all.toReversed() : all) {
        const before = tf.conv2d(keep(h), recurrent, 1, 'same')
        const sum = tf.add(tf.reshape(own, before.shape), before)
        const [i = sum, f = sum, n = sum, o = sum] = tf.split(sum, 4, 3)
        c = tf.add(tf.mul(gate.apply(f), c), tf.mul(gate.apply(i), act.apply(n)))
        h = tf.mul(gate.apply(o), act.apply(c))
        if (options.returnSequences) states.push(tf.reshape(h, [batch, -1]))
      }
      const out = options.returnSequences
        ? tf.reshape(tf.stack(states, 1), [batch, steps, ...stateShape.slice(1)])
        : h
      return first ? tf.transpose(out, out.rank === 5 ? [0, 1, 4, 2, 3] : [0, 3, 1, 2]) : out
    })
}

function channelsLast(x: tf.Tensor | undefined, first: boolean): tf.Tensor5D {
  if (x === undefined || x.rank !== 5) {
    throw new Error(`ConvLSTM2D takes [batch, steps, height, width, channels] (received ${x?.shape})`)
  }
  const turned = first ? tf.transpose(x, [0, 1, 3, 4, 2]) : x
  const [batch = 0, steps = 0, height = 0, width = 0, channels = 0] = turned.shape
  return tf.reshape<tf.Rank.R5>(turned, [batch, steps, height, width, channels])
}

function weightsOf(layer: TfLayer) {
  const find = (name: string) =>
    layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`))?.read()
  return {
    kernel: filter(find('kernel')),
    recurrent: filter(find('recurrent_kernel')),
    bias: find('bias'),
  }
}

function filter(kernel: tf.Tensor | undefined): tf.Tensor4D {
  if (kernel === undefined) throw new Error('A built ConvLSTM2D layer has kernels.')
  const [height = 1, width = 1, inputs = 1, outputs = 1] = kernel.shape
  return tf.reshape<tf.Rank.R4>(kernel, [height, width, inputs, outputs])
}
