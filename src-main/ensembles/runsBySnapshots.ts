import { runsBySnapshots } from '../../shared/ensemble/runsBySnapshots.ts'
import { UserError } from '../../shared/errors.ts'
import type { Store } from '../store/types.ts'
import { refuseBare } from '../trainedElsewhere.ts'
import { loadPart } from './part.ts'
import type { SnapshotTable } from './result.ts'
import { refuseOtherSplits } from './sameSplit.ts'

/**
 * N runs times M snapshots, of stored probabilities, on test data where all kept some, else on validation data.
 * @throws UserError where one has no snapshots or was scored on other examples
 */
export function snapshotTable(store: Store, runIds: readonly string[]): SnapshotTable {
  const runs = runIds.map((id) => store.read.run(id))
  const doing = 'building ensembles of several runs'
  if (runs.length === 0) throw new UserError(`While ${doing}: name at least one run (received none).`)
  const snapshots = runs.map((run) => {
    const own = store.read.snapshots(run.id)
    refuseBare(doing, run, own)
    return own
  })
  refuseOtherSplits(doing, runs)
  const all = snapshots.flat()
  const test = loadPart(store, all, 'test')
  const part = test ?? loadPart(store, all, 'validation')
  if (part === undefined) {
    throw new UserError(
      `While ${doing}: run ${runs[0]?.id} kept neither validation nor test examples, so there are no stored predictions to combine.`,
    )
  }
  let taken = 0
  const members = snapshots.map((each) => {
    taken += each.length
    return part.members.slice(taken - each.length, taken)
  })
  return {
    runIds: runs.map(({ id }) => id),
    judgedOn: test === undefined ? 'validation' : 'test',
    cells: runsBySnapshots(members, part.truth),
  }
}
