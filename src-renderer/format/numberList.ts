import { groupedText, shortExponent } from '../../shared/numberText.ts'
import { percent, unknown } from './format.ts'

/*
 * Numbers that stand in one list are written alike: the ticks of an axis, the cells of a column. Thousands are parted as
 * everywhere, by thin spaces, and powers of ten are written "1e23".
 */

type Maybe = number | null | undefined

/** From here on, and below, zeros would pile up. */
const mostGrouped = 1e6
const leastPlain = 1e-3

const isPlain = (size: number): boolean => size === 0 || (size >= leastPlain && size < mostGrouped)

/** A number by itself, to four digits: "0.05", "1 200", "2.3e-7". */
export function plainNumber(value: number): string {
  if (!isPlain(Math.abs(value))) return shortExponent(value.toExponential(exponentDigits(value)))
  return groupedText(String(Number(Number.isInteger(value) ? value : value.toPrecision(4))))
}

/** Ticks are round but for the last bits. */
const exponentDigits = (value: number): number =>
  Number(value.toExponential(0)) === Number(value.toPrecision(9)) ? 0 : 1

/** Writes the ticks of an axis, all with the same digits after the point where they are evenly spaced. */
export function tickNumbers(ticks: readonly number[]): (tick: number) => string {
  if (!isEven(ticks) || !isPlain(largest(ticks))) return plainNumber
  const decimals = decimalsOf(ticks)
  return (tick) => groupedText(tick.toFixed(decimals))
}

/** Writes ticks that are shares in 0..1: "85 %", or "85.5 %" on all of them. */
export function percentTicks(ticks: readonly number[]): (tick: number) => string {
  const decimals = decimalsOf(ticks.map((tick) => 100 * tick))
  return (tick) => percent(tick, decimals)
}

const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

/** Whether all are as far apart; on a log axis they are not. */
function isEven(ticks: readonly number[]): boolean {
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0)
  return ticks.every(
    (tick, i) => i === 0 || Math.abs(tick - (ticks[i - 1] ?? 0) - step) <= 1e-6 * Math.abs(step),
  )
}

const mostDecimals = 10

/** The fewest digits after the point that tell all values, but for their last bits. */
function decimalsOf(values: readonly number[]): number {
  const blur = 1e-9 * largest(values)
  const tells = (decimals: number): boolean =>
    values.every((value) => Math.abs(Number(value.toFixed(decimals)) - value) <= blur)
  let decimals = 0
  while (decimals < mostDecimals && !tells(decimals)) decimals++
  return decimals
}

/** What stored metrics, which are 32-bit floats, can tell: six digits for certain. */
const digits = 6
/** A column that spans more than this has no number of decimals in common. */
const widest = 1e4

/**
 * Writes the cells of a column: all with the same digits after the point, no more than the numbers have. A column over many
 * powers of ten is written number by number.
 */
export function columnNumbers(values: Iterable<Maybe>): (value: Maybe) => string {
  const sizes: number[] = []
  for (const value of values)
    if (value !== null && value !== undefined && Number.isFinite(value) && value !== 0)
      sizes.push(Math.abs(value))
  const [least, most] = extent(sizes)
  const write = most / least > widest || most >= 1e9 ? significant(sizes) : fixed(sizes, most)
  return (value) =>
    value === null || value === undefined || !Number.isFinite(value) ? unknown : write(value)
}

function extent(sizes: readonly number[]): readonly [number, number] {
  let least = Number.POSITIVE_INFINITY
  let most = 0
  for (const size of sizes) {
    least = Math.min(least, size)
    most = Math.max(most, size)
  }
  return sizes.length === 0 ? [1, 1] : [least, most]
}

/** All with the same number of digits, the fewest that tell them. */
function significant(sizes: readonly number[]): (value: number) => string {
  const tells = (wanted: number): boolean =>
    sizes.every((size) => Math.fround(Number(size.toPrecision(wanted))) === Math.fround(size))
  let wanted = 1
  while (wanted < digits && !tells(wanted)) wanted++
  return (value) => {
    if (value === 0) return '0'
    if (!isPlain(Math.abs(value))) return shortExponent(value.toExponential(wanted - 1))
    const whole = Math.floor(Math.log10(Math.abs(value))) + 1
    return groupedText(value.toFixed(Math.max(0, wanted - whole)))
  }
}

function fixed(sizes: readonly number[], most: number): (value: number) => string {
  const whole = Math.floor(Math.log10(most)) + 1
  const room = Math.max(0, digits - whole)
  // A value that is short as a 32-bit float is short, whatever its bits as a 64-bit one say.
  const tells = (decimals: number): boolean =>
    sizes.every((size) => Math.fround(Number(size.toFixed(decimals))) === Math.fround(size))
  let decimals = 0
  while (decimals < room && !tells(decimals)) decimals++
  return (value) => groupedText(value.toFixed(decimals))
}
