import { z } from 'zod'
import { type Layer, nameOf } from '../../../shared/model/layer.ts'
import { layersOf, outputLayer, readTopology } from '../../../shared/model/topology.ts'
import { removeSoftmax } from '../../../shared/model/withoutSoftmax.ts'
import type { ModelSpec } from '../../../shared/run/spec.ts'
import type { NamedTensor } from '../safetensors.ts'
import { topologyOf } from '../tfjs/networks.ts'
import type { OnnxGraph } from './graph.ts'
import { refuseForOnnx, type Weight } from './layer.ts'
import { layerWriters } from './layers.ts'

export interface Network {
  readonly spec: ModelSpec
  /** Of one example. */
  readonly shape: readonly number[]
  readonly classes: number
  /** float32, by the trainer's names. */
  readonly tensors: readonly NamedTensor[]
}

/**
 * Adds a network to the graph.
 * @param x its inputs as the trainer gives them to the model: normalised, float32, [N, ...shape]
 * @returns the name of its logits, [N, classes]
 * @throws UserError naming a layer that cannot be said in ONNX
 */
export function writeNetwork(
  graph: OnnxGraph,
  x: string,
  { spec, shape, classes, tensors }: Network,
): string {
  const topology = readTopology(topologyOf(spec, shape, classes))
  // The softmax is added behind the logits, or its logarithm, as an ensemble needs it.
  removeSoftmax(outputLayer(topology))
  const layers = layersOf(topology)
  const weights = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  const input = takes(graph, x, shape, layers[0])
  const isSequential = layers.every(({ inbound_nodes }) => inbound_nodes === undefined)
  const outputs = new Map<string, string>()
  let last = input
  for (const layer of layers) {
    const uses = isSequential ? [undefined] : (layer.inbound_nodes ?? [])
    for (const [use, from] of (uses.length === 0 ? [undefined] : uses).entries()) {
      const inputs = from === undefined ? [last] : inputsOf(from, outputs)
      last = write(graph, layer, layer.class_name === 'InputLayer' ? [input] : inputs, weights)
      outputs.set(keyOf(nameOf(layer), use), last)
    }
  }
  return outputs.get(keyOf(nameOf(outputLayer(topology)), 0)) ?? last
}

const keyOf = (layer: string, use: number): string => JSON.stringify([layer, use])
const inbound = z.array(z.tuple([z.string(), z.int()]).rest(z.unknown()))

/** Layers stand in an order in which what flows into one was written before: tfjs and Keras write them so. */
function inputsOf(from: unknown, outputs: ReadonlyMap<string, string>): string[] {
  return inbound.parse(from).map(([layer, use]) => {
    const found = outputs.get(keyOf(layer, use))
    if (found === undefined) throw new Error(`Layer ${layer} comes after a layer that needs it.`)
    return found
  })
}

function write(
  graph: OnnxGraph,
  layer: Layer,
  inputs: readonly string[],
  weights: ReadonlyMap<string, NamedTensor>,
): string {
  const writer = layerWriters[layer.class_name]
  if (writer === undefined) refuseForOnnx(layer, 'is of a class')
  return writer({
    graph,
    layer,
    inputs,
    weight: (name) => {
      const found = weights.get(`${nameOf(layer)}/${name}`) ?? weights.get(`${nameOf(layer)}/${snake(name)}`)
      return found && weightOf(found)
    },
  })
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** A copy: bytes as they come from the database may begin anywhere. */
const weightOf = ({ shape, data }: NamedTensor): Weight => ({
  shape,
  values: new Float32Array(Uint8Array.from(data).buffer),
})

const inputShape = z.array(z.int().nullable()).nullish()

/** A network of the user's own may take the numbers of an example in another shape. */
function takes(graph: OnnxGraph, x: string, shape: readonly number[], first: Layer | undefined): string {
  const wanted = inputShape.parse(first?.config.batch_input_shape)?.slice(1)
  if (wanted === undefined || JSON.stringify(wanted) === JSON.stringify(shape)) return x
  return graph.add('Reshape', [x, graph.constant([0, ...wanted.map((size) => size ?? -1)], 'int64')])
}
