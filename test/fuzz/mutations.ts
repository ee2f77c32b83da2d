import type { Random } from '../../shared/random.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A place in a document: the keys to it from the root. */
type Place = readonly (string | number)[]

/** One way to make a valid spec invalid, and the text of the result. */
export interface Malformed {
  readonly how: string
  readonly text: string
}

/** Breaks a valid spec in one of the ways below; every way breaks every spec, so that the outcome is known. */
export function malform(spec: Json, rng: Random): Malformed {
  const ways = [cutText, strayCharacter, wrongRoot, unknownKey, wrongType, negative, missing]
  const way = ways[rng.below(ways.length)] ?? cutText
  return way(structuredClone(spec), rng)
}

function cutText(spec: Json, rng: Random): Malformed {
  const text = JSON.stringify(spec)
  const at = rng.below(text.length)
  return { how: `cut after ${at} characters`, text: text.slice(0, at) }
}

function strayCharacter(spec: Json, rng: Random): Malformed {
  const text = JSON.stringify(spec)
  // Outside of strings these are never JSON, and inside of them never one character long.
  const stray = ['\u0000', '\n\u0001', '\ufffe\u0002', '\r\u001f'][rng.below(4)] ?? '\u0000'
  const at = 1 + rng.below(text.length - 1)
  return { how: `${JSON.stringify(stray)} at ${at}`, text: text.slice(0, at) + stray + text.slice(at) }
}

function wrongRoot(spec: Json, rng: Random): Malformed {
  const roots: Json[] = [null, true, 7, 'spec', [], [spec], {}]
  const root = roots[rng.below(roots.length)] ?? null
  return { how: 'another root', text: JSON.stringify(root) }
}

function unknownKey(spec: Json, rng: Random): Malformed {
  const objects = places(spec).filter((place) => isObject(valueAt(spec, place)))
  const place = pick(objects, rng)
  const target = valueAt(spec, place)
  const key = ['lernrate', '__proto', 'x'.repeat(5000), 'ünïcode', ' ', 'constructor'][rng.below(6)] ?? 'x'
  if (isObject(target)) target[key] = 1
  return { how: `unknown key ${key.slice(0, 20)} in ${place.join('.')}`, text: JSON.stringify(spec) }
}

function wrongType(spec: Json, rng: Random): Malformed {
  const place = pick(leaves(spec), rng)
  const value = valueAt(spec, place)
  const others: Json[] = [
    null,
    [],
    { a: 1 },
    [[[]]],
    ...(typeof value === 'boolean' ? [] : [true]),
    ...(typeof value === 'string' ? [-3.5] : ['twelve', '', '\u001b[31mred\nsecond line']),
  ]
  const other = others[rng.below(others.length)] ?? null
  return { how: `${place.join('.')} = ${JSON.stringify(other)}`, text: withValue(spec, place, other) }
}

function negative(spec: Json, rng: Random): Malformed {
  const numbers = leaves(spec).filter(
    (place) => typeof valueAt(spec, place) === 'number' && place.at(-1) !== 'seed',
  )
  const place = pick(numbers, rng)
  const bad = [-1, -1e300, -1e-9][rng.below(3)] ?? -1
  return { how: `${place.join('.')} = ${bad}`, text: withValue(spec, place, bad) }
}

function missing(spec: Json, rng: Random): Malformed {
  const required = [['schedule'], ['budget'], ['schedule', 'kind'], ['model', 'kind'], ['optimizer', 'kind']]
  const place = pick(
    required.filter((each) => valueAt(spec, each) !== undefined),
    rng,
  )
  const parent = valueAt(spec, place.slice(0, -1))
  if (isObject(parent)) delete parent[String(place.at(-1))]
  return { how: `without ${place.join('.')}`, text: JSON.stringify(spec) }
}

function places(value: Json, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at]
  const children: [string | number, Json][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value)
  return [at, ...children.flatMap(([key, child]) => places(child, [...at, key]))]
}

function leaves(spec: Json): Place[] {
  return places(spec).filter((place) => typeof valueAt(spec, place) !== 'object')
}

function valueAt(spec: Json, place: Place): Json | undefined {
  let value: Json | undefined = spec
  for (const key of place) {
    if (Array.isArray(value)) value = value[Number(key)]
    else if (isObject(value)) value = value[key]
    else return undefined
  }
  return value
}

function withValue(spec: Json, place: Place, value: Json): string {
  const parent = valueAt(spec, place.slice(0, -1))
  const key = place.at(-1)
  if (Array.isArray(parent)) parent[Number(key)] = value
  else if (isObject(parent) && key !== undefined) parent[key] = value
  return JSON.stringify(spec)
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function pick<T>(from: readonly T[], rng: Random): T {
  const chosen = from[rng.below(from.length)]
  if (chosen === undefined) throw new Error('nothing to pick from')
  return chosen
}
