import { UserError } from '../../shared/errors.ts'
import type { RunRecord, SnapshotRecord, StoreReads } from '../store/types.ts'

/**
 * Equal labels alone do not tell that two runs were scored on the same examples: of data stored class by class, every
 * split of a size has the labels of every other.
 * @throws UserError where a run has other data than the first, or split them in another way
 */
export function refuseOtherSplits(doing: string, runs: readonly RunRecord[]): void {
  const [first] = runs
  if (first === undefined) return
  const stray = runs.find((run) => run.datasetId !== first.datasetId || splitOf(run) !== splitOf(first))
  if (stray === undefined) return
  const why =
    stray.datasetId === first.datasetId
      ? `split its data in another way (${splitOf(stray)}) than run ${first.id} (${splitOf(first)})`
      : `was trained on other data than run ${first.id}`
  throw new UserError(`While ${doing}: run ${stray.id} ${why}; combine runs of the same data and split.`)
}

/** The runs of snapshots, each once, in their order. */
export function runsOf(read: Pick<StoreReads, 'run'>, snapshots: readonly SnapshotRecord[]): RunRecord[] {
  return [...new Set(snapshots.map(({ runId }) => runId))].map((id) => read.run(id))
}

function splitOf({ spec: { dataset }, elsewhere }: RunRecord): string {
  // Data that are not in the lab are told by their labels, which are all that is known of them.
  if (elsewhere?.labels !== undefined) return `labels ${elsewhere.labels.slice(0, 12)}`
  const { validation, test, seed } = dataset
  return `validation ${validation}, test ${test}, seed ${seed}`
}
