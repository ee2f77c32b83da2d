import type { RunSummary } from '../../shared/api/runs.ts'
import type { RunRecord, StoreReads } from '../store/types.ts'

export function summarise(read: StoreReads, run: RunRecord): RunSummary {
  const epochs = read.epochs(run.id)
  const score = (e: (typeof epochs)[number]): number => e.valAccuracy ?? e.testAccuracy ?? e.trainAccuracy
  let best = epochs[0]
  for (const epoch of epochs) if (best === undefined || score(epoch) > score(best)) best = epoch
  const [ensemble] = read
    .ensembles(run.id)
    .toSorted((a, b) => (b.testAccuracy ?? b.valAccuracy ?? 0) - (a.testAccuracy ?? a.valAccuracy ?? 0))
  const { hostId: _h, finalWeightsSha256: _w, ...rest } = run
  return {
    ...rest,
    last: epochs.at(-1) ?? null,
    best: best ?? null,
    spark: epochs.slice(-48).map((e) => e.valAccuracy ?? e.trainAccuracy),
    snapshots: read.snapshots(run.id),
    ensemble: ensemble ?? null,
  }
}
