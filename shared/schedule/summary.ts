import { type Cycle, maxListedCycles } from './cycles.ts'
import type { Timeline } from './timeline.ts'

/**
 * The schedule in plain words, e.g. "Cosine decay from 0.1 to 0 with warm restarts: 4 cycles of 10, 20, 40, 80 epochs; the
 * budget ends 37 % into cycle 4: no snapshot of it."
 */
export function summarize(line: Timeline, cycles: readonly Cycle[]): string {
  return `${capitalize(line.text)}: ${cyclesText(cycles, line.stepsPerEpoch)}${cutText(cycles, line.totalSteps)}.`
}

function cyclesText(cycles: readonly Cycle[], stepsPerEpoch: number): string {
  const lengths = cycles.map((cycle) => cycle.plannedEnd - cycle.start)
  const inEpochs = lengths.every((length) => length % stepsPerEpoch === 0)
  const unit = inEpochs ? 'epoch' : 'step'
  const counts = inEpochs ? lengths.map((length) => length / stepsPerEpoch) : lengths
  const [first = 0] = counts
  if (counts.length === 1) return `1 cycle of ${count(first, unit)}`
  const many = counts.length >= maxListedCycles ? `at least ${counts.length}` : `${counts.length}`
  if (counts.every((length) => length === first)) return `${many} cycles of ${count(first, unit)} each`
  const shown = counts.length <= 8 ? counts : [...counts.slice(0, 4), '…', counts.at(-1)]
  return `${many} cycles of ${shown.join(', ')} ${unit}s`
}

function cutText(cycles: readonly Cycle[], totalSteps: number): string {
  const last = cycles.at(-1)
  if (last === undefined || last.complete || last.end < totalSteps) return ''
  const part = (last.end - last.start) / (last.plannedEnd - last.start)
  const percent = Math.floor(100 * part)
  return `; the budget ends ${percent < 1 ? 'less than 1' : percent} % into cycle ${last.index + 1}: no snapshot of it`
}

const count = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`
const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
