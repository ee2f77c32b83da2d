import { z } from 'zod'
import { parseOrExplain, show, UserError } from '../../../shared/errors.ts'
import { type Layer, nameOf } from '../../../shared/model/layer.ts'
import { activationNamed } from './activations.ts'
import type { OnnxGraph } from './graph.ts'

/** A weight as the trainer keeps it. */
export interface Weight {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** One use of a layer: what is written, from what. */
export interface Use {
  readonly graph: OnnxGraph
  readonly layer: Layer
  readonly inputs: readonly string[]
  /** A weight of the layer by its short name, such as kernel; undefined where the layer has none. */
  readonly weight: (name: string) => Weight | undefined
}

/** @returns the name of what the layer gives */
export type LayerWriter = (use: Use) => string

export function onlyInput({ inputs, layer }: Use): string {
  const [first] = inputs
  if (first === undefined || inputs.length > 1) refuseForOnnx(layer, `has ${inputs.length} inputs, a form`)
  return first
}

export function needed(use: Use, name: string): Weight {
  const found = use.weight(name)
  if (found === undefined) throw new Error(`Layer ${nameOf(use.layer)} has no stored weight ${name}.`)
  return found
}

/** A setting of the layer, in the form that `schema` asks for. */
export const setting = <T>({ config, ...layer }: Layer, name: string, schema: z.ZodType<T>): T =>
  parseOrExplain(schema, config[name], `reading ${name} of layer ${show(nameOf({ config, ...layer }))}`)

/** A whole number for both axes, or one for each. */
export const pair = z
  .union([z.int().transform((both) => [both, both] as const), z.tuple([z.int(), z.int()])])
  .readonly()

/** What the layer does at its end. @throws UserError for a function that is not known here */
export function activate(use: Use, x: string): string {
  const name = setting(use.layer, 'activation', z.string().nullish()) ?? 'linear'
  const write = activationNamed(name)
  if (write === undefined) refuseForOnnx(use.layer, `has the activation ${show(name)}`)
  return write(use.graph, x)
}

/** A weight in its own shape and order. */
export function constantOf(use: Use, name: string): string {
  const { shape, values } = needed(use, name)
  return use.graph.constant([...values], 'float32', shape)
}

/** x, plus the bias along its last axis where the layer has one. */
export const addBias = (use: Use, x: string): string =>
  use.weight('bias') === undefined ? x : use.graph.add('Add', [x, constantOf(use, 'bias')])

export function refuseForOnnx(layer: Layer, why: string): never {
  throw new UserError(
    `While writing an ONNX file: layer ${show(nameOf(layer))} (${layer.class_name}) ${why} that cannot be said in ONNX here; export the model as tfjs, or its weights as safetensors.`,
  )
}

/** Images and sequences are channels last here and channels first in ONNX. */
export function refuseChannelsFirst(layer: Layer): void {
  const format = setting(layer, 'data_format', z.string().nullish()) ?? 'channels_last'
  if (format.replace('_', '').toLowerCase() !== 'channelslast')
    refuseForOnnx(layer, `has the data format ${show(format)}`)
}
