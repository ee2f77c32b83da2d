import type { Verdict } from '../check.ts'

/** What the store holds, as it should be read. A Date is a time. */
export type Cell = number | bigint | string | boolean | Date | Uint8Array | null
/** Columns by name, and their cells in the order of the rows. */
export type Columns = Readonly<Record<string, readonly Cell[]>>
/** What tableFiles.py read. */
export type ReadColumns = Readonly<Record<string, readonly (string | null)[]>>

/**
 * Counts the cells that another program read otherwise, and the columns that are there too often or not at all.
 * @param isText a table of CSV: NaN is an empty field to pandas, times are text, and a whole number may be read as a float
 */
export function compareCells(read: ReadColumns, want: Columns, isText: boolean) {
  const names = new Set([...Object.keys(read), ...Object.keys(want)])
  let [cells, different] = [0, 0]
  for (const name of names) {
    const [got, wanted] = [read[name], want[name]]
    const rows = Math.max(got?.length ?? 0, wanted?.length ?? 0, 1)
    cells += rows
    for (let i = 0; i < rows; i++)
      if (got === undefined || wanted === undefined || !isSame(got[i], wanted[i], isText)) different += 1
  }
  return { cells, different }
}

function isSame(got: string | null | undefined, want: Cell | undefined, isText: boolean): boolean {
  if (got === undefined || want === undefined) return got === want
  if (want === null || (isText && (Number.isNaN(want) || want === ''))) return got === null
  if (got === null) return false
  const [kind, text] = [got.charAt(0), got.slice(1)]
  if (want instanceof Date)
    return isText ? text === want.toISOString() : kind === 't' && Number(text) === want.getTime()
  if (want instanceof Uint8Array) return kind === 'b' && text === Buffer.from(want).toString('hex')
  switch (typeof want) {
    case 'bigint':
      return kind === 'i' && BigInt(text) === want
    case 'boolean':
      return kind === 'o' && text === (want ? '1' : '0')
    case 'number':
      return (kind === 'i' || kind === 'f') && Object.is(numberOf(text) + 0, want + 0)
    case 'string':
      // What looks like a number in CSV is one to whoever reads it.
      return isText
        ? text === want || (kind !== 's' && Number(text) === Number(want))
        : kind === 's' && text === want
  }
}

/** Python writes nan and inf in its own way. */
const numberOf = (text: string): number =>
  text === 'nan' ? Number.NaN : Number(text.replace('inf', 'Infinity'))

export const cellsVerdict = (what: string, by: string, cells: number, different: number): Verdict => ({
  what,
  by,
  compared: `${cells} cells`,
  difference: different,
  limit: 0,
})
