import { runsBySnapshots } from '../../shared/ensemble/runsBySnapshots.ts'
import { UserError } from '../../shared/errors.ts'
import type { Store } from '../store/types.ts'
import { loadPart } from './part.ts'
import type { SnapshotTable } from './result.ts'
import { refuseOtherSplits } from './sameSplit.ts'

/**
 * N runs times M snapshots, of stored probabilities, on test data where all kept some, else on validation data.
 * @throws UserError where one has no snapshots or was scored on other examples
 */
export function snapshotTable(store: Store, runIds: readonly string[]): SnapshotTable {
  const runs = runIds.map((id) => store.read.run(id))
  refuseOtherSplits('building ensembles of several runs', runs)
  const snapshots = runs.map(({ id }) => store.read.snapshots(id))
  const bare = snapshots.findIndex((each) => each.length === 0)
  if (bare !== -1 || runs.length === 0) {
    throw new UserError(
      `While building ensembles of several runs: run ${runs[bare]?.id ?? '(none)'} has no snapshots yet; wait until all of them have ended.`,
    )
  }
  const all = snapshots.flat()
  const test = loadPart(store, all, 'test')
  const part = test ?? loadPart(store, all, 'validation')
  if (part === undefined) {
    throw new UserError(
      `While building ensembles of several runs: run ${runs[0]?.id} kept neither validation nor test examples, so there are no stored predictions to combine.`,
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
