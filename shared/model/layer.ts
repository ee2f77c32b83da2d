import { z } from 'zod'
import { show, UserError } from '../errors.ts'

export const layerConfig = z.record(z.string(), z.json())

/** One layer of a topology as tfjs and Keras 2 write it. */
export const layer = z.looseObject({
  class_name: z.string('must be text'),
  /** In a graph, the name that the inbound nodes of other layers use. */
  name: z.string('must be text').optional(),
  config: layerConfig,
  /** One for each use of the layer; a Sequential has none. */
  inbound_nodes: z.array(z.unknown()).optional(),
})
export type Layer = z.infer<typeof layer>

export const nameOf = ({ name, config }: Layer): string =>
  name ?? (typeof config.name === 'string' ? config.name : '')

export function refuseLayer(one: Layer, why: string, instead: string): never {
  throw new UserError(
    `While reading the model: layer ${show(nameOf(one))} (${one.class_name}) ${why}; ${instead}.`,
  )
}
