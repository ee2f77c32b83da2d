import { UserError } from '../../errors.ts'
import { float, type PythonFile } from './python.ts'

/** Values that a file may list. */
const maxValues = 100_000

/**
 * A lookup of rates that have no closed form, where equal ones in a row are listed once; after the last tick it stays.
 * @param tick steps per tick
 * @throws UserError where there are too many rates to list
 */
export function writeTable(
  file: PythonFile,
  ticks: number,
  tick: number,
  rateAt: (tick: number) => number,
): string[] {
  const starts: number[] = []
  const values: number[] = []
  for (let at = 0; at < ticks; at++) {
    const value = rateAt(at)
    if (value === values.at(-1)) continue
    if (values.length >= maxValues) {
      throw new UserError(
        `While exporting the schedule: a recursive chain has no closed form, and more than ${maxValues} different rates do not fit a source file; use combine "product", or a shorter run.`,
      )
    }
    starts.push(at * tick)
    values.push(value)
  }
  const firsts = file.list('RATE_FROM_STEP', starts.map(String))
  const rates = file.list('RATES', values.map(float))
  return [`return ${rates}[bisect.bisect_right(${firsts}, step) - 1]`]
}
