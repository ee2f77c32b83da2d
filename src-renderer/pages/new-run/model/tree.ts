/*
 * The draft of a run is a tree of plain JSON that may still be wrong: a field that holds no number yet holds the text that
 * was typed. Changes copy what lies on their path and nothing else, so that what did not change is the same object.
 */

export type Path = readonly (string | number)[]

const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null

export function getAt(tree: unknown, path: Path): unknown {
  let value = tree
  for (const key of path) {
    if (!isTree(value)) return undefined
    value = Reflect.get(value, key)
  }
  return value
}

/** The tree with `value` at `path`; undefined takes the field away. */
export function setAt(tree: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  const next = setAt(isTree(tree) ? Reflect.get(tree, key) : undefined, rest, value)
  if (Array.isArray(tree)) {
    const copy: unknown[] = [...tree]
    if (next === undefined) copy.splice(Number(key), 1)
    else copy[Number(key)] = next
    return copy
  }
  const kept = isTree(tree) ? Object.entries(tree).filter(([name]) => name !== String(key)) : []
  if (next === undefined) return Object.fromEntries(kept)
  // A field keeps its place, so that the JSON a user sees does not shuffle.
  if (isTree(tree) && Object.hasOwn(tree, key)) {
    return Object.fromEntries(
      Object.entries(tree).map(([name, old]) => [name, name === String(key) ? next : old]),
    )
  }
  return Object.fromEntries([...kept, [String(key), next]])
}

export const pathText = (path: Path): string => path.join('.')

/** The text at a path, "" where there is none: for the `kind` of things. */
export function textAt(tree: unknown, path: Path): string {
  const value = getAt(tree, path)
  return typeof value === 'string' ? value : ''
}

export function listAt(tree: unknown, path: Path): readonly unknown[] {
  const value = getAt(tree, path)
  return Array.isArray(value) ? value : []
}
