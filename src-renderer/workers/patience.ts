import { thin } from '../format/format.ts'

/*
 * How long a lost worker is waited for, as a field of text has it: "30 min", "90 s", "2 h", "1 d".
 */

const units = [
  { name: 'd', of: /^d(ays?)?$/, milliseconds: 86_400_000 },
  { name: 'h', of: /^h(ours?)?$/, milliseconds: 3_600_000 },
  { name: 'min', of: /^m(in(utes?)?)?$/, milliseconds: 60_000 },
  { name: 's', of: /^s(ec(onds?)?)?$/, milliseconds: 1_000 },
] as const

const least = 60_000
const most = 7 * 86_400_000

/** In the largest unit that it is a whole number of: 5 400 000 → "90 min". */
export function patienceText(milliseconds: number): string {
  const unit = units.find((one) => milliseconds % one.milliseconds === 0)
  if (unit === undefined) return `${milliseconds / 1000}${thin}s`
  return `${milliseconds / unit.milliseconds}${thin}${unit.name}`
}

/** Milliseconds, or what is wrong with the text. A number alone is minutes. */
export function readPatience(text: string): { readonly milliseconds: number } | { readonly problem: string } {
  const [, number = '', word = ''] = /^\s*(\d+(?:[.,]\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? []
  const unit = word === '' ? units[2] : units.find(({ of }) => of.test(word.toLowerCase()))
  if (number === '' || unit === undefined) return { problem: 'A time, such as 90 s, 30 min, 2 h or 1 d' }
  const milliseconds = Math.round(Number(number.replace(',', '.')) * unit.milliseconds)
  if (milliseconds < least) return { problem: 'At least 1 min' }
  return milliseconds > most ? { problem: 'At most 7 d' } : { milliseconds }
}
