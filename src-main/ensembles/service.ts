import type { PartScores } from '../../shared/api/ensembles.ts'
import { score } from '../../shared/ensemble/index.ts'
import type { EnsembleMethod, PredictionMethod } from '../../shared/ensemble/methods.ts'
import type { Predictions } from '../../shared/run/messages.ts'
import type { Catalogue } from '../datasets/index.ts'
import { type Devices, ranOn } from '../devices/index.ts'
import { runJob } from '../process/runJob.ts'
import type { EnsembleRecord, RunRecord, SnapshotRecord, Store } from '../store/types.ts'
import { evaluate, evaluateMembers, plain } from './evaluate.ts'

export interface EnsembleMember {
  readonly snapshot: SnapshotRecord
  /** Shares of the members sum to 1. */
  readonly weight: number
  readonly validation: PartScores | null
  readonly test: PartScores | null
}

/** What an ensemble of stored snapshots is worth. Parts without examples are null. */
export interface EnsembleResult {
  readonly run: RunRecord
  readonly method: EnsembleMethod
  readonly members: readonly EnsembleMember[]
  readonly validation: PartScores | null
  readonly test: PartScores | null
  /** The best snapshot of the members' runs, member or not: what one would use without an ensemble. */
  readonly bestSingle: EnsembleMember
  /** What that was chosen by: test only where there is no validation part, and then its test score flatters it. */
  readonly bestChosenOn: 'validation' | 'test'
  /** The part by which the ensemble is judged: test, or validation where there is no test part. */
  readonly judgedOn: 'test' | 'validation'
  /** Ensembles of the last 1, 2, ... members by equal average, on the judged part. */
  readonly last: readonly (PartScores & { readonly size: number })[]
  /** On the judged part; the means are null for a single member. */
  readonly diversity: {
    readonly disagreement: number | null
    readonly errorCorrelation: number | null
    readonly qStatistic: number | null
    readonly oracleAccuracy: number
  }
}

export interface EnsembleRequest {
  readonly runId: string
  /** All snapshots of the run when absent. */
  readonly snapshotIds?: readonly number[]
  readonly method?: PredictionMethod
}

/** Named snapshots of one run or several. */
export interface MembersRequest {
  readonly method: PredictionMethod
  /** Weights are shares, scaled to sum to 1, and count for `weighted` alone. */
  readonly members: readonly { readonly snapshotId: number; readonly weight: number }[]
}

export interface EnsembleService {
  /** Arithmetic on stored probabilities: no model is loaded. @throws UserError for unknown or unusable members */
  evaluate(request: EnsembleRequest): EnsembleResult
  /**
   * The same of snapshots that may be of several runs, with the weights given; the run is that of the first.
   * @throws UserError also when they did not all answer the same examples
   */
  evaluateMembers(request: MembersRequest): EnsembleResult
  /**
   * One model whose weights are the plain mean of the members', its normalisation statistics recomputed over an epoch of
   * training data, in a process of its own. Unlike averaged predictions it may be far worse than any member: cycles
   * that ended in different valleys have no good model between them.
   * @throws UserError for unknown members, or when the model cannot be built
   */
  averageWeights(request: Omit<EnsembleRequest, 'method'>): Promise<EnsembleResult>
  save(name: string, result: EnsembleResult): EnsembleRecord
}

type AverageScores = Pick<EnsembleResult, 'validation' | 'test'>

/** Averages measured last whose scores are remembered, so that looking first and saving then measures once. */
const AVERAGES_KEPT = 32

export function createEnsembleService(store: Store, catalogue: Catalogue, devices: Devices): EnsembleService {
  /** By their snapshots, which never change. */
  const averages = new Map<string, AverageScores>()
  const measureAverage = async ({ run, members }: EnsembleResult): Promise<AverageScores> => {
    const { folder } = await catalogue.resolve(run.datasetId)
    const choice = await devices.choose({ wanted: run.spec.device, ranOn: ranOn(run) })
    const averaged = await runJob('average', {
      spec: run.spec,
      datasetFolder: folder,
      devices: choice.type === 'advice' ? choice.advice : { known: {} },
      stepsPerEpoch: run.position.plan.stepsPerEpoch,
      members: members.map(({ snapshot, weight }) => ({
        weight,
        tensors: [...store.read.snapshotModel(snapshot.id).tensors],
      })),
    })
    const scoresOn = (part: Predictions['part']): PartScores | null => {
      const found = averaged.predictions.find((each) => each.part === part)
      return found === undefined ? null : plain(score(found.probs, found))
    }
    return { validation: scoresOn('validation'), test: scoresOn('test') }
  }
  return {
    evaluate: (request) => evaluate(store, request),
    evaluateMembers: (request) => evaluateMembers(store, request),
    async averageWeights(request) {
      const result = evaluate(store, request)
      const key = result.members.map(({ snapshot }) => snapshot.id).join()
      const scores = averages.get(key) ?? (await measureAverage(result))
      averages.set(key, scores)
      const [oldest = key] = averages.keys()
      if (averages.size > AVERAGES_KEPT) averages.delete(oldest)
      return { ...result, method: 'weightAverage', ...scores }
    },
    save: (name, result) =>
      store.write.saveEnsemble({
        name,
        method: result.method,
        members: result.members.map(({ snapshot, weight }) => ({ snapshotId: snapshot.id, weight })),
        valAccuracy: result.validation?.accuracy ?? null,
        testAccuracy: result.test?.accuracy ?? null,
        scores: {
          bestSingleTestAccuracy: result.bestSingle.test?.accuracy ?? null,
          ...namedScores('val', result.validation),
          ...namedScores('test', result.test),
        },
      }),
  }
}

function namedScores(part: string, scores: PartScores | null): Record<string, number | null> {
  if (scores === null) return {}
  return { [`${part}Nll`]: scores.nll, [`${part}Brier`]: scores.brier, [`${part}Ece`]: scores.ece }
}
