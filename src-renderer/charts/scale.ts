import { nice, ticks } from 'd3-array'
import { type Extent, extentOf } from './extent.ts'
import { frameSignal } from './signal.ts'
import type { ChartAxis, ChartSeries } from './types.ts'

/** An axis ready to be drawn: what it spans and where its ticks are. */
export interface Scale {
  readonly kind: 'linear' | 'log'
  readonly domain: readonly [number, number]
  readonly ticks: readonly number[]
}

function* valuesWithin(series: readonly ChartSeries[], [from, to]: Extent, positive: boolean) {
  for (const { x, y, hidden } of series) {
    if (hidden === true) continue
    for (let i = 0; i < x.length; i++) {
      const place = x[i] ?? Number.NaN
      const value = y[i]
      if (place < from || place > to || value === undefined || value === null) continue
      if (!positive || value > 0) yield value
    }
  }
}

/** The x axis: exactly its domain or its data, so that what is zoomed to fills the chart. */
export function xScale(axis: ChartAxis, series: readonly ChartSeries[], wantedTicks: number): Scale {
  const kind = axis.scale ?? 'linear'
  const all = axis.domain ?? extentOf(series.flatMap(({ x }) => [x[0] ?? null, x.at(-1) ?? null])) ?? [0, 1]
  const [low, high] = kind === 'log' ? positive(all) : all
  const domain: Extent = low < high ? [low, high] : [low - 0.5, high + 0.5]
  const round = ticksOf(kind, domain, wantedTicks, axis.whole === true)
  return { kind, domain, ticks: axis.ticksEnd === true ? withEnd(round, domain[1]) : round }
}

/** Room that the words of the last tick need, as a part of the distance between two. */
const leastGap = 0.6

/** With a tick at the end, to which a round one too close to it gives way. */
function withEnd(ticks: readonly number[], end: number): readonly number[] {
  const gap = leastGap * ((ticks[1] ?? end) - (ticks[0] ?? 0))
  return [...ticks.filter((tick) => end - tick >= gap), end]
}

interface FrameOptions {
  /** Values that are to be in the frame beside the lines. */
  readonly also?: readonly number[]
  /** What the axis spanned before: it stays where that fits the data. */
  readonly before?: Extent | undefined
}

/** The y axis: its domain, or framed by what is to be seen of the data, out to round numbers. */
export function yScale(
  axis: ChartAxis,
  series: readonly ChartSeries[],
  within: Extent,
  wantedTicks: number,
  { also = [], before }: FrameOptions = {},
): Scale {
  const kind = axis.scale ?? 'linear'
  const values = [...valuesWithin(series, within, kind === 'log'), ...also]
  const domain =
    (axis.frame === 'all' ? undefined : axis.domain) ??
    (kind === 'log'
      ? logFrame(extentOf(values), values)
      : signalFrame(axis, series, within, wantedTicks, before)) ??
    linearFrame(extentOf(values), wantedTicks, axis)
  return { kind, domain, ticks: ticksOf(kind, domain, wantedTicks, axis.whole === true) }
}

/** Undefined where the axis shows all its values anyway. */
function signalFrame(
  axis: ChartAxis,
  series: readonly ChartSeries[],
  within: Extent,
  wantedTicks: number,
  before: Extent | undefined,
): Extent | undefined {
  if (axis.frame !== 'signal') return undefined
  const frame = frameSignal(series, { within, before, origin: axis.origin })
  return frame === undefined || frame === before ? frame : linearFrame(frame, wantedTicks, axis)
}

function linearFrame(seen: Extent | undefined, wantedTicks: number, { share }: ChartAxis): Extent {
  if (seen === undefined) return [0, 1]
  const [low, high] = seen
  const room = low === 0 ? 1 : Math.abs(low) * 0.1
  const [from, to] = low === high ? [low - room, high + room] : nice(low, high, wantedTicks)
  return share === true ? [Math.max(0, from), Math.min(1, to)] : [from, to]
}

/** What a quarter of the positive values stay below. */
function quarterOf(values: readonly number[]): number | undefined {
  const ascending = values.filter((value) => Number.isFinite(value) && value > 0).sort((a, b) => a - b)
  return ascending[Math.floor(ascending.length / 4)]
}

/** Decades further down than this are rounding, not data, unless most of the data is there. */
const mostDecades = 12

function logFrame(seen: Extent | undefined, values: readonly number[]): Extent {
  const [low, high] = positive(seen ?? [0.1, 1])
  const bottom = high * 10 ** -mostDecades
  const lowest = low >= bottom ? low : Math.max(low, Math.min(bottom, (quarterOf(values) ?? high) / 1000))
  return lowest < high ? [lowest * 0.93, high * 1.07] : [lowest / 2, high * 2]
}

function positive([low, high]: Extent): Extent {
  if (high <= 0) return [0.1, 1]
  return [low > 0 ? low : high * 1e-6, high]
}

function ticksOf(
  kind: Scale['kind'],
  [low, high]: Extent,
  wanted: number,
  whole: boolean,
): readonly number[] {
  const found = kind === 'log' ? logTicks(low, high, wanted) : ticks(low, high, wanted)
  return whole ? found.filter(Number.isInteger) : found
}

function logTicks(low: number, high: number, wanted: number): readonly number[] {
  const from = Math.floor(Math.log10(low))
  const to = Math.ceil(Math.log10(high))
  const within = (factors: readonly number[], every: number): number[] => {
    const found: number[] = []
    for (let power = from; power <= to; power += every) {
      for (const factor of factors) found.push(Number(`${factor}e${power}`))
    }
    return found.filter((tick) => tick >= low && tick <= high)
  }
  const decades = Math.log10(high / low)
  if (decades < 1) return ticks(low, high, wanted)
  if (decades * 3 <= wanted + 2) return within([1, 2, 5], 1)
  return within([1], Math.max(1, Math.ceil(decades / wanted)))
}

/** Where a value lies on the axis: 0 at its start, 1 at its end; NaN for what a log axis cannot show. */
export function project({ kind, domain: [low, high] }: Scale, value: number): number {
  if (kind === 'linear') return (value - low) / (high - low)
  return value > 0 ? Math.log(value / low) / Math.log(high / low) : Number.NaN
}

/** The value at a place of the axis, the inverse of `project`. */
export function unproject({ kind, domain: [low, high] }: Scale, place: number): number {
  return kind === 'linear' ? low + place * (high - low) : low * (high / low) ** place
}
