import type { RateRange, Span, Track } from './track.ts'

/** A track with an end, after the edits made to it. */
export interface Timeline extends Omit<Track, 'range'> {
  range: RateRange
  /** The schedule in words; see ScheduleFamily.summary. */
  text: string
  totalSteps: number
  stepsPerEpoch: number
  /** The last step of a cycle that lasts as long as the plan, as planned at launch. */
  restStep: number
  /** How many steps the edits so far have taken out of the plan (negative: put in). */
  removed: number
}

const openSpan: Span = { start: 0, end: Number.POSITIVE_INFINITY, plannedEnd: Number.POSITIVE_INFINITY }

/** The cycle that holds `step`, whose end does not depend on where the plan ends. */
export function spanOf(timeline: Timeline, step: number): Span {
  return timeline.cycleAt?.(step) ?? openSpan
}
