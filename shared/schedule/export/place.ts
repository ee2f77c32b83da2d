import { listedSteps, type Unit, type Update, unitSteps } from '../clock.ts'
import type { Context } from '../track.ts'
import { type PythonFile, steps } from './python.ts'

/** Where a schedule stands: the file it is written to, the run as it sees it, and how many of its steps are used. */
export interface Place {
  file: PythonFile
  context: Context
  limit: number
}

/** What a family writes: the bodies of functions of `step`. */
export interface FamilyCode {
  rate: string[]
  momentum?: { body: string[]; optional: boolean }
}

/** A function of the step that gives momentum; `optional`: it may give None, where the schedule leaves it alone. */
export interface MomentumFunction {
  name: string
  optional: boolean
}

/** The functions of a schedule that has been written, by name. */
export interface Written {
  rate: string
  momentum?: MomentumFunction
}

/** The Python of a clock: `lines` to run first, and the name of the position in steps that they leave. */
export interface PythonClock {
  lines: string[]
  position: string
}

/** @param late how many steps the clock lags behind */
export function writeClock(update: Update, { file, context }: Place, late = 0): PythonClock {
  const step = late === 0 ? 'step' : `max(0, step - ${late})`
  const every = updateInterval(update, context)
  if (every === 1) {
    return late === 0
      ? { lines: [], position: 'step' }
      : { lines: [`position = ${step}`], position: 'position' }
  }
  if (every !== undefined)
    return { lines: [`position = ${step} // ${every} * ${every}`], position: 'position' }
  if (typeof update === 'string' || 'every' in update) throw new Error('a regular update has an interval')
  const list = file.list('UPDATE_STEPS', listedSteps(update, context).map(steps))
  const line = `position = ${list}[bisect.bisect_right(${list}, ${step}) - 1]`
  return { lines: [line], position: 'position' }
}

/** Steps from one update to the next; undefined where they are listed. */
export function updateInterval(update: Update, context: Context): number | undefined {
  if (update === 'step') return 1
  if (update === 'epoch') return context.stepsPerEpoch
  return 'every' in update ? update.every : undefined
}

/** The position counted in the spec's unit. */
export function timeIn(unit: Unit, position: string, context: Context): string {
  const size = unitSteps(unit, context)
  return size === 1 ? position : `(${position} / ${steps(size)})`
}

/** Names of the two functions of a schedule, and lines that both begin with. */
export interface Names {
  rate: string
  momentum: string
  check: readonly string[]
}
