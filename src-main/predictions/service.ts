import type { Predictor } from '../../shared/api/predictions.ts'
import type { PredictionMethod } from '../../shared/ensemble/methods.ts'
import { UserError } from '../../shared/errors.ts'
import {
  type PredictAnswer,
  type PredictSource,
  type PredictTold,
  predictTold,
} from '../../shared/run/predict.ts'
import { type Devices, ranOn } from '../devices/index.ts'
import type { EnsembleService } from '../ensembles/service.ts'
import { type DatasetInput, readInput } from '../export/datasetInput.ts'
import { jobParts } from '../process/jobParts.ts'
import type { RunRecord, Store } from '../store/types.ts'
import { refuseWeightless } from '../trainedElsewhere.ts'

/** Predictions under way. */
export interface Predicting {
  readonly classes: readonly string[]
  /** What the models take: images of a shape, or the columns of a table. */
  readonly input: DatasetInput
  /** Batch by batch; its end has the counts. Whoever takes no more ends the process behind it. */
  readonly parts: AsyncGenerator<PredictTold, PredictAnswer, undefined>
}

export interface PredictionService {
  /** What a predictor takes and tells apart. @throws UserError where there is none */
  inputOf(predictor: Predictor): DatasetInput
  /**
   * A model's or an ensemble's answer to examples of a user's own, in the preprocessing that it was trained with, in a
   * process of its own. An average of weights is made anew first.
   * @throws UserError for an unknown predictor, or one whose weights are not here
   */
  predict(predictor: Predictor, source: PredictSource, signal?: AbortSignal): Promise<Predicting>
}

export function createPredictionService(
  { read }: Store,
  devices: Devices,
  ensembles: Pick<EnsembleService, 'averaged'>,
): PredictionService {
  const inputOf = (predictor: Predictor): DatasetInput => inputOfRun(firstRun(usable(predictor).members))
  const inputOfRun = (run: RunRecord): DatasetInput => {
    const stored = read.datasets().find(({ id }) => id === run.datasetId)
    if (stored !== undefined) return readInput(stored.meta, run.datasetId)
    throw new UserError(`While predicting with run ${run.id}: its data set ${run.datasetId} is unknown.`)
  }
  const firstRun = (members: readonly Member[]): RunRecord => {
    const [first] = members
    if (first === undefined) throw new Error('a predictor has at least one member')
    return read.run(read.snapshot(first.snapshotId).runId)
  }
  const membersOf = (predictor: Predictor): Members => {
    if (predictor.type === 'snapshot')
      return { method: 'average', members: [{ snapshotId: read.snapshot(predictor.id).id, weight: 1 }] }
    const found = read.ensembles().find(({ id }) => id === predictor.id)
    if (found !== undefined) return found
    throw new UserError(
      `While predicting: there is no ensemble ${predictor.id}; see "anneal ensembles list".`,
    )
  }
  const usable = (predictor: Predictor): Members => {
    const found = membersOf(predictor)
    refuseWeightless(
      'predicting',
      found.members.map(({ snapshotId }) => read.run(read.snapshot(snapshotId).runId)),
    )
    return found
  }
  return {
    inputOf,
    async predict(predictor, source, signal) {
      const { method, members } = usable(predictor)
      const run = firstRun(members)
      const input = inputOfRun(run)
      const stored = members.map(({ snapshotId, weight }) => {
        const { tensors, normalisation } = read.snapshotModel(snapshotId)
        return {
          spec: read.run(read.snapshot(snapshotId).runId).spec.model,
          weight,
          tensors: tensors.filter(({ role }) => role === 'weight'),
          normalisation: { mean: [...normalisation.mean], std: [...normalisation.std] },
        }
      })
      const [first] = stored
      if (first === undefined) throw new Error('a predictor has at least one member')
      const own =
        method === 'weightAverage'
          ? [{ ...first, weight: 1, tensors: (await ensembles.averaged(members)).tensors }]
          : stored
      const choice = await devices.choose({ wanted: run.spec.device, ranOn: ranOn(run) })
      const { kind, shape, dtype, columns, classes } = input
      const request = {
        device: run.spec.device,
        devices: choice.type === 'advice' ? choice.advice : { known: {} },
        input: { kind, shape: [...shape], dtype, classes: classes.length, ...(columns && { columns }) },
        members: own,
        method: method === 'weightAverage' ? ('average' as const) : method,
        source,
      }
      return {
        classes,
        input,
        parts: jobParts('predict', request, predictTold, { ...(signal && { signal }) }),
      }
    },
  }
}

interface Member {
  readonly snapshotId: number
  readonly weight: number
}

interface Members {
  readonly method: PredictionMethod | 'weightAverage'
  readonly members: readonly Member[]
}
