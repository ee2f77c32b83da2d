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
  const span = spanOf(line, edit.atStep)
  const open = span.end === Number.POSITIVE_INFINITY
  const end = edit.atStep + edit.steps
  const low = open ? Math.max(line.restStep, edit.atStep) : span.end - 1
  const before = Math.max(0, edit.atStep - 1)
  // Where a step after the anneal stands in the plan as it was. After an open cycle nothing follows: it stays low.
  const original = (step: number): number => (open ? low : step - end + span.end)
  const blend = (step: number, from: number, to: number): number =>
    to + ((from - to) * (1 + Math.cos((Math.PI * (step - edit.atStep + 1)) / edit.steps))) / 2
  const from = line.lr(before)
  const to = Math.min(from, line.lr(low))
  const { momentum } = line
  const lr = (step: number): number => {
    if (step < edit.atStep) return line.lr(step)
    return step < end ? blend(step, from, to) : line.lr(original(step))
  }
  return {
    ...line,
    lr: open ? (step) => lr(Math.min(step, end - 1)) : lr,
    ...(momentum && { momentum: annealMomentum(momentum, edit, before, low, original, blend) }),
    cycleAt(step) {
      if (step < span.start) return spanOf(line, step)
      if (step < end || open) return { start: span.start, end, plannedEnd: end }
      const later = spanOf(line, original(step))
      const shift = end - span.end
      return { start: later.start + shift, end: later.end + shift, plannedEnd: later.plannedEnd + shift }
    },
    totalSteps: open ? end : Math.max(end, line.totalSteps - (span.end - end)),
    restStep: open ? end - 1 : Math.max(end - 1, line.restStep - (span.end - end)),
    removed: line.removed + (open ? 0 : span.end - end),
  }
}

/** Momentum goes to its value at the cycle's lowest rate, in step with the rate. */
function annealMomentum(
  momentum: (step: number) => number | undefined,
  edit: ScheduleEdit,
  before: number,
  low: number,
  original: (step: number) => number,
  blend: (step: number, from: number, to: number) => number,
): (step: number) => number | undefined {
  const from = momentum(before)
  const to = momentum(low)
  return (step) => {
    if (step < edit.atStep) return momentum(step)
    if (step >= edit.atStep + edit.steps) return momentum(original(step))
    return from === undefined || to === undefined ? to : blend(step, from, to)
  }
}
