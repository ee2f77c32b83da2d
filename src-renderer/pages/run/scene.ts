import { bisector } from 'd3-array'
import type { FeedbackInfo, RunEvaluation, RunSummary, SnapshotInfo } from '../../../shared/api/runs.ts'
import { downsample } from '../../../shared/metrics/downsample.ts'
import { accuracyOn } from '../../../shared/run/best.ts'
import type { Scores } from '../../../shared/run/messages.ts'
import { nameText, snapshotName } from '../../../shared/run/snapshotName.ts'
import {
  type CompiledSchedule,
  type Cycle,
  type PlateauState,
  rateUnderFeedback,
} from '../../../shared/schedule/index.ts'
import type { ChartBand, ChartMark } from '../../charts/types.ts'
import { afterSteps, count, loss, rate } from '../../format/format.ts'
import { type ScoreMeasure, scoreText } from '../../format/scoreMeasure.ts'
import { thinned } from '../../ribbon/sample.ts'
import type { XMap } from './xMap.ts'

/* What the charts of a run draw besides its series: the plan to come, cycles, and marks that are never sampled away. */

/** Steps looked at, both included. */
export interface StepWindow {
  readonly from: number
  readonly to: number
}

export interface Line {
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
}

/** Points of a line, at most, so that drawing costs the same however long a run is. */
export const mostPoints = 600

/** A score of the evaluations, thinned as stored series are; those at `pins` (steps) stay. */
export function scoreLine<T extends { readonly step: number }>(
  evaluations: readonly T[],
  value: (evaluation: T) => number | null,
  { from, to }: StepWindow,
  map: Pick<XMap, 'toX'>,
  pins: readonly number[],
): Line {
  const known = evaluations.flatMap((evaluation) => {
    const y = value(evaluation)
    return y === null ? [] : [{ step: evaluation.step, y }]
  })
  const { steps, values } = downsample(
    known.map(({ step }) => step),
    known.map(({ y }) => y),
    { maxPoints: mostPoints, ...neighbours(known, from, to), pins },
  )
  return { x: Array.from(steps, map.toX), y: Array.from(values) }
}

/** One point further on either side, so that a line comes into the window and leaves it. */
function neighbours(known: readonly { readonly step: number }[], from: number, to: number) {
  const before = known.findLast(({ step }) => step < from)
  const after = known.find(({ step }) => step > to)
  return { fromStep: before?.step ?? from, toStep: after?.step ?? to }
}

export interface PlannedPoint {
  readonly step: number
  readonly lr: number
  readonly momentum: number | undefined
}

const plannedPoints = 300
/** Windows as short as this are drawn step by step. */
const wholeSteps = 1200
/** Beyond these a cycle is narrower than the line that draws it. */
const mostCycles = 150

/**
 * The plan over a window: even steps, with both ends of its cycles. Of very many cycles every second, third … has its ends
 * drawn: even steps alone would draw waves that are not there.
 */
export function plannedIn(schedule: CompiledSchedule, { from, to }: StepWindow): PlannedPoint[] {
  const last = Math.min(to, schedule.totalSteps - 1)
  if (last < from) return []
  const steps = new Set<number>()
  const length = last - from + 1
  const size = length <= wholeSteps ? length : plannedPoints
  for (let i = 0; i < size; i++)
    steps.add(size === 1 ? from : from + Math.round((i * (last - from)) / (size - 1)))
  const cycles = cyclesIn(schedule, { from, to: last })
  for (const { start, end } of thinned(cycles, mostCycles))
    for (const step of [start, end - 1]) if (step >= from && step <= last) steps.add(step)
  return [...steps]
    .sort((a, b) => a - b)
    .map((step) => {
      const { lr, momentum } = schedule.at(step)
      return { step, lr, momentum }
    })
}

/** The part of the plan that is not trained yet, as the cuts so far leave it. */
export function rateToCome(
  planned: readonly PlannedPoint[],
  stepsDone: number,
  schedule: CompiledSchedule,
  cuts: readonly FeedbackInfo[],
): readonly PlannedPoint[] {
  const rest = planned.filter(({ step }) => step >= stepsDone - 1)
  const lr = cuts.at(-1)?.lr
  const policy = schedule.feedback
  if (policy === undefined || lr === undefined) return rest
  const state: PlateauState = { lr, best: null, badEpochs: 0, cooldown: 0 }
  return rest.map((point) => ({ ...point, lr: rateUnderFeedback(point.lr, policy, state) }))
}

/** The listed cycles that reach into a window. */
export function cyclesIn({ cycles }: CompiledSchedule, { from, to }: StepWindow): readonly Cycle[] {
  const first = place(cycles, from)
  return cycles.slice(first, place(cycles, to) + 1)
}

/** The place of the cycle that holds a step. */
const place = bisector(({ end }: Cycle) => end).right

/** Every second cycle of the window, from its first step on; none where they would shade everything alike. */
export function bandsOf(schedule: CompiledSchedule, window: StepWindow, map: XMap): ChartBand[] {
  const cycles = cyclesIn(schedule, window)
  if (schedule.cycles.length < 2 || cycles.length > mostCycles) return []
  return cycles
    .filter(({ index }) => index % 2 === 1)
    .map(({ start, end }) => ({ from: map.toX(start), to: map.toX(end) }))
}

export const judgedBy = (scores: {
  readonly valAccuracy: number | null
  readonly testAccuracy: number | null
}): number | null => scores.valAccuracy ?? scores.testAccuracy

/** How a mark tells scores: of which part of the data, and as what. */
export interface ScoreWords {
  readonly part: JudgedPart
  readonly measure: ScoreMeasure
}

/** The part of the data that a run is judged by. */
export type JudgedPart = 'validation' | 'test'

/** Of another program's run, whose spec stands in, that of which a score is known. */
export function judgedPartOf({
  spec,
  elsewhere,
  best,
}: Pick<RunSummary, 'spec' | 'elsewhere' | 'best'>): JudgedPart {
  const isValidated =
    elsewhere === null ? spec.dataset.validation > 0 : best === null || best.valAccuracy !== null
  return isValidated ? 'validation' : 'test'
}

export const lossOn = ({ valLoss, testLoss }: Scores, part: JudgedPart): number | null =>
  part === 'validation' ? valLoss : testLoss

/** "validation accuracy 89.6 %" */
function scoreWords(scores: Scores, { part, measure }: ScoreWords): string {
  return `${part} ${measure} ${scoreText(accuracyOn(scores, part), measure)}`
}

export function snapshotMarks(
  run: RunSummary,
  snapshots: readonly SnapshotInfo[],
  { from, to }: StepWindow,
  map: XMap,
  words: ScoreWords,
  y: (snapshot: SnapshotInfo) => number | null,
): ChartMark[] {
  return snapshots.flatMap((snapshot) => {
    const value = y(snapshot)
    if (value === null || snapshot.step < from || snapshot.step > to) return []
    const label = `snapshot of ${nameText(snapshotName(run, snapshot))}, ${afterSteps(snapshot.step)}: ${scoreWords(snapshot, words)}`
    return [{ x: map.toX(snapshot.step), y: value, label, kind: 'snapshot' as const }]
  })
}

export function bestMark(
  best: RunEvaluation | null,
  map: XMap,
  words: ScoreWords,
  y: (evaluation: RunEvaluation) => number | null,
): ChartMark[] {
  const value = best === null ? null : y(best)
  if (best === null || value === null) return []
  const when = best.epoch === null ? afterSteps(best.step) : `after epoch ${count(best.epoch)}`
  const label = `best, ${when}: ${scoreWords(best, words)}, loss ${loss(lossOn(best, words.part))}`
  return [{ x: map.toX(best.step), y: value, label, kind: 'best' }]
}

/** Cuts of a feedback schedule and edits of the plan, at the rate from there on. */
export function changeMarks(
  run: RunSummary,
  cuts: readonly FeedbackInfo[],
  schedule: CompiledSchedule,
  map: XMap,
): ChartMark[] {
  const edits = run.planned.edits.map(({ atStep, steps }) => ({
    x: map.toX(atStep),
    y: schedule.at(Math.min(atStep, schedule.totalSteps - 1)).lr,
    label: `annealed from step ${count(atStep + 1)} on, over ${count(steps)} steps`,
    kind: 'change' as const,
  }))
  const cut = cuts.map(({ step, lr, reason }) => ({
    x: map.toX(step),
    y: lr,
    label: `rate cut to ${rate(lr)}: ${reason}`,
    kind: 'change' as const,
  }))
  return [...edits, ...cut]
}
