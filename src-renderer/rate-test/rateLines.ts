import type { RateTestSettings } from '../../shared/run/rateTest.ts'

/*
 * The two lines that a user moves over a range test: the lowest and the highest rate to train with. They stay within the
 * rates tested, never cross, and stand at rates of three digits, so that what is read is what is used.
 */

export interface RateLines {
  readonly low: number
  readonly high: number
}
export type LineName = keyof RateLines

type Ramp = Pick<RateTestSettings, 'ramp' | 'from' | 'to'>

const rounded = (rate: number): number => Number(rate.toPrecision(3))
const clamp = (rate: number, least: number, most: number): number => Math.min(most, Math.max(least, rate))

/** With one of the lines at a rate, or as near to it as it may come. */
export function moved(lines: RateLines, line: LineName, to: number, { from, to: top }: Ramp): RateLines {
  if (!Number.isFinite(to)) return lines
  const rate = clamp(rounded(to), from, top)
  return line === 'low'
    ? { low: Math.min(rate, lines.high), high: lines.high }
    : { low: lines.low, high: Math.max(rate, lines.low) }
}

/** A cyclical schedule's lowest rate is a third or a quarter of its highest, where nothing else says it (Smith, section 3.3). */
const usualQuotient = 4

/** With one of the lines at a rate that was chosen for it: the other one makes way. */
export function chosen(lines: RateLines, line: LineName, rate: number, ramp: Ramp): RateLines {
  const whole = { low: ramp.from, high: ramp.to }
  if (line === 'high' && rate <= lines.low) {
    return moved(moved(whole, 'low', rate / usualQuotient, ramp), 'high', rate, ramp)
  }
  if (line === 'low' && rate >= lines.high) {
    return moved(moved(whole, 'high', rate * usualQuotient, ramp), 'low', rate, ramp)
  }
  return moved(lines, line, rate, ramp)
}

/** Parts of the axis that one key press moves a line by, and one with shift held or a page key. */
const keySteps = 200
const largeSteps = 20

/** Where a key leads a line; undefined: it is no key of a line's. */
export function movedByKey(
  lines: RateLines,
  line: LineName,
  { key, shiftKey }: { readonly key: string; readonly shiftKey: boolean },
  ramp: Ramp,
): RateLines | undefined {
  const by = (parts: number): RateLines => moved(lines, line, nudged(lines[line], parts, ramp), ramp)
  const step = 1 / (shiftKey ? largeSteps : keySteps)
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return by(step)
    case 'ArrowLeft':
    case 'ArrowDown':
      return by(-step)
    case 'PageUp':
      return by(1 / largeSteps)
    case 'PageDown':
      return by(-1 / largeSteps)
    case 'Home':
      return moved(lines, line, ramp.from, ramp)
    case 'End':
      return moved(lines, line, ramp.to, ramp)
    default:
      return undefined
  }
}

/** A rate some parts of the axis further: the axis is that of the ramp. Three digits may be too few for so small a step. */
function nudged(rate: number, parts: number, { ramp, from, to }: Ramp): number {
  const next = ramp === 'exponential' ? rate * (to / from) ** parts : rate + (to - from) * parts
  return rounded(next) === rate ? rate * (1 + Math.sign(parts) * 0.006) : next
}

/** Of a range test, as far as it says where the lines may stand at first. */
export interface LineHints {
  readonly valley: number | null
  readonly steep: number | null
  readonly slide: number | null
  readonly minimum: number | null
  readonly lower: number | null
}

/** Until they are moved: at the first suggestion there is, and at Smith's lower bound or a quarter of it. */
export function firstLines(hints: LineHints, ramp: Ramp): RateLines {
  const middle = ramp.ramp === 'exponential' ? Math.sqrt(ramp.from * ramp.to) : (ramp.from + ramp.to) / 2
  const high = hints.valley ?? hints.steep ?? hints.minimum ?? hints.slide ?? middle
  const lower = hints.lower !== null && hints.lower < high ? hints.lower : high / usualQuotient
  const inside = (rate: number): number => clamp(rounded(rate), ramp.from, ramp.to)
  return { low: inside(lower), high: inside(high) }
}
