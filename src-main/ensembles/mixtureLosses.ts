import { isDeepStrictEqual } from 'node:util'
import { UserError } from '../../shared/errors.ts'
import { type LineTold, lineTold } from '../../shared/run/line.ts'
import type { Catalogue } from '../datasets/index.ts'
import { type Devices, ranOn } from '../devices/index.ts'
import { jobParts } from '../process/jobParts.ts'
import type { RunRecord, Store } from '../store/types.ts'
import { refuseWeightless } from '../trainedElsewhere.ts'
import { refuseOtherSplits } from './sameSplit.ts'

export interface MixturesAsked {
  /** As in "While measuring ...". */
  readonly doing: string
  readonly snapshotIds: readonly number[]
  /** Each one share a snapshot, summing to 1, in the order in which they are measured. */
  readonly mixtures: readonly (readonly number[])[]
}

/** Validation losses of models whose weights are mixtures of snapshots', in a process of its own. */
export type MixtureLosses = (
  asked: MixturesAsked,
  signal: AbortSignal | undefined,
) => AsyncGenerator<LineTold, void, undefined>

export function createMixtureLosses({ read }: Store, catalogue: Catalogue, devices: Devices): MixtureLosses {
  return async function* ({ doing, snapshotIds, mixtures }, signal) {
    refuseTwice(doing, snapshotIds)
    const runs = snapshotIds.map((id) => read.run(read.snapshot(id).runId))
    refuseOtherNetworks(doing, runs)
    const [run] = runs
    if (run === undefined) throw new Error('a mixture has snapshots')
    const { folder } = await catalogue.resolve(run.datasetId)
    const choice = await devices.choose({ wanted: run.spec.device, ranOn: ranOn(run) })
    const request = {
      spec: run.spec,
      datasetFolder: folder,
      devices: choice.type === 'advice' ? choice.advice : { known: {} },
      stepsPerEpoch: run.planned.plan.stepsPerEpoch,
      models: snapshotIds.map((id) =>
        [...read.snapshotModel(id).tensors].filter(({ role }) => role === 'weight'),
      ),
      mixtures: mixtures.map((shares) => [...shares]),
    }
    yield* jobParts('line', request, lineTold, { ...(signal && { signal }) })
  }
}

function refuseTwice(doing: string, ids: readonly number[]): void {
  const twice = ids.find((id, place) => ids.indexOf(id) < place)
  if (twice === undefined) return
  const rule = ids.length === 2 ? 'they must be two' : 'name each snapshot once'
  throw new UserError(`While ${doing}: ${rule} (received ${twice} twice); choose another one.`)
}

/** @throws UserError where they are not models of one network on the same data and split */
function refuseOtherNetworks(doing: string, runs: readonly RunRecord[]): void {
  refuseWeightless(doing, runs)
  refuseOtherSplits(doing, runs)
  const [first] = runs
  const other = runs.find(({ spec }) => !isDeepStrictEqual(spec.model, first?.spec.model))
  if (other !== undefined)
    throw new UserError(
      `While ${doing}: run ${other.id} has another network than run ${first?.id}; choose snapshots of one network.`,
    )
}
