import type { RunKind } from '../run/kind.ts'
import type { RunOrigin } from '../run/origin.ts'

/** What is asked of a run to say what its snapshots cost. */
export interface CostedRun {
  readonly id: string
  readonly kind: RunKind
  readonly origin: RunOrigin | null
}

/** A snapshot as far as its cost goes: its run, and the training steps done there by then. */
export interface CostedSnapshot {
  readonly runId: string
  readonly stepsDone: number
}

/**
 * Training steps that were needed for all of these snapshots together: of every run up to the last of them, of its ancestors up
 * to where it branched off, and a trunk that several share once. Null where one is of a run trained by another program, whose
 * steps are not known, or of a run that is not among `runs`.
 * @param runs by id; ancestors that were deleted may lack
 */
export function trainingCost(
  snapshots: readonly CostedSnapshot[],
  runs: ReadonlyMap<string, CostedRun>,
): number | null {
  const needed = new Map<string, number>()
  for (const { runId, stepsDone } of snapshots) {
    const own = runs.get(runId)
    if (own === undefined || own.kind === 'elsewhere') return null
    need(needed, runId, stepsDone)
    for (let run: CostedRun | undefined = own; run !== undefined; ) {
      const origin: RunOrigin | null = run.origin
      if (origin === null || origin.kind === 'again') break
      const parent = runs.get(origin.runId)
      // Of a parent that is gone, what it and its own ancestors did is told by the child.
      need(needed, origin.runId, parent ? origin.stepsDone : Math.max(origin.stepsDone, origin.streamFrom))
      run = parent
    }
  }
  return [...needed.values()].reduce((sum, steps) => sum + steps, 0)
}

function need(needed: Map<string, number>, runId: string, steps: number): void {
  needed.set(runId, Math.max(needed.get(runId) ?? 0, steps))
}
