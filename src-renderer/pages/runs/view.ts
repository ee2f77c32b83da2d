import type { RunSummary } from '../../../shared/api/runs.ts'
import { findColumn, type ValuesAt } from './columns.ts'
import type { Predicate } from './filter/parse.ts'

/* Which rows the table shows, and in what order. */

export interface Sort {
  readonly column: string
  readonly direction: 'ascending' | 'descending'
}

export const newestFirst: Sort = { column: 'started', direction: 'descending' }

/** "-best" is best, highest first, as it stands in the address. Anything unknown is newest first. */
export function readSort(text: string | undefined): Sort {
  const column = text?.replace(/^-/, '') ?? ''
  if (findColumn(column)?.value === undefined) return newestFirst
  return { column, direction: text?.startsWith('-') === true ? 'descending' : 'ascending' }
}

/** undefined for the order that needs no mention. */
export function writeSort({ column, direction }: Sort): string | undefined {
  const text = direction === 'descending' ? `-${column}` : column
  return text === '-started' ? undefined : text
}

/** What a click on a header asks for: the usual direction, then the other, then newest first again. */
export function nextSort(sort: Sort, column: string): Sort {
  const first = findColumn(column)?.highFirst === true ? 'descending' : 'ascending'
  if (sort.column !== column) return { column, direction: first }
  if (sort.direction !== first) return newestFirst
  return { column, direction: first === 'descending' ? 'ascending' : 'descending' }
}

export interface ViewOptions {
  readonly matches: Predicate
  readonly sort: Sort
  /** Stands first, whatever the filter and the order are. */
  readonly baseline: RunSummary | undefined
  readonly at: ValuesAt
}

/** @param runs newest first */
export function rowsInView(runs: readonly RunSummary[], options: ViewOptions): readonly RunSummary[] {
  const { matches, sort, baseline, at } = options
  const kept = runs.filter((run) => run.id !== baseline?.id && matches(run))
  const ordered = inOrder(kept, sort, at)
  return baseline === undefined ? ordered : [baseline, ...ordered]
}

function inOrder(runs: readonly RunSummary[], sort: Sort, at: ValuesAt): readonly RunSummary[] {
  const value = findColumn(sort.column)?.value
  if (value === undefined) return runs
  const sign = sort.direction === 'ascending' ? 1 : -1
  const keyed = runs.map((run) => ({ run, key: value(run, at) }))
  // Stable: runs that tie stay newest first.
  return keyed.sort((a, b) => compareKeys(a.key, b.key, sign)).map(({ run }) => run)
}

type Key = number | string | null
const isMissing = (key: Key): key is null => key === null || Number.isNaN(key)

/** What is not there goes last in either direction. */
function compareKeys(a: Key, b: Key, sign: number): number {
  if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b))
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b)
  const [left, right] = [String(a), String(b)]
  return left === right ? 0 : sign * (left < right ? -1 : 1)
}
