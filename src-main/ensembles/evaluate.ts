import type { PartScores } from '../../shared/api/ensembles.ts'
import {
  combine,
  diversity,
  greedySelection,
  lastM,
  type Scores,
  score,
} from '../../shared/ensemble/index.ts'
import type { PredictionMethod } from '../../shared/ensemble/methods.ts'
import { selectionRounds } from '../../shared/ensemble/select.ts'
import { UserError } from '../../shared/errors.ts'
import { bestInOrder } from '../../shared/run/best.ts'
import type { Predictions } from '../../shared/run/messages.ts'
import type { RunRecord, SnapshotRecord, Store } from '../store/types.ts'
import { refuseBare } from '../trainedElsewhere.ts'
import { loadPart, type Part } from './part.ts'
import type { EnsembleMember, EnsembleRequest, EnsembleResult, MembersRequest } from './result.ts'
import { refuseOtherSplits, runsOf } from './sameSplit.ts'

/* Arithmetic on stored probabilities: no model is loaded. */

type How = Parameters<typeof combine>[2]

/** An ensemble of one run's snapshots. @throws UserError for unknown or unusable members */
export function evaluate(
  store: Store,
  { runId, snapshotIds, method = 'average' }: EnsembleRequest,
): EnsembleResult {
  const run = store.read.run(runId)
  const snapshots = chooseSnapshots(store, run, snapshotIds)
  const parts = loadParts(store, run, snapshots)
  const weights = weightsFor(method, snapshots.length, parts.validation)
  return judge(store, { run, method, snapshots, parts, weights })
}

/** An ensemble of snapshots named one by one, of one run or several. @throws UserError */
export function evaluateMembers(store: Store, { method, members }: MembersRequest): EnsembleResult {
  const weightOf = new Map(members.map(({ snapshotId, weight }) => [snapshotId, weight]))
  if (members.length === 0 || weightOf.size !== members.length) {
    const received = members.map(({ snapshotId }) => snapshotId).join(', ') || 'none'
    throw new UserError(`While building the ensemble: name each snapshot once (received ${received}).`)
  }
  const snapshots = inOrder(members.map(({ snapshotId }) => store.read.snapshot(snapshotId)))
  const [first] = snapshots
  if (first === undefined) throw new Error('no snapshot among members')
  const run = store.read.run(first.runId)
  refuseOtherSplits('building the ensemble', runsOf(store.read, snapshots))
  const raw = snapshots.map(({ id }) => (method === 'weighted' ? (weightOf.get(id) ?? 0) : 1))
  const sum = raw.reduce((total, weight) => total + weight, 0)
  const weights = raw.map((weight) => weight / sum)
  return judge(store, { run, method, snapshots, parts: loadParts(store, run, snapshots), weights })
}

/** Run by run as they are named, and by step within each. */
function inOrder(snapshots: readonly SnapshotRecord[]): SnapshotRecord[] {
  const runs = [...new Set(snapshots.map(({ runId }) => runId))]
  return snapshots.toSorted((a, b) => runs.indexOf(a.runId) - runs.indexOf(b.runId) || a.step - b.step)
}

interface Parts {
  readonly validation: Part | undefined
  readonly test: Part | undefined
  readonly judgedOn: 'test' | 'validation'
  readonly judged: Part
}

function loadParts(store: Store, run: RunRecord, snapshots: readonly SnapshotRecord[]): Parts {
  const validation = loadPart(store, snapshots, 'validation')
  const test = loadPart(store, snapshots, 'test')
  const judged = test ?? validation
  if (judged === undefined) {
    throw new UserError(
      `While building the ensemble: run ${run.id} kept neither validation nor test examples, so there are no stored predictions to combine.`,
    )
  }
  return { validation, test, judged, judgedOn: test === undefined ? 'validation' : 'test' }
}

interface Judging {
  readonly run: RunRecord
  readonly method: PredictionMethod
  readonly snapshots: readonly SnapshotRecord[]
  readonly parts: Parts
  readonly weights: readonly number[]
}

function judge(store: Store, { run, method, snapshots, parts, weights }: Judging): EnsembleResult {
  const { validation, test, judged, judgedOn } = parts
  const how = howOf(method, weights)
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
    runs: runsOf(store.read, snapshots),
    method,
    members,
    validation: scoreCombined(validation, how),
    test: scoreCombined(test, how),
    ...bestSingle(store, members),
    judgedOn,
    last: lastM(judged.members, judged.truth).map(({ size, scores }) => ({ size, ...plain(scores) })),
    diversity: {
      disagreement: meanPairwiseDisagreement,
      errorCorrelation: meanPairwiseErrorCorrelation,
      qStatistic: meanPairwiseQStatistic,
      oracleAccuracy,
    },
  }
}

/** Of all snapshots of the members' runs, by validation where there is any. */
function bestSingle(
  store: Store,
  members: readonly EnsembleMember[],
): Pick<EnsembleResult, 'bestSingle' | 'bestChosenOn'> {
  const runIds = [...new Set(members.map(({ snapshot }) => snapshot.runId))]
  const all = runIds.flatMap((id) => store.read.snapshots(id))
  const memberOf = ({ id }: SnapshotRecord): EnsembleMember | undefined =>
    members.find(({ snapshot }) => snapshot.id === id)
  const best = bestInOrder(
    all.map((snapshot) => {
      const member = memberOf(snapshot)
      return {
        valAccuracy: member?.validation?.accuracy ?? snapshot.valAccuracy,
        testAccuracy: member?.test?.accuracy ?? snapshot.testAccuracy,
      }
    }),
  )
  const snapshot = best && all[best.index]
  if (snapshot === undefined || best === undefined)
    throw new Error('An ensemble with stored predictions has a snapshot with scores.')
  const member = memberOf(snapshot)
  const scoresOn = (part: Predictions['part']): PartScores | null =>
    partScores(loadPart(store, [snapshot], part)?.scores[0])
  return {
    bestSingle: member ?? { snapshot, weight: 0, validation: scoresOn('validation'), test: scoresOn('test') },
    bestChosenOn: best.part,
  }
}

function chooseSnapshots(
  store: Store,
  run: RunRecord,
  wanted: readonly number[] | undefined,
): SnapshotRecord[] {
  const all = store.read.snapshots(run.id)
  refuseBare('building the ensemble', run, all)
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
    sortedStart: true,
  })
  return bestPrefixCounts.map((picked) => picked / bestPrefixLength)
}

export function howOf(method: PredictionMethod, weights: readonly number[]): How {
  if (method === 'logitAverage') return { kind: 'geometric' }
  return method === 'weighted' ? { kind: 'weighted', weights } : { kind: 'mean' }
}

function scoreCombined(part: Part | undefined, how: How): PartScores | null {
  if (part === undefined) return null
  return plain(score(combine(part.members, part.truth.classes, how), part.truth))
}

function partScores(scores: Scores | undefined): PartScores | null {
  return scores === undefined ? null : plain(scores)
}

export function plain({ accuracy, nll, brier, ece }: Scores): PartScores {
  return { accuracy, nll, brier, ece }
}
