import { downsample } from '../../../shared/metrics/downsample.ts'
import type { CompiledSchedule } from '../../../shared/schedule/index.ts'
import { drawTimePlot, type Line, type Panel } from './timePlot.ts'

/** A schedule as a picture: rate and, where it moves, momentum, with its cycles shaded. */
export function drawSchedule(schedule: CompiledSchedule, stepsPerEpoch: number, title: string): string {
  const perEpoch = Math.max(1, stepsPerEpoch)
  const inEpochs = perEpoch > 1
  const time = (step: number): number => (inEpochs ? step / perEpoch : step)
  const momentum = plannedLine('momentum', schedule, time, (step) => schedule.at(step).momentum)
  return drawTimePlot({
    title,
    subtitle: schedule.summary,
    xLabel: inEpochs ? 'epoch' : 'step',
    xDomain: [0, time(schedule.totalSteps)],
    cycles: cycleBands(schedule, time),
    marks: schedule.cycles.flatMap(({ snapshotStep }) =>
      snapshotStep === undefined ? [] : [time(snapshotStep + 1)],
    ),
    marksLabel: 'end of a cycle (snapshot)',
    panels: [
      ratePanel([plannedLine('learning rate', schedule, time, (step) => schedule.at(step).lr)]),
      ...(momentum.points.length > 0 ? [momentumPanel([momentum])] : []),
    ],
  })
}

export function ratePanel(lines: readonly Line[]): Panel {
  return { label: 'learning rate (per step)', scale: 'linear', lines, height: 190 }
}

export function momentumPanel(lines: readonly Line[]): Panel {
  return { label: 'momentum (no unit)', scale: 'linear', lines, height: 90 }
}

const bandsShown = 60

/** Cycles too many to tell apart are not shaded at all. */
export function cycleBands(
  schedule: CompiledSchedule,
  time: (step: number) => number,
): { from: number; to: number; label: string }[] {
  if (schedule.cycles.length > bandsShown) return []
  return schedule.cycles.map(({ index, start, end }) => ({
    from: time(start),
    to: time(end),
    label: `cycle ${index + 1}`,
  }))
}

const pointsDrawn = 2000
const stepsLookedAt = 200_000

/** Thinned so that every extreme of what was looked at stays; longer plans are sampled evenly, cycle ends included. */
function plannedLine(
  name: string,
  schedule: CompiledSchedule,
  time: (step: number) => number,
  value: (step: number) => number | undefined,
): Line {
  const steps = chooseSteps(schedule)
  const values = steps.map((step) => value(step) ?? Number.NaN)
  if (values.every(Number.isNaN)) return { name, points: [] }
  const thin = downsample(steps, values, { maxPoints: pointsDrawn })
  return { name, points: [...thin.steps].map((step, i) => [time(step), thin.values[i] ?? Number.NaN]) }
}

function chooseSteps({ totalSteps, cycles }: CompiledSchedule): number[] {
  if (totalSteps <= stepsLookedAt) return Array.from({ length: totalSteps }, (_, step) => step)
  const stride = totalSteps / stepsLookedAt
  const even = Array.from({ length: stepsLookedAt }, (_, i) => Math.floor(i * stride))
  const ends = cycles.slice(0, stepsLookedAt).flatMap(({ start, end }) => [start, end - 1])
  return [...new Set([...even, ...ends, totalSteps - 1])].sort((a, b) => a - b)
}
