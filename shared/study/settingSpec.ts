import { problemIn, show } from '../errors.ts'
import { optimizerName } from '../run/optimizerText.ts'
import { optimizerSpec, type RunSpec, runSpec } from '../run/spec.ts'
import { findFamily } from '../schedule/index.ts'
import { asJsonObject, type Json, type JsonObject, jsonAt } from './json.ts'
import { schemaAt, setAt } from './paths.ts'

/** The run spec of a setting, or why there is none. */
export type SettingSpec = { readonly spec: RunSpec } | { readonly reason: string }

/**
 * The base with other values at some paths: parts first, then their kinds, then fields, so that a field is one of the part
 * that the setting has.
 */
export function settingSpec(base: RunSpec, values: JsonObject): SettingSpec {
  let tree = asJsonObject(base)
  for (const path of Object.keys(values).sort(partsFirst)) {
    const value = values[path]
    if (value === undefined || value === null) continue
    if (schemaAt(tree, path) === undefined) return { reason: missing(tree, path) }
    tree = setAt(tree, path, value)
  }
  const { data } = runSpec.safeParse(tree)
  if (data !== undefined) return { spec: data }
  const problem = problemIn(runSpec, tree)
  if (problem === undefined) throw new Error('a spec that is refused breaks a rule')
  return { reason: `${problem.path} ${problem.rule} (received ${show(problem.received)})` }
}

/** The value at a path of a parsed spec; null where it has no such field. */
export const valueAt = (spec: JsonObject, path: string): Json => jsonAt(spec, path.split('.')) ?? null

function partsFirst(a: string, b: string): number {
  const depth = (path: string): number => 2 * path.split('.').length - (path.endsWith('.kind') ? 1 : 0)
  return depth(a) - depth(b) || (a < b ? -1 : 1)
}

/** "Adam has no momentum" */
function missing(tree: JsonObject, path: string): string {
  const [first = '', ...rest] = path.split('.')
  return `${partName(first, jsonAt(tree, [first, 'kind']))} has no ${rest.join('.')}`
}

function partName(part: string, kind: Json | undefined): string {
  const optimizer = optimizerSpec.safeParse({ kind })
  if (part === 'optimizer' && optimizer.data !== undefined) return optimizerName(optimizer.data.kind)
  if (part === 'schedule' && typeof kind === 'string') return findFamily(kind)?.name ?? kind
  return typeof kind === 'string' ? `a ${part} of kind ${kind}` : part
}
