import { z } from 'zod'
import { parseOrExplain, show, UserError } from '../errors.ts'
import { attentionInputs } from './attentionInputs.ts'
import { fromKeras3 } from './keras3.ts'
import { type Layer, layer, refuseLayer } from './layer.ts'
import { checkGraph } from './layerGraph.ts'
import { trainableCells, trainableLayers } from './trainableLayers.ts'
import { checkSequenceLayer, rewriteWrapped } from './wrappedLayer.ts'

/*
 * Reads a LayersModel topology of the user's own (tfjs, Keras 2 or Keras 3) and refuses what could only be trained
 * wrongly, or never. Nothing is built for it, so that the window can ask before a run is started.
 */

const network = z.looseObject({
  class_name: z.enum(
    ['Sequential', 'Model', 'Functional'],
    'must be Sequential, Model or Functional: this is no LayersModel',
  ),
  config: z.union([z.array(layer), z.looseObject({ layers: z.array(layer) })], {
    error: 'must hold a list of layers, each with class_name and config',
  }),
})
export type Topology = z.infer<typeof network>

/** Options that tfjs-layers would apply in its own training loop only: here they would be ignored without a word. */
const ignoredOptions = /(_regularizer|_constraint)$/

/** @returns a copy in the form of tfjs, every layer named · @throws UserError naming the layer and why it cannot be trained */
export function readTopology(input: unknown): Topology {
  // What the parser gives is a copy, so that the layers can be rewritten.
  const topology = parseOrExplain(network, unwrap(input), 'reading the topology of the model')
  const layers = layersOf(topology)
  if (layers.length === 0) {
    throw new UserError('While reading the model: the topology has no layers; add one.')
  }
  const names = new Set<string>()
  for (const [index, one] of layers.entries()) {
    const name = typeof one.config.name === 'string' ? one.config.name : `layer${index + 1}`
    one.config.name = name
    if (names.has(name)) refuseLayer(one, 'has the name of another layer', 'rename one of them')
    names.add(name)
    attentionInputs(one)
    fromKeras3(one)
    checkLayer(one)
    rewriteWrapped(one, (inner, index) => {
      if (typeof inner.config.name !== 'string') inner.config.name = `${name}_layer${index || ''}`
      fromKeras3(inner)
      checkLayer(inner, one.class_name === 'RNN' ? trainableCells : trainableLayers)
    })
  }
  nestEnds(topology)
  if (isGraph(topology)) checkGraph(layers)
  checkOutput(outputLayer(topology))
  return topology
}

const end = z.tuple([z.string(), z.int(), z.int()])

/** Some versions of Keras name a single input or output as one triple, where tfjs wants a list of triples. */
function nestEnds({ config }: Topology): void {
  if (Array.isArray(config)) return
  for (const key of ['input_layers', 'output_layers']) {
    const single = end.safeParse(config[key])
    if (single.success) config[key] = [single.data]
  }
}

export function layersOf({ config }: Topology): Layer[] {
  return Array.isArray(config) ? config : config.layers
}

const isGraph = ({ class_name, config }: Topology): boolean =>
  class_name !== 'Sequential' && !Array.isArray(config)

const outputs = z
  .tuple([z.tuple([z.string()], z.unknown())], 'must name exactly one output')
  .or(z.tuple([z.string()], z.unknown()).transform((only) => [only] as const))

/** The layer that gives the logits, or the softmax of them. @throws UserError where there is not exactly one */
export function outputLayer(topology: Topology): Layer {
  const layers = layersOf(topology)
  const last = layers.at(-1)
  if (last === undefined) throw new Error('A topology that was read has layers.')
  if (!isGraph(topology) || Array.isArray(topology.config)) return last
  const [[name]] = parseOrExplain(
    outputs,
    topology.config.output_layers,
    'reading output_layers of the model',
  )
  const found = layers.find((one) => one.config.name === name)
  if (found !== undefined) return found
  throw new UserError(
    `While reading output_layers of the model: there is no layer ${show(name)}; name the last layer.`,
  )
}

/** The loss takes logits, or the softmax of them; any other squashing of the outputs would be trained wrongly. */
function checkOutput(one: Layer): void {
  const { activation } = one.config
  if (activation === undefined || activation === null) return
  if (activation === 'linear' || activation === 'softmax') return
  refuseLayer(one, `ends the model with the activation ${show(activation)}`, 'end it with softmax or linear')
}

/** model.json holds the topology under modelTopology, and Keras' own file under model_config. */
function unwrap(input: unknown): unknown {
  for (const key of ['modelTopology', 'model_config']) {
    if (typeof input === 'object' && input !== null && key in input) return unwrap(Reflect.get(input, key))
  }
  return input
}

function checkLayer(one: Layer, known = trainableLayers): void {
  if (!Object.hasOwn(known, one.class_name)) {
    refuseLayer(
      one,
      `is not a ${known === trainableCells ? 'cell' : 'layer'} that can be trained here`,
      `use ${Object.keys(known).join(', ')}`,
    )
  }
  for (const [key, value] of Object.entries(one.config)) {
    if (ignoredOptions.test(key) && value !== null) {
      refuseLayer(
        one,
        `sets ${key}, which is not supported`,
        'remove it and use the weightDecay of the optimizer',
      )
    }
  }
  checkConvolution(one)
  for (const option of ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias']) {
    if (one.class_name === 'Resizing' && one.config[option] === true) {
      refuseLayer(one, `sets ${option}, which is not supported`, 'set it to false')
    }
  }
  const uses = one.inbound_nodes?.length ?? 1
  if (one.class_name === 'BatchNormalization' && uses > 1) {
    refuseLayer(
      one,
      `is used ${uses} times, but its moving statistics can follow one input only`,
      'give each use its own',
    )
  }
  checkSequenceLayer(one)
  if (one.class_name === 'Dropout' && (one.config.noise_shape ?? null) !== null) {
    refuseLayer(one, 'sets noise_shape, which is not supported', 'remove it')
  }
}

/** What tfjs would leave out of a convolution, or of its way back, without a word. */
function checkConvolution(one: Layer): void {
  const { groups, dilation_rate: dilation, output_padding: ends, size } = one.config
  if (/Conv[1-3]D/.test(one.class_name) && typeof groups === 'number' && groups > 1) {
    refuseLayer(one, `has ${groups} groups, which tfjs does not know`, 'use 1 group, or DepthwiseConv2D')
  }
  const ignoresDilation = ['DepthwiseConv2D', 'Conv2DTranspose', 'Conv3DTranspose'].includes(one.class_name)
  if (ignoresDilation && [dilation ?? 1].flat().some((rate) => rate !== 1)) {
    refuseLayer(one, `sets dilation_rate ${show(dilation)}, which tfjs leaves out of it`, 'set it to 1')
  }
  if (/Conv[23]DTranspose/.test(one.class_name) && (ends ?? null) !== null) {
    refuseLayer(one, `sets output_padding ${show(ends)}, which tfjs leaves out of it`, 'remove it')
  }
  // Keras takes one number for both axes, of which tfjs would make images of no size.
  if (one.class_name === 'UpSampling2D' && typeof size === 'number') one.config.size = [size, size]
}
