import { ELSEWHERE_DATASET, type RunElsewhere, runElsewhere } from '../../shared/run/elsewhere.ts'
import { runSpec } from '../../shared/run/spec.ts'
import type { NewRun, RunRecord, Store } from '../store/types.ts'

export interface NewElsewhere {
  /** Up to 200 characters. */
  readonly name: string
  readonly elsewhere: Pick<RunElsewhere, 'from' | 'path'> & Partial<RunElsewhere>
}

/**
 * Creates a run that another program trained, or trains: it is running, and this host's, until `setStatus` ends it. What
 * comes of it is stored by `write.putElsewhere`. Where the host closes before, the run is interrupted, and `claimRun` goes on
 * with it.
 */
export function createElsewhere(store: Store, { name, elsewhere }: NewElsewhere): RunRecord {
  const { id } = store.write.createRun(standIn(name, runElsewhere.parse(elsewhere)))
  return store.write.claimRun(id)
}

/** No door shows anything of this spec and this plan. */
function standIn(name: string, elsewhere: RunElsewhere): NewRun {
  const spec = runSpec.parse({
    name,
    dataset: { name: ELSEWHERE_DATASET, validation: 0, test: 0 },
    model: { kind: 'softmax' },
    schedule: { kind: 'constant', lr: 1 },
    budget: { steps: 1 },
    snapshots: { at: 'last' },
  })
  return {
    spec,
    kind: 'elsewhere',
    datasetId: ELSEWHERE_DATASET,
    plan: { totalSteps: 1, stepsPerEpoch: 1, scheduleSteps: 1 },
    totalSteps: 1,
    elsewhere,
  }
}
