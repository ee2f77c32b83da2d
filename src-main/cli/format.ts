/** Numbers as people read them. Absent values show as a dash. */
export const absent = '–'

/** 0.9136 → "91.36 %" */
export function percent(fraction: number | null | undefined, digits = 2): string {
  return fraction === null || fraction === undefined ? absent : `${(100 * fraction).toFixed(digits)} %`
}

/** A difference of two fractions in percentage points: 0.0112 → "+1.12 points" */
export function points(difference: number | null | undefined): string {
  if (difference === null || difference === undefined) return absent
  const value = 100 * difference
  const text = Math.abs(value).toFixed(2)
  return `${value < 0 && text !== '0.00' ? '−' : '+'}${text} points`
}

export function fixed(value: number | null | undefined, digits = 4): string {
  return value === null || value === undefined ? absent : value.toFixed(digits)
}

/** A learning rate: four significant digits, exponent only where it helps. */
export function rate(value: number): string {
  if (value === 0) return '0'
  const text = Math.abs(value) < 1e-4 ? value.toExponential(2) : String(Number(value.toPrecision(4)))
  return text.replace('e-', 'e−')
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB')
}

/** Seconds as "8 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return absent
  const total = Math.round(seconds)
  if (total < 60) return `${total} s`
  const minutes = Math.floor(total / 60)
  if (minutes < 60) return `${minutes} min ${total % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = count / 1000
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`
}

/** Local time to the minute: "2026-11-03 14:05". */
export function moment(milliseconds: number | null): string {
  if (milliseconds === null) return absent
  const date = new Date(milliseconds)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** "1 snapshot", "3 snapshots" */
export function plural(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? '' : 's'}`
}
