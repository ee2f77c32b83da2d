import { z } from 'zod'
import { parseOrExplain, UserError } from '../errors.ts'
import { maxSteps } from './plan.ts'
import { spanOf, type Timeline } from './timeline.ts'
import { rangeOf, type Span, shiftSpan } from './track.ts'

/**
 * "Anneal now", counted in the steps of the run as it is after the edits before it: from `atStep` the rate comes down along
 * a half cosine, reaching its lowest in the last of `steps` steps. The cycle ends there, and what followed it in the plan
 * follows at once; where nothing follows, the run ends.
 *
 * It starts from the rate of the step before, or where `atStep` begins a cycle, from the rate that cycle begins with. It
 * goes to the lowest rate planned for the current cycle from `atStep` on (a cyclical schedule's is the one the cycle rose
 * from). Where that is not lower than the start (constant and rising rates, plateau, a cycle already at its lowest), it
 * goes to 0, or to a plateau's minLr. Cycles of more than 1024 steps are looked through at that many places.
 */
export type ScheduleEdit = z.infer<typeof scheduleEdit>
export const scheduleEdit = z.strictObject({
  kind: z.literal('annealNow'),
  atStep: z.int().min(0).max(maxSteps),
  steps: z.int().min(1).max(maxSteps),
})

const editList = z
  .array(scheduleEdit)
  .max(100)
  .superRefine((edits, context) => {
    for (const [i, edit] of edits.entries()) {
      const before = edits[i - 1]?.atStep ?? -1
      if (edit.atStep > before) continue
      const message = `must be later than step ${before}, where the edit before it begins`
      context.addIssue({ code: 'custom', path: [i, 'atStep'], message })
    }
  })

export function checkEdits(edits: readonly ScheduleEdit[]): readonly ScheduleEdit[] {
  return edits.length === 0 ? edits : parseOrExplain(editList, edits, 'editing the schedule')
}

/** @throws UserError when the edit begins at or after the end of the run */
export function applyEdit(line: Timeline, edit: ScheduleEdit): Timeline {
  if (edit.atStep >= line.totalSteps) {
    throw new UserError(
      `While editing the schedule: atStep must be below the run's ${line.totalSteps} steps (received ${edit.atStep}).`,
    )
  }
  const span = spanOf(line, edit.atStep)
  return Number.isFinite(span.end) ? annealCycle(line, edit, span) : annealToTheEnd(line, edit, span)
}

/** The cycle ends early or late at the anneal's end, and the steps from the cycle's planned end on follow it. */
function annealCycle(line: Timeline, edit: ScheduleEdit, span: Span): Timeline {
  const { start } = span
  const end = edit.atStep + edit.steps
  const removed = span.end - end
  const after = (step: number): number => step + removed
  return {
    ...line,
    ...annealed(line, edit, span, after),
    cycleAt(step) {
      if (step < start) return spanOf(line, step)
      return step < end ? { start, end, plannedEnd: end } : shiftSpan(spanOf(line, after(step)), -removed)
    },
    totalSteps: Math.max(end, line.totalSteps - removed),
    restStep: Math.max(end - 1, line.restStep - removed),
    removed: line.removed + removed,
  }
}

/** Nothing follows a cycle that lasts as long as the run: the run ends with the anneal. */
function annealToTheEnd(line: Timeline, edit: ScheduleEdit, { start }: Span): Timeline {
  const end = edit.atStep + edit.steps
  const planned = { start, end: Math.max(line.restStep, edit.atStep) + 1 }
  return {
    ...line,
    ...annealed(line, edit, planned, () => end - 1),
    cycleAt: (step) => (step < start ? spanOf(line, step) : { start, end, plannedEnd: end }),
    totalSteps: end,
    restStep: end - 1,
  }
}

/** The step of `line` whose values the anneal starts from. */
export function annealsFrom(line: Timeline, { atStep }: ScheduleEdit): number {
  return spanOf(line, atStep).start === atStep ? atStep : atStep - 1
}

/**
 * Rate and momentum along the anneal.
 * @param after where a step behind the anneal stands in the plan as it was
 */
function annealed(
  line: Timeline,
  edit: ScheduleEdit,
  cycle: PlannedCycle,
  after: (step: number) => number,
): Pick<Timeline, 'lr' | 'momentum' | 'range'> {
  const start = annealsFrom(line, edit)
  const from = line.lr(start)
  const { to, low } = target(line, edit.atStep, from, cycle)
  const blend = (step: number, a: number, b: number): number =>
    b + ((a - b) * (1 + Math.cos((Math.PI * (step - edit.atStep + 1)) / edit.steps))) / 2
  const during = (step: number): boolean => step >= edit.atStep && step < edit.atStep + edit.steps
  const original = (step: number): number => (step < edit.atStep ? step : after(step))
  const range = rangeOf(line.range.lrMin, line.range.lrMax, from, to)
  const { momentum } = line
  const lr = (step: number): number => (during(step) ? blend(step, from, to) : line.lr(original(step)))
  if (momentum === undefined) return { lr, range }
  const [high, rest] = [momentum(start), momentum(low)]
  return {
    lr,
    range,
    momentum(step) {
      if (!during(step)) return momentum(original(step))
      return high === undefined || rest === undefined ? rest : blend(step, high, rest)
    },
  }
}

type PlannedCycle = Pick<Span, 'start' | 'end' | 'lowest'>

/** Where the anneal goes: the rate `to`, and the momentum of step `low`. */
function target(
  line: Timeline,
  atStep: number,
  from: number,
  cycle: PlannedCycle,
): { to: number; low: number } {
  const low = lowestStep(line, { ...cycle, start: atStep })
  const to = line.lr(low)
  if (to < from) return { to, low }
  const { minLr = 0 } = line.feedback ?? {}
  return { to: Math.min(from, minLr < from ? minLr : 0), low: lowestStep(line, cycle) }
}

/** How many steps of a cycle are looked at for its lowest rate. */
const probes = 1024

/** The last of the steps with the lowest rate, of those looked at. */
function lowestStep(line: Timeline, { start, end, lowest = end - 1 }: PlannedCycle): number {
  const count = Math.min(probes, end - start)
  const step = (i: number): number => end - 1 - Math.round((i * (end - 1 - start)) / Math.max(1, count - 1))
  // A cycle cut short never gets to a lowest step behind its end.
  const known = Math.min(lowest, end - 1)
  let best = { step: known, lr: line.lr(known) }
  for (let i = 0; i < count; i++) {
    const lr = line.lr(step(i))
    if (lr < best.lr) best = { step: step(i), lr }
  }
  return best.step
}
