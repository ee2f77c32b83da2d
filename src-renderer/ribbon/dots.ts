import type { RunSummary } from '../../shared/api/runs.ts'
import { bestSnapshotOf } from '../../shared/run/best.ts'
import { nameText, snapshotName } from '../../shared/run/snapshotName.ts'
import { afterSteps, count } from '../format/format.ts'
import { evenPlaces } from './sample.ts'
import type { RibbonData, RibbonDot } from './types.ts'

/** More dots than these would be a bar, and a button each. */
const mostDots = 500
/** A plan may have a snapshot after every step; as many are looked at as cycles are listed of it. */
export const mostPlanned = 100_000

export interface PlannedSnapshot {
  readonly step: number
  /** "cycle 2" */
  readonly name: string
}

type RateAt = (step: number) => number

/** Every snapshot of a run, by step. */
export interface SnapshotDots {
  /** Stored ones, and those whose step has passed without one. */
  readonly past: readonly RibbonDot[]
  readonly coming: readonly PlannedSnapshot[]
}

export function snapshotDots(
  run: RunSummary,
  planned: readonly PlannedSnapshot[],
  rateAt: RateAt,
): SnapshotDots {
  const best = bestSnapshotOf(run)?.evaluation
  const stored = run.snapshots.map((one): RibbonDot => {
    const state = one === best && run.snapshots.length > 1 ? 'best' : 'stored'
    const name = nameText(snapshotName(run, one))
    const label = `${name}, ${scoreWords(one)}${state === 'best' ? `, ${bestWords(run, one.step)}` : ''}`
    return { step: one.step, name, state, snapshotId: one.id, rate: rateAt(one.step), label }
  })
  const there = new Set(run.snapshots.map(({ step }) => step))
  const others = planned.filter(({ step }) => !there.has(step))
  const lost = others.filter(({ step }) => step < run.stepsDone).map((one) => lostDot(one, rateAt(one.step)))
  return {
    past: [...stored, ...lost].sort((a, b) => a.step - b.step),
    coming: others.filter(({ step }) => step >= run.stepsDone),
  }
}

/** What a ring on a snapshot means: an epoch between the snapshots may have done better than each of them. */
export function bestWords({ best }: Pick<RunSummary, 'best'>, step: number): string {
  return best?.step === step ? 'best' : 'best snapshot'
}

/** Of more than a ribbon has room for: evenly taken ones, the first, the last and the best always. */
export function drawnDots(
  { past, coming }: SnapshotDots,
  rateAt: RateAt,
): Pick<RibbonData, 'dots' | 'dotCount'> {
  const dotCount = past.length + coming.length
  const best = past.findIndex(({ state }) => state === 'best')
  const dots = evenPlaces(dotCount, mostDots, best === -1 ? [] : [best]).flatMap((place) => {
    const planned = coming[place - past.length]
    return past[place] ?? (planned === undefined ? [] : plannedDot(planned, rateAt(planned.step)))
  })
  return { dots: dots.sort((a, b) => a.step - b.step), dotCount }
}

/** With one more dot, where it is not drawn already. */
export function withDot(ribbon: RibbonData, dot: RibbonDot | undefined): RibbonData {
  if (dot === undefined || ribbon.dots.some(({ step }) => step === dot.step)) return ribbon
  return { ...ribbon, dots: [...ribbon.dots, dot].sort((a, b) => a.step - b.step) }
}

/** "500 of 2 000 snapshots drawn"; undefined when all are. */
export function dotWords({ dots, dotCount }: RibbonData): string | undefined {
  if (dots.length >= dotCount) return undefined
  const all = `${dotCount >= mostPlanned ? 'at least ' : ''}${count(dotCount)}`
  return `${count(dots.length)} of ${all} snapshots drawn`
}

function scoreWords({ valAccuracy, testAccuracy }: RunSummary['snapshots'][number]): string {
  if (valAccuracy !== null) return `${(100 * valAccuracy).toFixed(1)} % validation accuracy`
  if (testAccuracy !== null) return `${(100 * testAccuracy).toFixed(1)} % test accuracy`
  return 'not evaluated'
}

const plannedDot = ({ step, name }: PlannedSnapshot, rate: number): RibbonDot => ({
  step,
  name,
  state: 'planned',
  rate,
  label: `${name}, snapshot planned ${afterSteps(step)}`,
})

const lostDot = ({ step, name }: PlannedSnapshot, rate: number): RibbonDot => ({
  step,
  name,
  state: 'lost',
  rate,
  label: `${name}, snapshot lost`,
})
