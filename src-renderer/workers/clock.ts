import { moment } from '../format/format.ts'

/** "14:02" of today, "2026-11-02 14:02" of another day; both in milliseconds since 1970, in the time zone of the window. */
export function clock(time: number, now: number = Date.now()): string {
  const whole = moment(time)
  const isToday = whole.slice(0, 10) === moment(now).slice(0, 10)
  return whole.slice(isToday ? 11 : 0, 16)
}
