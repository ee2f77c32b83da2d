import { moment, thin } from '../format/format.ts'

/** "14:02" of today, "2026-11-02 14:02" of another day; both in milliseconds since 1970, in the time zone of the window. */
export function clock(time: number, now: number = Date.now()): string {
  const whole = moment(time)
  const isToday = whole.slice(0, 10) === moment(now).slice(0, 10)
  return whole.slice(isToday ? 11 : 0, 16)
}

/** "40 s", "12 min", "5 h": coarse, for how long ago something was heard. */
export function sinceWords(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < 120) return `${seconds}${thin}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 120) return `${minutes}${thin}min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours}${thin}h` : `${Math.floor(hours / 24)}${thin}d`
}
