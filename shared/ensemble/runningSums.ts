import type { Probs } from './members.ts'

/** The sum of the leaves whose `active` is true; undefined when none is. Valid until the next call. */
export type RunningSums = (active: readonly boolean[]) => Probs | undefined

interface SumOptions {
  /** Leaves summed into one node: more of them take less memory, and more time a change. */
  readonly block?: number
  /** What is summed instead of the entries themselves, worked out anew at every change. */
  readonly term?: (entry: number) => number
}

/**
 * Sums over any subset of K equal-length arrays, kept so that adding or removing one costs about log2 K passes instead of K.
 * It is a tree of partial sums and never subtracts: taking a confident member's 0.9 off again would leave the
 * others' 1e-20 rounded to 0, whose logarithm ruins the likelihood, and a diverged member's NaN would never leave.
 * Besides the leaves it holds at most 2 K / block arrays of float64.
 */
export function runningSums(leaves: readonly Probs[], { block = 1, term }: SumOptions = {}): RunningSums {
  const blocks = Math.ceil(leaves.length / block)
  const width = 2 ** Math.ceil(Math.log2(Math.max(1, blocks)))
  const length = leaves[0]?.length ?? 0
  // Heap order: node 1 is the root, the children of i are 2i and 2i + 1, block b is width + b.
  const nodes = new Array<Probs | undefined>(2 * width).fill(undefined)
  const buffers = new Map<number, Float64Array>()
  const isIn = new Uint8Array(leaves.length)
  const isDirty = new Uint8Array(2 * width)

  function recompute(node: number): void {
    const parts = node >= width ? activeOf(node - width) : sonsOf(node)
    const [only] = parts
    const isOfTerms = term !== undefined && node >= width
    if (only === undefined || (parts.length === 1 && !isOfTerms)) {
      nodes[node] = only
      return
    }
    const buffer = buffers.get(node) ?? new Float64Array(length)
    buffers.set(node, buffer)
    nodes[node] = buffer
    if (isOfTerms) sumTerms(buffer, parts, term)
    else sum(buffer, parts)
  }

  const activeOf = (b: number): Probs[] =>
    leaves.slice(block * b, block * (b + 1)).filter((_, k) => isIn[block * b + k] === 1)
  const sonsOf = (node: number): Probs[] =>
    [nodes[2 * node], nodes[2 * node + 1]].filter((each) => each !== undefined)

  return (active) => {
    let isChanged = false
    for (let k = 0; k < leaves.length; k++) {
      const wanted = active[k] === true ? 1 : 0
      if (isIn[k] === wanted) continue
      isIn[k] = wanted
      isChanged = true
      for (let node = width + Math.floor(k / block); node > 0; node >>= 1) isDirty[node] = 1
    }
    if (!isChanged) return nodes[1]
    // Children before parents.
    for (let node = 2 * width - 1; node > 0; node--) if (isDirty[node] === 1) recompute(node)
    isDirty.fill(0)
    return nodes[1]
  }
}

function sum(target: Float64Array, parts: readonly Probs[]): void {
  const [a, b] = parts
  if (a === undefined || b === undefined) return
  for (let i = 0; i < target.length; i++) target[i] = (a[i] ?? 0) + (b[i] ?? 0)
  for (let k = 2; k < parts.length; k++) {
    const part = parts[k]
    if (part !== undefined)
      for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + (part[i] ?? 0)
  }
}

function sumTerms(target: Float64Array, parts: readonly Probs[], term: (entry: number) => number): void {
  target.fill(0)
  for (const part of parts)
    for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + term(part[i] ?? Number.NaN)
}
