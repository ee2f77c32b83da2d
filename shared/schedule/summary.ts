import { type Cycle, maxListedCycles } from './cycles.ts'
import type { ScheduleEdit } from './edits.ts'
import type { Timeline } from './timeline.ts'
import { hasFewDecimals, listed, plural, showCount } from './words.ts'

/**
 * The schedule in plain words, e.g. "Cosine decay from 0.1 to 0 with warm restarts: 4 cycles of 10, 20, 40, 80 epochs; the
 * budget ends 37 % into cycle 4: no snapshot of it."
 */
export function summarize(
  line: Timeline,
  cycles: readonly Cycle[],
  edits: readonly ScheduleEdit[] = [],
): string {
  const unit = unitOf(line, lengthsOf(cycles))
  const told = [
    cyclesText(line, cycles),
    cutText(cycles, unit),
    editText(edits),
    endText(cycles, line.totalSteps),
  ]
  return `${capitalize(line.text)}: ${told.join('')}.`
}

/** What the lengths of cycles are counted in. */
interface LengthUnit {
  name: 'epoch' | 'step'
  steps: number
}

/** Of the last cycle the planned length is told, and how much of it is run; the others' lengths add up to where it starts. */
const lengthsOf = (cycles: readonly Cycle[]): number[] =>
  cycles.map(({ start, end, plannedEnd }, i) => (i === cycles.length - 1 ? plannedEnd : end) - start)

/** Epochs where they say every length exactly in at most two decimals, and none is but a sliver of an epoch. */
function unitOf({ stepsPerEpoch }: Timeline, lengths: readonly number[]): LengthUnit {
  const short = lengths.every((length) => {
    const epochs = length / stepsPerEpoch
    return epochs >= 0.1 && hasFewDecimals(epochs)
  })
  return short ? { name: 'epoch', steps: stepsPerEpoch } : { name: 'step', steps: 1 }
}

/** So many cycles are listed one by one, or with an odd one among equals named. */
const shownInFull = 8

function cyclesText(line: Timeline, cycles: readonly Cycle[]): string {
  const lengths = lengthsOf(cycles)
  const text = (length: number): string => {
    const { name, steps } = unitOf(line, [length])
    return plural(length / steps, name)
  }
  const [first = 0] = lengths
  if (lengths.length === 1) return `1 cycle of ${text(first)}`
  const many = lengths.length >= maxListedCycles ? `at least ${lengths.length}` : `${lengths.length}`
  const odd = lengths.length <= shownInFull ? undefined : oddOnes(lengths)
  if (odd !== undefined) {
    const but = odd.others.map((i) => `cycle ${i + 1} of ${text(lengths[i] ?? 0)}`)
    return `${many} cycles of ${text(odd.usual)} each${but.length > 0 ? `, but ${listed(but)}` : ''}`
  }
  if (lengths.every((length) => length === first)) return `${many} cycles of ${text(first)} each`
  const { name, steps } = unitOf(line, lengths)
  const counts = lengths.map((length) => showCount(length / steps))
  const shown = counts.length <= shownInFull ? counts : [...counts.slice(0, 4), '…', counts.at(-1)]
  return `${many} cycles of ${shown.join(', ')} ${name}s`
}

/** The length most cycles have, and which of them (at most two) have another; undefined where more have. */
function oddOnes(lengths: readonly number[]): { usual: number; others: number[] } | undefined {
  const sorted = [...lengths].sort((a, b) => a - b)
  const usual = sorted[sorted.length >> 1] ?? 0
  const others = lengths.flatMap((length, i) => (length === usual ? [] : [i]))
  return others.length <= 2 ? { usual, others } : undefined
}

function editText(edits: readonly ScheduleEdit[]): string {
  if (edits.length === 0) return ''
  return `; annealed early ${listed(edits.map(({ atStep, steps }) => `from step ${atStep} over ${plural(steps, 'step')}`))}`
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
