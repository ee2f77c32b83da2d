import {
  bestSingle,
  combine,
  diversity,
  greedySelection,
  lastM,
  type Member,
  type Scores,
  score,
  type Truth,
} from '../../shared/ensemble/index.ts'
import { UserError } from '../../shared/errors.ts'
import type { Predictions } from '../../shared/run/messages.ts'
import type { Catalogue } from '../datasets/index.ts'
import type { EnsembleRecord, RunRecord, SnapshotRecord, Store } from '../store/types.ts'
import { averageInProcess } from './averageProcess.ts'

/** Ways to combine what the members predict. */
export type PredictionMethod = 'average' | 'logitAverage' | 'weighted'
/** Besides those: one model whose weights are the mean of the members'. */
export type EnsembleMethod = PredictionMethod | 'weightAverage'

/** Scores of one predictor on one part of the data. */
export interface PartScores {
  /** In 0..1. */
  readonly accuracy: number
  /** Nats. */
  readonly nll: number
  /** 0..2 */
  readonly brier: number
  /** 0..1, over 15 bins. */
  readonly ece: number
}

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
  /** The best member on the judged part: the highest bar there is, since nobody could have picked it beforehand. */
  readonly bestSingle: EnsembleMember
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

export interface EnsembleService {
  /** Arithmetic on stored probabilities: no model is loaded. @throws UserError for unknown or unusable members */
  evaluate(request: EnsembleRequest): EnsembleResult
  /**
   * One model whose weights are the plain mean of the members', its normalisation statistics recomputed over an epoch of
   * training data, in a process of its own. Unlike averaged predictions it may be far worse than any member: cycles
   * that ended in different valleys have no good model between them.
   * @throws UserError for unknown members, or when the model cannot be built
   */
  averageWeights(request: Omit<EnsembleRequest, 'method'>): Promise<EnsembleResult>
  save(name: string, result: EnsembleResult): EnsembleRecord
}

export function createEnsembleService(store: Store, catalogue: Catalogue): EnsembleService {
  return {
    evaluate: (request) => evaluate(store, request),
    async averageWeights(request) {
      const result = evaluate(store, request)
      const { run, members } = result
      const { folder } = await catalogue.resolve(run.datasetId)
      const averaged = await averageInProcess({
        spec: run.spec,
        datasetFolder: folder,
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
      return {
        ...result,
        method: 'weightAverage',
        validation: scoresOn('validation'),
        test: scoresOn('test'),
      }
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

type How = Parameters<typeof combine>[2]

/** Rounds of greedy selection: enough for shares as fine as 2 %. */
const selectionRounds = 50

function evaluate(store: Store, { runId, snapshotIds, method = 'average' }: EnsembleRequest): EnsembleResult {
  const run = store.read.run(runId)
  const snapshots = chooseSnapshots(store, run, snapshotIds)
  const validation = loadPart(store, snapshots, 'validation')
  const test = loadPart(store, snapshots, 'test')
  const judged = test ?? validation
  if (judged === undefined) {
    throw new UserError(
      `While building the ensemble: run ${run.id} kept neither validation nor test examples, so there are no stored predictions to combine.`,
    )
  }
  const weights = weightsFor(method, snapshots.length, validation)
  const how: How =
    method === 'logitAverage'
      ? { kind: 'geometric' }
      : method === 'weighted'
        ? { kind: 'weighted', weights }
        : { kind: 'mean' }
  const members = snapshots.map((snapshot, i) => ({
    snapshot,
    weight: weights[i] ?? 0,
    validation: partScores(validation?.scores[i]),
    test: partScores(test?.scores[i]),
  }))
  const { meanPairwiseDisagreement, meanPairwiseErrorCorrelation, meanPairwiseQStatistic, oracleAccuracy } =
    diversity(judged.members, judged.truth)
  return {
    run,
    method,
    members,
    validation: scoreCombined(validation, how),
    test: scoreCombined(test, how),
    bestSingle: memberAt(members, bestSingle(judged.scores)),
    judgedOn: test === undefined ? 'validation' : 'test',
    last: lastM(judged.members, judged.truth).map(({ size, scores }) => ({ size, ...plain(scores) })),
    diversity: {
      disagreement: meanPairwiseDisagreement,
      errorCorrelation: meanPairwiseErrorCorrelation,
      qStatistic: meanPairwiseQStatistic,
      oracleAccuracy,
    },
  }
}

function chooseSnapshots(
  store: Store,
  run: RunRecord,
  wanted: readonly number[] | undefined,
): SnapshotRecord[] {
  const all = store.read.snapshots(run.id)
  if (all.length === 0) {
    throw new UserError(
      `While building the ensemble: run ${run.id} has no snapshots yet; they are taken at the ends of cycles.`,
    )
  }
  if (wanted === undefined) return all
  const known = all.map(({ id }) => id).join(', ')
  if (new Set(wanted).size !== wanted.length || wanted.length === 0) {
    throw new UserError(
      `While building the ensemble: name each snapshot once (received ${wanted.join(', ') || 'none'}); run ${run.id} has ${known}.`,
    )
  }
  return wanted
    .map((id) => {
      const found = all.find((snapshot) => snapshot.id === id)
      if (found !== undefined) return found
      throw new UserError(
        `While building the ensemble: snapshot ${id} does not belong to run ${run.id}; its snapshots are ${known}.`,
      )
    })
    .sort((a, b) => a.step - b.step)
}

interface Part {
  readonly members: readonly Member[]
  readonly truth: Truth
  readonly scores: readonly Scores[]
}

/** Undefined where the run keeps no such part. */
function loadPart(
  store: Store,
  snapshots: readonly SnapshotRecord[],
  part: Predictions['part'],
): Part | undefined {
  const found = snapshots.flatMap(({ id }) => {
    const predictions = store.read.predictions(id, part)
    return predictions === undefined || predictions.labels.length === 0 ? [] : [predictions]
  })
  const [first] = found
  if (first === undefined || found.length < snapshots.length) return undefined
  const truth = { labels: first.labels, classes: first.classes }
  return { members: found, truth, scores: found.map(({ probs }) => score(probs, truth)) }
}

function weightsFor(method: PredictionMethod, count: number, validation: Part | undefined): number[] {
  if (method !== 'weighted') return new Array<number>(count).fill(1 / count)
  if (validation === undefined) {
    throw new UserError(
      'While building the ensemble: weights are chosen on validation data, and this run kept none; use the average.',
    )
  }
  const { bestPrefixCounts, bestPrefixLength } = greedySelection(validation.members, validation.truth, {
    metric: 'nll',
    rounds: selectionRounds,
  })
  return bestPrefixCounts.map((picked) => picked / bestPrefixLength)
}

function scoreCombined(part: Part | undefined, how: How): PartScores | null {
  if (part === undefined) return null
  return plain(score(combine(part.members, part.truth.classes, how), part.truth))
}

function memberAt(members: readonly EnsembleMember[], index: number): EnsembleMember {
  const member = members[index]
  if (member === undefined) throw new Error(`no member ${index} among ${members.length}`)
  return member
}

function partScores(scores: Scores | undefined): PartScores | null {
  return scores === undefined ? null : plain(scores)
}

function plain({ accuracy, nll, brier, ece }: Scores): PartScores {
  return { accuracy, nll, brier, ece }
}

function namedScores(part: string, scores: PartScores | null): Record<string, number | null> {
  if (scores === null) return {}
  return { [`${part}Nll`]: scores.nll, [`${part}Brier`]: scores.brier, [`${part}Ece`]: scores.ece }
}
