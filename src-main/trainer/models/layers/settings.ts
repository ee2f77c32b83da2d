import type { z } from 'zod'
import { problemIn, show, UserError, wordsOf } from '../../../../shared/errors.ts'

/* What a topology says of a layer of ours, and how it is told that it cannot be so: tfjs's words for it name no layer. */

interface NamedLayer {
  readonly name: string
  getClassName(): string
}

/**
 * The settings of a layer, by their names in tfjs.
 * @param given also holds the layer's name · @param className as the topology has it
 * @throws UserError naming the layer, the setting, its rule and the value received
 */
export function layerSettings<T>(schema: z.ZodType<T>, given: unknown, className: string): T {
  const problem = problemIn(schema, given)
  if (problem === undefined) return schema.parse(given)
  const { path, rule, received } = problem
  throw layerFault(className, nameIn(given), `${asInTopology(path)}: ${rule} (received ${show(received)})`)
}

/** @throws UserError that names the layer, whatever `work` throws */
export function inLayer<T>(layer: NamedLayer, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof UserError) throw error
    throw layerFault(layer.getClassName(), layer.name, wordsOf(error))
  }
}

function layerFault(className: string, name: string | undefined, rule: string): UserError {
  const layer = name === undefined ? `a layer ${className}` : `layer ${show(name)} (${className})`
  return new UserError(`While building the model: ${layer}: ${rule}; correct it in the topology.`)
}

function nameIn(given: unknown): string | undefined {
  const name: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, 'name') : undefined
  return typeof name === 'string' ? name : undefined
}

/** tfjs writes the settings of a topology in camel case. */
const asInTopology = (path: string): string =>
  path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
