import { z } from 'zod'
import { nameOf } from '../../../shared/model/layer.ts'
import { layersOf, type Topology } from '../../../shared/model/topology.ts'

/*
 * Attention of a sequence to itself takes it as query and as value. tfjs, which gives back what no later layer takes, counts
 * such a layer once as it plans and twice as it runs, so that it gives back a tensor that others still take. A layer that
 * passes its input on stands between here, for each further mention.
 */

const suffix = '/again'
const ours = new RegExp(`${suffix}\\d+\\.\\d+$`)
const inbound = z.array(z.tuple([z.string(), z.int(), z.int()]).rest(z.json()))

/** Changes the topology in place. */
export function nameRepeatedInputs(topology: Topology): void {
  const layers = layersOf(topology)
  // From the last to the first, so that places stand.
  for (const [at, layer] of [...layers.entries()].toReversed()) {
    for (const [use, node] of (layer.inbound_nodes ?? []).entries()) {
      const inputs = inbound.safeParse(node)
      if (!inputs.success) continue
      const seen = new Set<string>()
      const passed = inputs.data.map((input, i) => {
        const key = JSON.stringify(input.slice(0, 3))
        if (!seen.has(key)) {
          seen.add(key)
          return input
        }
        const name = `${nameOf(layer)}${suffix}${use}.${i}`
        const [from, node, tensor] = input
        const config = { name, activation: 'linear' }
        layers.splice(at, 0, {
          class_name: 'Activation',
          name,
          config,
          inbound_nodes: [[[from, node, tensor, {}]]],
        })
        return [name, 0, 0, ...input.slice(3)]
      })
      layer.inbound_nodes?.splice(use, 1, passed)
    }
  }
}

/** Whether a layer is one of these, and not the user's. */
export const isRepeatedInput = (name: string): boolean => ours.test(name)
