import { z } from 'zod'
import { parseOrExplain, show, UserError } from '../../../shared/errors.ts'
import { random } from '../../../shared/random.ts'

/*
 * Makes a tfjs LayersModel topology ready to be trained: refuses what could only be trained wrongly, gives every
 * random initialiser a seed, and turns the softmax at the end into logits.
 */

const config = z.record(z.string(), z.json())
const layer = z.looseObject({
  class_name: z.string('must be text'),
  config,
  /** One for each use of the layer; a Sequential has none. */
  inbound_nodes: z.array(z.unknown()).optional(),
})
const network = z.looseObject({
  class_name: z.enum(
    ['Sequential', 'Model', 'Functional'],
    'must be Sequential, Model or Functional: this is no LayersModel',
  ),
  config: z.union([z.array(layer), z.looseObject({ layers: z.array(layer) })], {
    error: 'must hold a list of layers, each with class_name and config',
  }),
})
type LayerConfig = z.infer<typeof layer>
export type Topology = z.infer<typeof network>

/** Layers that train correctly here, with their random initialisers and what stands in where the JSON has none. */
const supported: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ...Object.fromEntries(
    [
      ...['InputLayer', 'Flatten', 'Reshape', 'Permute', 'RepeatVector', 'Activation', 'Dropout'],
      ...['ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'Softmax'],
      ...['MaxPooling1D', 'MaxPooling2D', 'AveragePooling1D', 'AveragePooling2D'],
      ...['GlobalMaxPooling1D', 'GlobalMaxPooling2D', 'GlobalAveragePooling1D', 'GlobalAveragePooling2D'],
      ...['ZeroPadding2D', 'Cropping2D', 'BatchNormalization', 'LayerNormalization', 'Rescaling'],
      ...['Add', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate', 'Dot'],
    ].map((name) => [name, {}]),
  ),
  Dense: { kernel_initializer: 'GlorotNormal' },
  Conv1D: { kernel_initializer: 'GlorotNormal' },
  Conv2D: { kernel_initializer: 'GlorotNormal' },
  Conv2DTranspose: { kernel_initializer: 'GlorotNormal' },
  DepthwiseConv2D: { depthwise_initializer: 'GlorotNormal' },
  SeparableConv2D: { depthwise_initializer: 'GlorotNormal', pointwise_initializer: 'GlorotNormal' },
}

export const trainableLayers: readonly string[] = Object.keys(supported)

/** Options that tfjs-layers would apply in its own training loop only: here they would be ignored without a word. */
const ignoredOptions = /(_regularizer|_constraint)$/

/** @throws UserError naming the layer and why it cannot be trained */
export function prepareTopology(input: unknown, seed: number): Topology {
  const topology = structuredClone(
    parseOrExplain(network, unwrap(input), 'reading the topology of the model'),
  )
  const layers = layersOf(topology)
  const names = new Set<string>()
  for (const [index, one] of layers.entries()) {
    const name = typeof one.config.name === 'string' ? one.config.name : `layer${index + 1}`
    one.config.name = name
    if (names.has(name)) refuse(one, 'has the name of another layer', 'rename one of them')
    names.add(name)
    checkLayer(one)
    seedInitialisers(one, seed)
  }
  removeSoftmax(outputLayer(topology, layers))
  return topology
}

function layersOf(topology: Topology): LayerConfig[] {
  return Array.isArray(topology.config) ? topology.config : topology.config.layers
}

/** model.json holds the topology under modelTopology, and Keras' own file under model_config. */
function unwrap(input: unknown): unknown {
  for (const key of ['modelTopology', 'model_config']) {
    if (typeof input === 'object' && input !== null && key in input) return unwrap(Reflect.get(input, key))
  }
  return input
}

function refuse(one: LayerConfig, why: string, instead: string): never {
  throw new UserError(
    `While building the model: layer ${show(one.config.name)} (${one.class_name}) ${why}; ${instead}.`,
  )
}

function checkLayer(one: LayerConfig): void {
  if (!Object.hasOwn(supported, one.class_name)) {
    refuse(one, 'is not a layer that can be trained here', `use ${trainableLayers.join(', ')}`)
  }
  for (const [key, value] of Object.entries(one.config)) {
    if (ignoredOptions.test(key) && value !== null) {
      refuse(one, `sets ${key}, which is not supported`, 'remove it and use the weightDecay of the optimizer')
    }
  }
  const uses = one.inbound_nodes?.length ?? 1
  if (one.class_name === 'BatchNormalization' && uses > 1) {
    refuse(
      one,
      `is used ${uses} times, but its moving statistics can follow one input only`,
      'give each use its own',
    )
  }
  if (one.class_name === 'Dropout' && (one.config.noise_shape ?? null) !== null) {
    refuse(one, 'sets noise_shape, which is not supported', 'remove it')
  }
}

/** Sets a seed above 0 on every random initialiser: tfjs takes 0, and none, as unseeded. */
function seedInitialisers(one: LayerConfig, seed: number): void {
  for (const [key, fallback] of Object.entries(supported[one.class_name] ?? {})) one.config[key] ??= fallback
  for (const [key, value] of Object.entries(one.config)) {
    if (!key.endsWith('_initializer') || value === null) continue
    const own = 1 + random(seed, `init/${show(one.config.name)}/${key}`).below(2 ** 31 - 1)
    one.config[key] = seeded(one, key, value, own)
  }
}

const initialiser = z.looseObject({ class_name: z.string(), config: config.default({}) })

function seeded(
  one: LayerConfig,
  key: string,
  value: z.core.util.JSONType,
  seed: number,
): z.core.util.JSONType {
  const given = typeof value === 'string' ? { class_name: className(value), config: {} } : value
  const { class_name, config: options } = parseOrExplain(
    initialiser,
    given,
    `reading ${key} of layer ${show(one.config.name)}`,
  )
  const fixed = ['Zeros', 'Ones', 'Constant', 'Identity'].includes(class_name)
  return { class_name, config: fixed ? options : { ...options, seed } }
}

/** glorot_uniform and glorotUniform to GlorotUniform; only LeCun is spelt with two capitals. */
function className(name: string): string {
  const camel = name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return camel.replace(/^Lecun/, 'LeCun')
}

function outputLayer(topology: Topology, layers: readonly LayerConfig[]): LayerConfig {
  const last = layers.at(-1)
  if (last === undefined)
    throw new UserError('While building the model: the topology has no layers; add one.')
  if (Array.isArray(topology.config) || topology.class_name === 'Sequential') return last
  const outputs = z
    .tuple([z.tuple([z.string()], z.unknown())], 'must name exactly one output')
    .or(z.tuple([z.string()], z.unknown()).transform((only) => [only] as const))
  const [[name]] = parseOrExplain(
    outputs,
    topology.config.output_layers,
    'reading output_layers of the model',
  )
  return layers.find((one) => one.config.name === name) ?? last
}

/** The loss takes logits: softmax is left out, and any other squashing of the outputs is refused. */
function removeSoftmax(one: LayerConfig): void {
  if (one.class_name === 'Softmax') {
    one.class_name = 'Activation'
    one.config = { name: one.config.name ?? null, activation: 'linear' }
    return
  }
  const { activation } = one.config
  if (activation === undefined || activation === null || activation === 'linear') return
  if (activation !== 'softmax') {
    refuse(one, `ends the model with the activation ${show(activation)}`, 'end it with softmax or linear')
  }
  one.config.activation = 'linear'
}
