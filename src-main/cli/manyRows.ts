import { UserError } from '../../shared/errors.ts'
import { whole } from './format.ts'

/** So many rows are printed unasked: some thirty megabytes of text. */
export const mostRows = 1_000_000

/**
 * A slip of the keyboard must not print for hours, or fill the disk.
 * @param all whether all of them were asked for
 * @throws UserError when there are more rows than anybody means unasked
 */
export function refuseManyRows(rows: number, all: boolean, doing: string): void {
  if (all || rows <= mostRows) return
  const every = 10 ** Math.ceil(Math.log10(rows / mostRows))
  throw new UserError(
    `While ${doing}: that makes ${whole(rows)} rows, and more than ${whole(mostRows)} are printed only when asked for; add --every ${every} to print one in ${whole(every)}, or --all for all of them.`,
  )
}
