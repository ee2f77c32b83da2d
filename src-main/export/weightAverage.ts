import type { AverageAnswer } from '../../shared/run/average.ts'
import type { SnapshotRecord, Store } from '../store/types.ts'
import { describeUse, type ExportedFile, inputOf, modelFiles, type SnapshotFormat } from './model.ts'

/**
 * The model of averaged weights in an open format, with what is needed to use it, its scores and its members.
 * @param members snapshots of one model, whose average `averaged` is; their shares sum to 1
 */
export function exportWeightAverage(
  { read }: Store,
  members: readonly { readonly snapshot: SnapshotRecord; readonly weight: number }[],
  { tensors, ...averaged }: AverageAnswer,
  format: SnapshotFormat,
): ExportedFile[] {
  const [first] = members
  if (first === undefined) throw new Error('an average has at least one member')
  const run = read.run(first.snapshot.runId)
  const { normalisation } = read.snapshotModel(first.snapshot.id)
  const input = inputOf(read, run)
  const metadata = {
    program: 'Anneal',
    run: run.id,
    runName: run.name,
    model: run.spec.model.kind,
    weights: 'mean of the weights of the members, normalisation statistics recomputed',
    members: members.map(({ weight, snapshot: { id, runId, cycle, step, weightsSha256 } }) => ({
      ...{ weight, run: runId, snapshot: id, cycle, step, weightsSha256 },
    })),
    valAccuracy: averaged.valAccuracy,
    testAccuracy: averaged.testAccuracy,
    weightsSha256: averaged.weightsSha256,
    ...describeUse(input, normalisation),
  }
  return modelFiles({ run, tensors, normalisation, input, metadata }, format)
}
