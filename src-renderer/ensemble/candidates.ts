import type { RunSummary } from '../../shared/api/runs.ts'
import { namesText, nameText, type SnapshotName, snapshotName } from '../../shared/run/snapshotName.ts'

/** A stored snapshot that may become a member. */
export interface Candidate {
  readonly snapshotId: number
  readonly runId: string
  readonly runName: string
  readonly name: SnapshotName
  /** Trained by then. */
  readonly epochs: number
  /** Steps of its own run by then. */
  readonly stepsDone: number
}

/** The snapshots of some runs, run by run and oldest first: the order in which "the last M" counts. */
export function candidatesOf(runs: readonly RunSummary[]): Candidate[] {
  return runs.flatMap((run) =>
    run.snapshots
      .toSorted((a, b) => a.step - b.step)
      .map(({ id, ...taken }) => ({
        snapshotId: id,
        runId: run.id,
        runName: run.name,
        name: snapshotName(run, taken),
        stepsDone: taken.step + 1,
        epochs: (taken.step + 1) / run.planned.plan.stepsPerEpoch,
      })),
  )
}

/** "cycle 3", with the name of its run where members come from several. */
export function nameOf({ name, runName }: Candidate, severalRuns: boolean): string {
  return severalRuns ? `${runName} · ${nameText(name)}` : nameText(name)
}

export const areOfSeveralRuns = (candidates: readonly Candidate[]): boolean =>
  candidates.some(({ runId }) => runId !== candidates[0]?.runId)

/** "A", "B", ... of the runs, in the order in which their candidates stand: what a matrix has room for. */
export function runLetters(candidates: readonly Candidate[]): ReadonlyMap<string, string> {
  const runs = [...new Set(candidates.map(({ runId }) => runId))]
  return new Map(
    runs.map((id, place) => [id, place < 26 ? String.fromCharCode(65 + place) : `${place + 1}.`]),
  )
}

/**
 * What an ensemble of these members is called unless the user says otherwise.
 * @param all every candidate of their runs  @param members those of them that take part, in the same order
 */
export function proposedName(all: readonly Candidate[], members: readonly Candidate[]): string {
  const [first] = members
  if (first === undefined) return ''
  if (areOfSeveralRuns(members)) {
    const runs = new Set(members.map(({ runId }) => runId)).size
    return `${members.length} snapshots of ${runs} runs`
  }
  const own = all.filter(({ runId }) => runId === first.runId)
  const isLast = own
    .slice(-members.length)
    .every(({ snapshotId }, k) => snapshotId === members[k]?.snapshotId)
  if (isLast) return `${first.runName}: last ${members.length}`
  return `${first.runName}: ${namesText(members.map(({ name }) => name))}`
}
