import type { z } from 'zod'

/** Plain JSON, as specs are written. */
export type Json = z.core.util.JSONType
export type JsonObject = { readonly [key: string]: Json }

/** A parsed spec as the JSON that it is; the value itself, which nobody changes. */
export function asJsonObject(value: unknown): JsonObject {
  if (isJson(value) && isObject(value)) return value
  throw new TypeError('a spec is plain JSON')
}

/** By hand: a thousand cells are looked at several times each. */
function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'object' && Object.values(value).every(isJson)
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stands at a path; undefined where nothing does. */
export function jsonAt(tree: Json | undefined, keys: readonly string[]): Json | undefined {
  let value = tree
  for (const key of keys) {
    if (Array.isArray(value)) value = value[Number(key)]
    else if (isObject(value) && Object.hasOwn(value, key)) value = value[key]
    else return undefined
  }
  return value
}

/** A copy with another value at a path; objects on the way that are not there are made. */
export function withJsonAt(tree: Json | undefined, keys: readonly string[], value: Json): Json {
  const [key, ...rest] = keys
  if (key === undefined) return value
  if (Array.isArray(tree)) {
    return tree.map((item, i) => (String(i) === key ? withJsonAt(item, rest, value) : item))
  }
  const before = isObject(tree) ? tree : {}
  return { ...before, [key]: withJsonAt(before[key], rest, value) }
}
