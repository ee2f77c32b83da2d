import type { PartScores } from '../../shared/api/ensembles.ts'
import type { RateTestView } from '../../shared/api/studies.ts'
import { methodWords } from '../../shared/ensemble/methods.ts'
import { bestOf, type Scored } from '../../shared/run/best.ts'
import { buildTimetable } from '../../shared/run/plan.ts'
import type { Core } from '../core.ts'
import type { EnsembleMember, EnsembleResult } from '../ensembles/result.ts'
import { viewRateTest } from '../runs/rateTestView.ts'
import type { EnsembleRecord, RunRecord, SnapshotRecord, StoreReads } from '../store/types.ts'
import { kernelReport } from './kernelText.ts'
import { lineageReport } from './lineageText.ts'

/** A run as `train --json` and `runs show --json` print it. Steps count from 0, epochs and cycles from 1. */
export function runReport(core: Pick<Core, 'store'>, run: RunRecord) {
  const { schedule, stepsPerEpoch } = buildTimetable(run.spec, run.planned)
  const epochs = core.store.read.epochs(run.id)
  const snapshots = core.store.read.snapshots(run.id)
  const kernels = core.store.read.kernels(run.id)
  return {
    ...runHead(run),
    stepsPerEpoch,
    attempt: run.attempt,
    finalWeightsSha256: run.finalWeightsSha256,
    datasetId: run.datasetId,
    model: run.spec.model.kind,
    parameters: run.parameters,
    seed: run.spec.seed,
    /** The run it came from; null where it came from none. */
    origin: run.origin,
    /** The weights it was given to begin with; null where it draws them or has them from its parent. */
    initialWeights: run.initial,
    device: run.device,
    deviceReason: run.deviceReason,
    /** What the kernels of a step take; null where that was not measured. */
    kernels: kernels === null ? null : kernelReport(kernels),
    schedule: {
      kind: run.spec.schedule.kind,
      summary: schedule.summary,
      cycles: schedule.cycles.length,
      edits: run.planned.edits,
    },
    best: bestReport(run, stepsPerEpoch, [...epochs, ...snapshots]),
    epochs,
    snapshots: snapshots.map(snapshotReport),
    /** The run with all that it came from and that came from those; empty where there are none. */
    lineage: lineageReport(core.store.read, run),
    rateTest: run.rateTest === null ? null : findings(viewRateTest(core.store.read, run)),
    tags: run.tags,
    note: run.note,
    createdAt: isoTime(run.createdAt),
    startedAt: isoTime(run.startedAt),
    endedAt: isoTime(run.endedAt),
    database: core.store.path,
  }
}

/** A run as `runs list --json` prints it. */
export function runListReport(run: RunRecord) {
  const { createdAt, endedAt, elsewhere } = run
  if (elsewhere !== null)
    return { ...runHead(run), elsewhere, createdAt: isoTime(createdAt), endedAt: isoTime(endedAt) }
  return {
    ...runHead(run),
    datasetId: run.datasetId,
    model: run.spec.model.kind,
    schedule: run.spec.schedule.kind,
    createdAt: isoTime(run.createdAt),
    endedAt: isoTime(run.endedAt),
  }
}

/** A range test as `find-lr --json` prints it: the loss and its smoothing are null where they are no number. */
export function rateTestReport(run: RunRecord, view: RateTestView) {
  return {
    runId: run.id,
    points: view.points.map(({ step, lr, loss, smoothed }) => ({ step, lr, loss, smoothed })),
    ...findings(view),
    /** Of each point's batch, in 0..1. */
    accuracy: view.points.map(({ accuracy }) => accuracy),
    status: run.status,
    reason: run.reason,
    origin: run.origin,
    device: run.device,
  }
}

function findings({ stoppedAt, suggestions, bounds, warnings, settings }: RateTestView) {
  const { valley, steep, minimum, slide } = suggestions
  return { stoppedAt, suggestions: { valley, steep, minimum, slide }, bounds, warnings, settings }
}

function runHead(run: RunRecord) {
  return {
    runId: run.id,
    name: run.name,
    kind: run.kind,
    status: run.status,
    reason: run.reason,
    /** Steps applied. */
    steps: run.stepsDone,
    totalSteps: run.totalSteps,
    /** The machine that it trains on, where that is another one; null for one of here. */
    place: run.place,
  }
}

export function snapshotReport(snapshot: SnapshotRecord) {
  const { id, cycle, step, lr, valAccuracy, testAccuracy, valLoss, testLoss, weightsSha256, bytes, ema } =
    snapshot
  return { id, cycle, step, lr, valAccuracy, testAccuracy, valLoss, testLoss, weightsSha256, bytes, ema }
}

/**
 * The run's best evaluation and the part of the data it was chosen by; `epoch` is the one that ends with it, or the one in
 * whose middle a cycle ended.
 */
function bestReport({ spec }: RunRecord, stepsPerEpoch: number, evaluations: readonly Scored[]) {
  const best = bestOf(evaluations, spec.dataset.validation > 0)
  if (best === undefined) return null
  const { step, valAccuracy, testAccuracy, trainAccuracy = null } = best.evaluation
  return {
    part: best.part,
    epoch: Math.ceil((step + 1) / stepsPerEpoch),
    step,
    valAccuracy,
    testAccuracy,
    trainAccuracy,
  }
}

/** An ensemble as `anneal ensemble --json` prints it. NLL in nats, Brier 0..2, ECE over 15 bins; all of `judgedOn`. */
export function ensembleReport(result: EnsembleResult) {
  const judged = result[result.judgedOn]
  const best = result.bestSingle[result.judgedOn]
  return {
    runId: result.run.id,
    method: methodWords[result.method].option,
    members: result.members.map(memberReport),
    valAccuracy: result.validation?.accuracy ?? null,
    testAccuracy: result.test?.accuracy ?? null,
    judgedOn: result.judgedOn,
    nll: judged?.nll ?? null,
    brier: judged?.brier ?? null,
    ece: judged?.ece ?? null,
    /** The best snapshot of the run, member or not. */
    bestSingle: { ...memberReport(result.bestSingle), nll: best?.nll ?? null, chosenOn: result.bestChosenOn },
    /** Of accuracy over that snapshot, on `judgedOn`. */
    gain: judged && best ? judged.accuracy - best.accuracy : null,
    last: result.last.map(({ size, ...scores }) => ({
      m: size,
      [result.judgedOn === 'test' ? 'testAccuracy' : 'valAccuracy']: scores.accuracy,
      ...rest(scores),
    })),
    diversity: result.diversity,
    /** Of averaged weights: validation loss above the mean of the members' losses, in nats. */
    ...(result.bump && { bump: result.bump }),
  }
}

/** A kept ensemble as `ensembles list --json` prints it; its members are all of one run. */
export function ensembleListReport(read: StoreReads, ensemble: EnsembleRecord) {
  const members = ensemble.members.map(({ snapshotId, weight }) => {
    const { runId, cycle } = read.snapshot(snapshotId)
    return { runId, snapshotId, cycle, weight }
  })
  return {
    ensembleId: ensemble.id,
    name: ensemble.name,
    runId: members[0]?.runId ?? null,
    method: methodWords[ensemble.method].option,
    members: members.map(({ runId: _, ...member }) => member),
    valAccuracy: ensemble.valAccuracy,
    testAccuracy: ensemble.testAccuracy,
    ...ensemble.scores,
    createdAt: isoTime(ensemble.createdAt),
  }
}

function memberReport({ snapshot, weight, validation, test }: EnsembleMember) {
  return {
    snapshotId: snapshot.id,
    cycle: snapshot.cycle,
    step: snapshot.step,
    weight,
    valAccuracy: validation?.accuracy ?? null,
    testAccuracy: test?.accuracy ?? null,
  }
}

function rest({ nll, brier, ece }: PartScores) {
  return { nll, brier, ece }
}

function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString()
}
