import type { RunSummary } from '../../../shared/api/runs.ts'
import { ELSEWHERE_DATASET } from '../../../shared/run/elsewhere.ts'
import { thin } from '../../format/format.ts'

/* Which runs can be combined: their snapshots must have answered the same examples. */

type Joining = Pick<RunSummary, 'datasetId' | 'spec' | 'snapshots'> & Partial<Pick<RunSummary, 'elsewhere'>>

/**
 * Why the snapshots of a run cannot join those of another; undefined when they can. What is not seen here (another order
 * of examples, say) is told from the stored predictions themselves.
 */
export function whyNotJoin(run: Joining, first: Joining | undefined): string | undefined {
  if (run.snapshots.length === 0 && run.elsewhere)
    return 'trained elsewhere, curves alone: import its predictions to combine them'
  if (first !== undefined && run.datasetId !== first.datasetId) {
    if (run.datasetId === ELSEWHERE_DATASET) return 'the data of its predictions are not in the lab'
    return `trained on other data (${run.spec.dataset.name})`
  }
  // Of data that are not in the lab only the labels are known.
  if (first !== undefined && run.elsewhere?.labels !== first.elsewhere?.labels)
    return 'its predictions were imported with other labels'
  if (first !== undefined && !isSameSplit(run, first)) {
    return `its data were split in another way (${splitOf(run)}, not ${splitOf(first)})`
  }
  if (run.snapshots.length === 0) return 'has no snapshots yet'
  return undefined
}

/** Not by its words: they are rounded. */
function isSameSplit({ spec: { dataset: a } }: Joining, { spec: { dataset: b } }: Joining): boolean {
  return a.validation === b.validation && a.test === b.test && a.seed === b.seed
}

/** With all its digits: it is told because it differs. */
const share = (part: number): string => `${Number((100 * part).toPrecision(12))}${thin}%`

function splitOf({ spec: { dataset } }: Joining): string {
  return `${share(dataset.validation)} for validation, ${share(dataset.test)} for test, seed ${dataset.seed}`
}

export interface Standing {
  readonly run: RunSummary
  readonly reason: string | undefined
}

/** Runs as named on the page: those that join the first, and those that cannot. */
export function standingOf(runs: readonly RunSummary[]): readonly Standing[] {
  return runs.map((run, k) => ({
    run,
    // The first sets the measure; without snapshots it may still get some.
    reason: k === 0 ? undefined : whyNotJoin(run, runs[0]),
  }))
}
