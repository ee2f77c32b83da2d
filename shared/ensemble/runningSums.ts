import type { Probs } from './index.ts'

/** The sum of the leaves whose `active` is true; undefined when none is. Valid until the next call. */
export type RunningSums = (active: readonly boolean[]) => Probs | undefined

/**
 * Sums over any subset of K equal-length arrays, kept so that adding or removing one costs log2 K passes instead of K.
 * It is a tree of partial sums and never subtracts: taking a confident member's 0.9 off again would leave the
 * others' 1e-20 rounded to 0, whose logarithm ruins the likelihood, and a diverged member's NaN would never leave.
 */
export function runningSums(leaves: readonly Probs[]): RunningSums {
  const width = 2 ** Math.ceil(Math.log2(Math.max(1, leaves.length)))
  // Heap order: node 1 is the root, the children of i are 2i and 2i + 1, leaf k is width + k.
  const nodes = new Array<Probs | undefined>(2 * width).fill(undefined)
  const buffers = new Map<number, Float64Array>()

  function recompute(node: number): void {
    const left = nodes[2 * node]
    const right = nodes[2 * node + 1]
    if (left === undefined || right === undefined) {
      nodes[node] = left ?? right
      return
    }
    const buffer = buffers.get(node) ?? new Float64Array(left.length)
    buffers.set(node, buffer)
    for (let i = 0; i < buffer.length; i++) buffer[i] = (left[i] ?? 0) + (right[i] ?? 0)
    nodes[node] = buffer
  }

  return (active) => {
    let dirty = new Set<number>()
    leaves.forEach((leaf, k) => {
      const wanted = active[k] === true ? leaf : undefined
      if (nodes[width + k] === wanted) return
      nodes[width + k] = wanted
      dirty.add((width + k) >> 1)
    })
    while (dirty.size > 0) {
      const above = new Set<number>()
      for (const node of dirty) {
        if (node === 0) continue
        recompute(node)
        above.add(node >> 1)
      }
      dirty = above
    }
    return nodes[1]
  }
}
