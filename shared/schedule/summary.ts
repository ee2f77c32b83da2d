import { type Cycle, maxListedCycles } from './cycles.ts'
import type { Timeline } from './timeline.ts'
import { listed, plural } from './words.ts'

/**
 * The schedule in plain words, e.g. "Cosine decay from 0.1 to 0 with warm restarts: 4 cycles of 10, 20, 40, 80 epochs; the
 * budget ends 37 % into cycle 4: no snapshot of it."
 */
export function summarize(line: Timeline, cycles: readonly Cycle[]): string {
  const unit = unitOf(line, cycles)
  return `${capitalize(line.text)}: ${cyclesText(cycles, unit)}${cutText(cycles, unit)}${endText(cycles, line.totalSteps)}.`
}

/** What the lengths of cycles are counted in: epochs where all are whole. */
interface LengthUnit {
  name: 'epoch' | 'step'
  steps: number
}

/** Of the last cycle the planned length is told, and how much of it is run; the others' lengths add up to where it starts. */
const lengthsOf = (cycles: readonly Cycle[]): number[] =>
  cycles.map(({ start, end, plannedEnd }, i) => (i === cycles.length - 1 ? plannedEnd : end) - start)

function unitOf({ stepsPerEpoch }: Timeline, cycles: readonly Cycle[]): LengthUnit {
  const whole = lengthsOf(cycles).every((length) => length % stepsPerEpoch === 0)
  return whole ? { name: 'epoch', steps: stepsPerEpoch } : { name: 'step', steps: 1 }
}

function cyclesText(cycles: readonly Cycle[], { name, steps }: LengthUnit): string {
  const counts = lengthsOf(cycles).map((length) => length / steps)
  const [first = 0] = counts
  if (counts.length === 1) return `1 cycle of ${plural(first, name)}`
  const many = counts.length >= maxListedCycles ? `at least ${counts.length}` : `${counts.length}`
  if (counts.every((length) => length === first)) return `${many} cycles of ${plural(first, name)} each`
  const shown = counts.length <= 8 ? counts : [...counts.slice(0, 4), '…', counts.at(-1)]
  return `${many} cycles of ${shown.join(', ')} ${name}s`
}

/** Cycles that the next piece of a sequence cuts short. */
function cutText(cycles: readonly Cycle[], { name, steps }: LengthUnit): string {
  const cut = cycles.slice(0, -1).filter((cycle) => !cycle.complete)
  const [only] = cut
  if (only === undefined) return ''
  if (cut.length > 1) {
    return `; cycles ${listed(cut.map(({ index }) => `${index + 1}`))} are cut short by what follows: no snapshots of them`
  }
  const planned = plural((only.plannedEnd - only.start) / steps, name)
  return `; cycle ${only.index + 1}, planned to last ${planned}, is cut short by what follows: no snapshot of it`
}

function endText(cycles: readonly Cycle[], totalSteps: number): string {
  const last = cycles.at(-1)
  if (last === undefined || last.complete || last.end < totalSteps) return ''
  const part = (last.end - last.start) / (last.plannedEnd - last.start)
  const percent = Math.floor(100 * part)
  return `; the budget ends ${percent < 1 ? 'less than 1' : percent} % into cycle ${last.index + 1}: no snapshot of it`
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
