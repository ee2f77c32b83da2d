import { countText, percentText, rateText, shortExponent, thin } from '../../shared/numberText.ts'

/*
 * Numbers as people read them, with their units. A thin no-break space stands before a unit, and an en dash for what
 * is not known.
 */

export { thin }
export const unknown = '–'

type Maybe = number | null | undefined

const isKnown = (value: Maybe): value is number =>
  value !== null && value !== undefined && Number.isFinite(value)

/** "86.1 %" of 0.861. @param digits after the point */
export function percent(part: Maybe, digits = 1): string {
  return isKnown(part) ? percentText(part, digits) : unknown
}

/** "+1.2 pp" of 0.012: how two shares differ, in percentage points. */
export function points(difference: Maybe, digits = 1): string {
  return isKnown(difference) ? `${signed(100 * difference, digits)}${thin}pp` : unknown
}

/** "+0.012", "−3"; a difference that rounds to nothing is "±0.0". @param digits after the point */
export function signed(difference: number, digits: number): string {
  const size = Math.abs(difference).toFixed(digits)
  if (Number(size) === 0) return `±${size}`
  return `${difference > 0 ? '+' : '−'}${size}`
}

/** Nats or any other positive number to four digits: "0.4213", "12.53", "4 321", "3.1e-5". */
export function loss(value: Maybe): string {
  if (!isKnown(value)) return unknown
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return shortExponent(value.toExponential(1))
  if (size >= 1000) return count(value)
  return value.toFixed(size < 10 ? 4 : 2)
}

/** A learning rate to four digits: "0.05", "1e-4", "2.5e-6". */
export function rate(value: Maybe): string {
  return isKnown(value) ? rateText(value) : unknown
}

/** "0.8 s", "12 s", "3 m 20 s", "4 h 05 m", "2 d 3 h". */
export function duration(seconds: Maybe): string {
  if (!isKnown(seconds)) return unknown
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)}${thin}s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}${thin}s`
  if (whole < 3600) return twoUnits(whole, 60, 'm', 's')
  if (whole < 86_400) return twoUnits(whole / 60, 60, 'h', 'm')
  return twoUnits(whole / 3600, 24, 'd', 'h')
}

function twoUnits(count: number, inOne: number, large: string, small: string): string {
  const whole = Math.floor(count)
  const rest = whole % inOne
  const few = inOne === 60 ? String(rest).padStart(2, '0') : String(rest)
  return `${Math.floor(whole / inOne)}${thin}${large} ${few}${thin}${small}`
}

/** "just now", "5 m ago", "3 h ago", "yesterday", "6 d ago", then the day: "2026-11-02". Both in milliseconds since 1970. */
export function ago(then: Maybe, now: number = Date.now()): string {
  if (!isKnown(then)) return unknown
  const minutes = Math.floor((now - then) / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes}${thin}m ago`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours}${thin}h ago`
  const days = Math.floor(hours / 24)
  if (days === 1) return 'yesterday'
  return days < 14 ? `${days}${thin}d ago` : day(then)
}

/** "2026-11-02", in the time zone of the window. */
export function day(time: number): string {
  const date = new Date(time)
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** "2026-11-02 14:05:09", for titles and tables. */
export function moment(time: Maybe): string {
  if (!isKnown(time)) return unknown
  return `${day(time)} ${new Date(time).toTimeString().slice(0, 8)}`
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Powers of 1000: "512 B", "9.2 MB". */
export function bytes(value: Maybe): string {
  if (!isKnown(value)) return unknown
  let left = value
  for (const unit of byteUnits) {
    const shown = unit === 'B' || left >= 99.95 ? left.toFixed(0) : left.toFixed(1)
    if (Number(shown) < 1000 || unit === 'TB') return `${shown}${thin}${unit}`
    left /= 1000
  }
  return unknown
}

/** Whole numbers with thin spaces between thousands: "12 000". */
export function count(value: Maybe): string {
  return isKnown(value) ? countText(value) : unknown
}

/** "1 run", "2 000 runs". */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)}${thin}${value === 1 ? noun : plural}`
}

/** Examples per second: "12 400/s". */
export function perSecond(value: Maybe): string {
  return isKnown(value) ? `${count(value)}/s` : unknown
}

/**
 * "after 840 steps": a moment of a run by the number of steps done, which every door counts. Stored with a snapshot or an
 * epoch is the last step before that moment, from 0.
 */
export function afterSteps(lastStep: number): string {
  return `after ${counted(lastStep + 1, 'step')}`
}
