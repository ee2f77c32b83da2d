import type { PartScores } from '../../shared/api/ensembles.ts'
import { type Bump, bumpOf, heightAbove, lossesOf } from '../../shared/ensemble/bump.ts'
import { score } from '../../shared/ensemble/index.ts'
import type { ChoiceRule } from '../../shared/ensemble/memberChoices.ts'
import type { AverageAnswer } from '../../shared/run/average.ts'
import type { Predictions } from '../../shared/run/messages.ts'
import type { Catalogue } from '../datasets/index.ts'
import { type Devices, ranOn } from '../devices/index.ts'
import { runJob } from '../process/runJob.ts'
import type { EnsembleRecord, RunRecord, SnapshotRecord, Store } from '../store/types.ts'
import { refuseWeightless } from '../trainedElsewhere.ts'
import { createAverageLines, type MeasureAverageLines } from './averageLines.ts'
import { chooseMembers } from './chooseMembers.ts'
import { type EnsembleDetails, ensembleDetails } from './details.ts'
import { evaluate, evaluateMembers, plain } from './evaluate.ts'
import { LastKept } from './lastKept.ts'
import { createLines, type MeasureLine } from './line.ts'
import { createMixtureLosses } from './mixtureLosses.ts'
import type { EnsembleRequest, EnsembleResult, MembersRequest, SnapshotTable } from './result.ts'
import { snapshotTable } from './runsBySnapshots.ts'

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
  /**
   * Such a model itself with what it predicts, of members with the weights given, made in a process of its own.
   * @throws UserError when it cannot be built
   */
  averaged(members: MembersRequest['members']): Promise<AverageAnswer>
  /** The loss on the straight line between the weights of two snapshots, as it becomes known. @throws UserError */
  line: MeasureLine
  /** The same from each of three or more snapshots to the average of their weights. @throws UserError */
  averageLines: MeasureAverageLines
  /** N runs times M snapshots of each (SGDR's table). @throws UserError when they cannot be combined */
  runsBySnapshots(runIds: readonly string[]): SnapshotTable
  /** Members with shares, chosen by a rule on validation. @throws UserError without validation data, or of too many to try */
  choose(rule: ChoiceRule, snapshots: readonly SnapshotRecord[]): MembersRequest['members']
  /** What more is known of an ensemble of predictions; takes seconds for hundreds of members. */
  details(result: EnsembleResult): EnsembleDetails
  save(name: string, result: EnsembleResult): EnsembleRecord
}

type AverageScores = Pick<EnsembleResult, 'validation' | 'test' | 'bump'>

export function createEnsembleService(store: Store, catalogue: Catalogue, devices: Devices): EnsembleService {
  /** By their snapshots, so that looking first and saving then measures once. */
  const averages = new LastKept<AverageScores>(32)
  const mixtureLosses = createMixtureLosses(store, catalogue, devices)
  const average = async (run: RunRecord, members: MembersRequest['members']): Promise<AverageAnswer> => {
    const { folder } = await catalogue.resolve(run.datasetId)
    const choice = await devices.choose({ wanted: run.spec.device, ranOn: ranOn(run) })
    return runJob('average', {
      spec: run.spec,
      datasetFolder: folder,
      devices: choice.type === 'advice' ? choice.advice : { known: {} },
      stepsPerEpoch: run.planned.plan.stepsPerEpoch,
      members: members.map(({ snapshotId, weight }) => ({
        weight,
        tensors: [...store.read.snapshotModel(snapshotId).tensors],
      })),
    })
  }
  const measureAverage = async ({ run, members }: EnsembleResult): Promise<AverageScores> => {
    const averaged = await average(
      run,
      members.map(({ snapshot, weight }) => ({ snapshotId: snapshot.id, weight })),
    )
    const scoresOn = (part: Predictions['part']): PartScores | null => {
      const found = averaged.predictions.find((each) => each.part === part)
      return found === undefined ? null : plain(score(found.probs, found))
    }
    const bump = bumpAbove(store, members, averaged.predictions)
    return { validation: scoresOn('validation'), test: scoresOn('test'), ...(bump && { bump }) }
  }
  return {
    evaluate: (request) => evaluate(store, request),
    evaluateMembers: (request) => evaluateMembers(store, request),
    async averageWeights(request) {
      const result = evaluate(store, request)
      refuseWeightless('averaging weights', result.runs)
      const key = result.members.map(({ snapshot }) => snapshot.id).join()
      const scores = averages.get(key) ?? (await measureAverage(result))
      averages.keep(key, scores)
      return { ...result, method: 'weightAverage', ...scores }
    },
    averaged(members) {
      const [first] = members
      if (first === undefined) throw new Error('an average needs at least one member')
      refuseWeightless(
        'averaging weights',
        members.map(({ snapshotId }) => store.read.run(store.read.snapshot(snapshotId).runId)),
      )
      return average(store.read.run(store.read.snapshot(first.snapshotId).runId), members)
    },
    line: createLines(mixtureLosses),
    averageLines: createAverageLines(mixtureLosses),
    runsBySnapshots: (runIds) => snapshotTable(store, runIds),
    choose: (rule, snapshots) => chooseMembers(store, rule, snapshots),
    details: (result) => ensembleDetails(store, result),
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

/** Undefined where there is no validation part. */
function bumpAbove(
  { read }: Store,
  members: EnsembleResult['members'],
  averaged: readonly Predictions[],
): Bump | undefined {
  const own = averaged.find(({ part }) => part === 'validation')
  if (own === undefined) return undefined
  const others = members.flatMap(({ snapshot, weight }) => {
    const stored = read.predictions(snapshot.id, 'validation')
    return stored === undefined ? [] : [{ weight, losses: lossesOf(stored) }]
  })
  return others.length < members.length ? undefined : bumpOf(heightAbove(lossesOf(own), others))
}

function namedScores(part: string, scores: PartScores | null): Record<string, number | null> {
  if (scores === null) return {}
  return { [`${part}Nll`]: scores.nll, [`${part}Brier`]: scores.brier, [`${part}Ece`]: scores.ece }
}
