import type { RunSummary } from '../../shared/api/runs.ts'
import type { OriginKind, RunOrigin } from '../../shared/run/origin.ts'
import { nameText, snapshotName } from '../../shared/run/snapshotName.ts'
import { count } from './format.ts'

/** "branches from", before the name of the run that it came from. */
export const originVerbs: Readonly<Record<OriginKind, string>> = {
  branch: 'branches from',
  fineTune: 'fine-tunes',
  again: 'runs again, with another seed,',
}

type Parent = Pick<RunSummary, 'spec' | 'planned' | 'snapshots'>

/** "cycle 2, step 1 240": the state taken, by its snapshot's name where it is one. Steps are those done. */
export function stateText(parent: Parent | undefined, stepsDone: number | undefined): string {
  if (stepsDone === undefined) return 'its last state'
  const snapshot = parent?.snapshots.find(({ step }) => step === stepsDone - 1)
  const step = `step ${count(stepsDone)}`
  if (parent === undefined || snapshot === undefined) return step
  const name = snapshotName(parent, snapshot)
  return name.unit === 'step' ? step : `${nameText(name)}, ${step}`
}

/** "branches from trunk, cycle 2, step 1 240". @param parent undefined where it was deleted */
export function originText(
  origin: RunOrigin,
  parent: (Parent & { readonly name: string }) | undefined,
): string {
  const { kind, runName, runId, stepsDone } = origin
  const name = parent?.name ?? `${runName || runId} (deleted)`
  return `${originVerbs[kind]} ${name}${kind === 'again' ? '' : `, ${stateText(parent, stepsDone)}`}`
}
