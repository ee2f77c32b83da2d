import type { RunOrigin } from './origin.ts'

/*
 * Families of runs: a run stands under the one it came from. A parent that was deleted stands there by the name it had, so
 * that its children still stand together.
 */

interface Descendant {
  readonly id: string
  readonly createdAt: number
  readonly origin: RunOrigin | null
}

export interface LineageNode<Run> {
  readonly runId: string
  /** What it is called, where it was deleted. */
  readonly name: string
  /** undefined: it was deleted. */
  readonly run: Run | undefined
  /** Generations above it. */
  readonly depth: number
}

/**
 * The whole family of a run, each before its children, children in the order in which they were made.
 * @param runs those that are there, in any order: all of the family, perhaps others too
 * @returns the run alone where it came from none and none came from it
 */
export function lineageOf<Run extends Descendant>(
  runs: ReadonlyMap<string, Run>,
  runId: string,
): LineageNode<Run>[] {
  const childrenOf = new Map<string, Run[]>()
  for (const run of runs.values()) {
    if (run.origin === null) continue
    const known = childrenOf.get(run.origin.runId)
    if (known === undefined) childrenOf.set(run.origin.runId, [run])
    else known.push(run)
  }
  const nodes: LineageNode<Run>[] = []
  const visit = (id: string, depth: number): void => {
    const children = (childrenOf.get(id) ?? []).sort(
      (a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1),
    )
    const name = children.find(({ origin }) => origin?.runName)?.origin?.runName ?? id
    nodes.push({ runId: id, name, run: runs.get(id), depth })
    for (const child of children) visit(child.id, depth + 1)
  }
  visit(rootOf(runs, runId), 0)
  return nodes
}

/** The first of the line, which may be deleted. */
function rootOf(runs: ReadonlyMap<string, Descendant>, runId: string): string {
  let root = runId
  for (let origin = runs.get(root)?.origin; origin != null; origin = runs.get(root)?.origin)
    root = origin.runId
  return root
}
