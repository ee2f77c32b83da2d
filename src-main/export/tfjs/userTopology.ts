import { z } from 'zod'
import { parseOrExplain } from '../../../shared/errors.ts'
import type { Json } from './graph.ts'

const json = z.json()
const layer = z.looseObject({ class_name: z.string(), config: z.record(z.string(), json) })
const sequential = z.looseObject({
  class_name: z.literal('Sequential'),
  config: z.union([z.array(layer), z.looseObject({ layers: z.array(layer) })]),
})
const functional = z.looseObject({
  class_name: z.string(),
  config: z.looseObject({ layers: z.array(layer), output_layers: z.array(json) }),
})
const network = z.union([sequential, functional])
type Layer = z.infer<typeof layer>

const softmaxName = 'probabilities'

/**
 * The user's own topology, giving probabilities: a model that ends in logits gets a softmax at its end. Layers without
 * a name get the one under which the trainer kept their weights.
 */
export function userTopology(input: unknown): Json {
  const topology = structuredClone(
    parseOrExplain(network, unwrap(input), 'reading the topology of the model'),
  )
  const layers = Array.isArray(topology.config) ? topology.config : topology.config.layers
  for (const [i, one] of layers.entries()) {
    if (typeof one.config.name !== 'string') one.config.name = `layer${i + 1}`
  }
  if (Array.isArray(topology.config) || !('output_layers' in topology.config)) {
    if (!givesProbabilities(layers.at(-1))) layers.push(softmaxLayer({}))
    return json.parse(topology)
  }
  const [name, output] = outputOf(topology.config.output_layers)
  if (!givesProbabilities(layers.find((one) => one.config.name === name))) {
    layers.push(softmaxLayer({ name: softmaxName, inbound_nodes: [[[...output, {}]]] }))
    Reflect.set(topology.config, 'output_layers', [[softmaxName, 0, 0]])
  }
  return json.parse(topology)
}

function unwrap(input: unknown): unknown {
  for (const key of ['modelTopology', 'model_config']) {
    if (typeof input === 'object' && input !== null && key in input) return unwrap(Reflect.get(input, key))
  }
  return input
}

const place = z.tuple([z.string(), z.number(), z.number()])

/** [layer, node, tensor] of the one output; some writers leave out the outer list. */
function outputOf(outputs: unknown): [string, z.infer<typeof place>] {
  const one = parseOrExplain(
    z.union([place, z.tuple([place]).transform(([only]) => only)]),
    outputs,
    'reading output_layers of the model',
  )
  return [one[0], one]
}

function givesProbabilities(last: Layer | undefined): boolean {
  return last?.class_name === 'Softmax' || last?.config.activation === 'softmax'
}

function softmaxLayer(rest: Readonly<Record<string, Json>>): Layer {
  return { class_name: 'Activation', config: { name: softmaxName, activation: 'softmax' }, ...rest }
}
