import { z } from 'zod'
import { parseOrExplain, UserError } from '../errors.ts'
import { maxSteps } from './plan.ts'
import { spanOf, type Timeline } from './timeline.ts'

/**
 * "Anneal now", counted in the steps of the run as it is after the edits before it: from `atStep` the rate goes along a
 * half cosine from the rate of the step before to the lowest planned rate of the current cycle, reached in the last of
 * `steps` steps. The cycle ends there, and what followed it in the plan follows at once.
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
  .refine((edits) => edits.every((edit, i) => i === 0 || edit.atStep > (edits[i - 1]?.atStep ?? -1)), {
    error: 'each edit must come at a later step than the one before',
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
  const { start, end: resumeAt } = spanOf(line, edit.atStep)
  return Number.isFinite(resumeAt)
    ? annealCycle(line, edit, start, resumeAt)
    : annealToTheEnd(line, edit, start)
}

/** The cycle ends early or late at the anneal's end, and the steps from `resumeAt` on follow it. */
function annealCycle(line: Timeline, edit: ScheduleEdit, start: number, resumeAt: number): Timeline {
  const end = edit.atStep + edit.steps
  const removed = resumeAt - end
  const after = (step: number): number => step + removed
  return {
    ...line,
    ...annealed(line, edit, resumeAt - 1, after),
    cycleAt(step) {
      if (step < start) return spanOf(line, step)
      if (step < end) return { start, end, plannedEnd: end }
      const later = spanOf(line, after(step))
      return {
        start: later.start - removed,
        end: later.end - removed,
        plannedEnd: later.plannedEnd - removed,
      }
    },
    totalSteps: Math.max(end, line.totalSteps - removed),
    restStep: Math.max(end - 1, line.restStep - removed),
    removed: line.removed + removed,
  }
}

/** Nothing follows a cycle that lasts as long as the run: the run ends with the anneal. */
function annealToTheEnd(line: Timeline, edit: ScheduleEdit, start: number): Timeline {
  const end = edit.atStep + edit.steps
  return {
    ...line,
    ...annealed(line, edit, Math.max(line.restStep, edit.atStep), () => end - 1),
    cycleAt: (step) => (step < start ? spanOf(line, step) : { start, end, plannedEnd: end }),
    totalSteps: end,
    restStep: end - 1,
  }
}

/**
 * Rate and momentum along the anneal, from the step before it to the values of step `low`.
 * @param after where a step behind the anneal stands in the plan as it was
 */
function annealed(
  line: Timeline,
  edit: ScheduleEdit,
  low: number,
  after: (step: number) => number,
): Pick<Timeline, 'lr' | 'momentum'> {
  const before = Math.max(0, edit.atStep - 1)
  const from = line.lr(before)
  const to = Math.min(from, line.lr(low))
  const blend = (step: number, a: number, b: number): number =>
    b + ((a - b) * (1 + Math.cos((Math.PI * (step - edit.atStep + 1)) / edit.steps))) / 2
  const during = (step: number): boolean => step >= edit.atStep && step < edit.atStep + edit.steps
  const original = (step: number): number => (step < edit.atStep ? step : after(step))
  const { momentum } = line
  const lr = (step: number): number => (during(step) ? blend(step, from, to) : line.lr(original(step)))
  if (momentum === undefined) return { lr }
  const [high, rest] = [momentum(before), momentum(low)]
  return {
    lr,
    momentum(step) {
      if (!during(step)) return momentum(original(step))
      return high === undefined || rest === undefined ? rest : blend(step, high, rest)
    },
  }
}
