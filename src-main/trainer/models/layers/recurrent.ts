import * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import { type Scan, type ScanMore, scanOf } from '../../../engine/recurrent.ts'
import { cellActivation, type ScanAttrs } from '../../../engine/recurrentAttrs.ts'
import * as tf from '../../../engine/tf.ts'
import type { ForwardMode } from '../model.ts'
import { affine } from './affine.ts'
import { dropout } from './dropout.ts'
import { ResetAfterCell } from './gru.ts'
import { layerSettings } from './settings.ts'

/*
 * LSTM, GRU and SimpleRNN of a topology, and RNN with cells of these kinds, with all steps as one kernel where the backend has it. What the kernel does not
 * know (dropout of the states, other activations, states given out or handed in) is left to tfjs's loop over the
 * steps. Its masks of dropout are ours: tfjs draws them from a generator that no seed reaches.
 */

type TfLayer = tfl.LayersModel['layers'][number]
type Call = TfLayer['call']
type Options = Parameters<Call>[1]

const cells = { LSTMCell: 'lstm', GRUCell: 'gru', SimpleRNNCell: 'simple' } as const
const cellClass = z.enum(['LSTMCell', 'GRUCell', 'SimpleRNNCell'])
const stack = z.object({ cells: z.array(z.instanceof(tfl.layers.RNNCell)).min(1) })

const config = z.object({
  activation: z.string(),
  recurrentActivation: z.string().default('linear'),
  returnSequences: z.boolean(),
  returnState: z.boolean(),
  goBackwards: z.boolean(),
  dropout: z.number().nullish(),
  recurrentDropout: z.number().nullish(),
})
type Config = z.infer<typeof config>

export const isRecurrent = (layer: TfLayer): layer is tfl.RNN =>
  layer instanceof tfl.RNN && layer.getClassName() !== 'ConvLSTM2D'

/** @param key names the layer in its masks of dropout */
export function recurrentCall(layer: tfl.RNN, key: string, current: { readonly mode: ForwardMode }): Call {
  const several = stack.safeParse(layer.cell)
  if (several.success) return stackCall(layer, several.data.cells, key, current)
  const options = layerSettings(
    config,
    { ...layer.cell.getConfig(), ...layer.getConfig() },
    layer.getClassName(),
  )
  const attrs = attrsOf(layer, options)
  const [inputRate, stateRate] = [options.dropout ?? 0, options.recurrentDropout ?? 0]
  return (inputs, kwargs) => {
    const { mode } = current
    const given = Array.isArray(inputs) ? inputs : [inputs]
    const x = sequence(given)
    const mask = maskOf(kwargs)
    const unknown = given.length > 1 || isSet(kwargs, 'initialState') || !fits(mask, x)
    const scan =
      unknown || attrs === undefined || (mode.training && stateRate > 0) ? undefined : scanOf(attrs)
    return tf.tidy(() => {
      const draw = (name: string, size: number, rate: number) =>
        dropout(tf.ones([x.shape[0], size]), `${key}/${name}`, mode.training ? rate : 0, mode)
      const inputMask = inputRate > 0 ? draw('dropout', x.shape[2], inputRate) : undefined
      if (scan === undefined) {
        const units = weightsOf(layer).recurrent.shape[0]
        const stateMask = stateRate > 0 ? draw('recurrent_dropout', units, stateRate) : undefined
        return stepByStep(layer, inputs, kwargs, { inputMask, stateMask })
      }
      const kept = inputMask === undefined ? x : tf.mul<tf.Tensor3D>(x, tf.expandDims(inputMask, 1))
      const turn = <T extends tf.Tensor>(steps: T): T => (options.goBackwards ? tf.reverse(steps, 1) : steps)
      const seen = mask === undefined ? undefined : turn(stepsOf(mask))
      return wholeSequence(layer, turn(kept), scan, seen)
    })
  }
}

/** Cells above each other are layers above each other: each takes all steps of the one below. */
function stackCall(
  layer: tfl.RNN,
  stacked: readonly tfl.RNN['cell'][],
  key: string,
  current: { readonly mode: ForwardMode },
): Call {
  const { returnSequences, goBackwards } = layer
  const calls = stacked.map((cell, i) => {
    const last = i === stacked.length - 1
    const own = { cell, returnSequences: !last || returnSequences, goBackwards: i === 0 && goBackwards }
    return recurrentCall(new tfl.RNN(own), `${key}/${i}`, current)
  })
  return (inputs, kwargs) =>
    tf.tidy(() => {
      const mask = maskOf(kwargs)
      // The lowest layer gives its steps out in the order in which it has taken them.
      const above =
        goBackwards && mask !== undefined
          ? { ...kwargs, mask: tf.cast(tf.reverse(stepsOf(mask), 1), 'bool') }
          : kwargs
      return calls.reduce((x, call, i) => call(x, i === 0 ? kwargs : above), inputs)
    })
}

const isSet = (kwargs: Options, name: string): boolean =>
  kwargs?.[name] !== undefined && kwargs[name] !== null

/** The steps that the layers before it tell to pass over: false, or 0. */
function maskOf(kwargs: Options): tf.Tensor | undefined {
  const [mask]: unknown[] = [kwargs?.mask].flat()
  return mask instanceof tf.Tensor ? mask : undefined
}

/** [batch, steps] of 0 and 1 */
const stepsOf = (mask: tf.Tensor): tf.Tensor2D => {
  const [batch = 0, steps = 0] = mask.shape
  return tf.reshape(tf.cast(mask, 'float32'), [batch, steps])
}

const fits = (mask: tf.Tensor | undefined, x: tf.Tensor3D): boolean =>
  mask === undefined || tf.util.arraysEqual(mask.shape, x.shape.slice(0, 2))

function attrsOf(layer: tfl.RNN, options: Config): ScanAttrs | undefined {
  const activation = cellActivation.safeParse(options.activation)
  const gateActivation = cellActivation.safeParse(options.recurrentActivation)
  if (!activation.success || !gateActivation.success || options.returnState) return undefined
  return {
    cell:
      layer.cell instanceof ResetAfterCell ? 'gruAfter' : cells[cellClass.parse(layer.cell.getClassName())],
    activation: activation.data,
    gateActivation: gateActivation.data,
    sequences: options.returnSequences,
  }
}

/** The products with the inputs of all steps are one product. */
function wholeSequence(layer: tfl.RNN, x: tf.Tensor3D, scan: Scan, mask: ScanMore['mask']): tf.Tensor {
  const [batch, steps, size] = x.shape
  const { kernel, recurrent, bias } = weightsOf(layer)
  const rows = tf.reshape<tf.Rank.R2>(x, [batch * steps, size])
  const { own, last } = layer.cell instanceof ResetAfterCell ? biasesOf(recurrent.shape, bias) : { own: bias }
  const z = affine(rows, kernel, own)
  return scan(tf.reshape<tf.Rank.R3>(z, [batch, steps, -1]), recurrent, { bias: last, mask })
}

/**
 * Of a GRU with reset_after, [2, 3 units]: the recurrent bias of both gates is added to the input's beforehand; that of
 * the new state stands behind the reset gate.
 */
function biasesOf([units]: tf.Tensor2D['shape'], bias: tf.Tensor | undefined) {
  if (bias === undefined) return { own: undefined, last: tf.zeros([units]) }
  const [input, past] = tf.unstack(bias)
  if (input === undefined || past === undefined) throw new Error('A GRU with reset_after has two biases.')
  const gates = tf.pad(tf.slice(past, 0, 2 * units), [[0, units]])
  return { own: tf.add(input, gates), last: tf.slice(past, 2 * units, units) }
}

interface Masks {
  /** [batch, inputs], the same for every step, as in tfjs and Keras. */
  readonly inputMask: tf.Tensor | undefined
  /** [batch, units] */
  readonly stateMask: tf.Tensor | undefined
}

/** tfjs's own loop. Its layers of these classes only drop the masks of the last call before it. */
function stepByStep(
  layer: tfl.RNN,
  inputs: tf.Tensor | tf.Tensor[],
  kwargs: Options,
  { inputMask, stateMask }: Masks,
): tf.Tensor | tf.Tensor[] {
  const single = layer.cell.getClassName() === 'SimpleRNNCell'
  const setMasks = (input: tf.Tensor | undefined, state: tf.Tensor | undefined): void => {
    for (const [name, mask] of [
      ['dropoutMask', input],
      ['recurrentDropoutMask', state],
    ] as const) {
      Reflect.set(layer.cell, name, mask === undefined ? null : single ? mask : [mask])
    }
  }
  setMasks(inputMask, stateMask)
  try {
    return tfl.RNN.prototype.call.call(layer, inputs, kwargs)
  } finally {
    setMasks(undefined, undefined)
  }
}

function sequence([x]: readonly tf.Tensor[]): tf.Tensor3D {
  if (x !== undefined && isRank3(x)) return x
  throw new Error(`A recurrent layer takes [batch, steps, numbers] (received ${x?.shape}).`)
}

const isRank3 = (x: tf.Tensor): x is tf.Tensor3D => x.rank === 3

function weightsOf(layer: TfLayer) {
  const find = (name: string) =>
    layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`))?.read()
  const [kernel, recurrent] = [find('kernel'), find('recurrent_kernel')]
  if (kernel === undefined || recurrent === undefined) throw new Error('A built recurrent layer has kernels.')
  return {
    kernel: tf.reshape<tf.Rank.R2>(kernel, [-1, kernel.shape[1] ?? 1]),
    recurrent: tf.reshape<tf.Rank.R2>(recurrent, [-1, recurrent.shape[1] ?? 1]),
    bias: find('bias'),
  }
}
