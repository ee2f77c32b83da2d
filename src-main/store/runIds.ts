import { randomInt } from 'node:crypto'

/** Twelve letters and digits: eight of the time in milliseconds (until 2059), so that ids sort by age, four random. */
export function newRunId(now: number): string {
  const random = randomInt(36 ** 4)
  return now.toString(36).padStart(8, '0') + random.toString(36).padStart(4, '0')
}

/** Eight letters and digits. */
export const newWorkerId = (): string => Array.from({ length: 8 }, () => randomInt(36).toString(36)).join('')
