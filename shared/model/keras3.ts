import { z } from 'zod'
import type { Layer } from './layer.ts'

/*
 * Keras 3 writes three things in another way than tfjs and Keras 2: the shape of an input (`batch_shape`), the type of
 * numbers (a policy object in place of its name), and what flows into a layer (tensors with a history in place of
 * lists). Each is rewritten to the older form.
 */

const policy = z.looseObject({
  class_name: z.literal('DTypePolicy'),
  config: z.looseObject({ name: z.string() }),
})
const kerasTensor = z.looseObject({
  class_name: z.literal('__keras_tensor__'),
  config: z.looseObject({ keras_history: z.tuple([z.string(), z.int(), z.int()]) }),
})
const call = z.looseObject({ args: z.array(z.unknown()) })

export function fromKeras3(one: Layer): void {
  const { config } = one
  if (config.batch_shape !== undefined && config.batch_input_shape === undefined) {
    config.batch_input_shape = config.batch_shape
    delete config.batch_shape
  }
  const dtype = policy.safeParse(config.dtype)
  if (dtype.success) config.dtype = dtype.data.config.name
  // Keras 3 and 2 name the axis of a built normalisation as a list of one.
  if (Array.isArray(config.axis) && config.axis.length === 1) config.axis = config.axis[0] ?? -1
  if (one.inbound_nodes !== undefined) one.inbound_nodes = one.inbound_nodes.map(inboundNode)
}

function inboundNode(node: unknown): unknown {
  const parsed = call.safeParse(node)
  if (!parsed.success) return node
  // A layer that merges takes one list of tensors, every other one takes the tensor itself.
  return parsed.data.args.flat().flatMap((argument) => {
    const tensor = kerasTensor.safeParse(argument)
    if (!tensor.success) return []
    const [name, node, output] = tensor.data.config.keras_history
    return [[name, node, output, {}]]
  })
}
