import type { RunSummary } from '../../../shared/api/runs.ts'
import type { ValuesAt } from './columns/column.ts'
import { findColumn } from './columns/columns.ts'
import type { Predicate } from './filter/parse.ts'

/*
 * Which rows the table shows, and in what order. The table library behind the header holds the columns' widths only: its
 * row model makes an object for each of 2,000 runs anew with every live change (two to three times as long as the sort
 * here, in the same browser frame), and it has no rows that are held in place under the pointer, no baseline that stands
 * first, and no cursor and anchor that outlive the rows that come and go.
 */

export interface Sort {
  readonly column: string
  readonly direction: 'ascending' | 'descending'
}

/** What is sorted by first, and what decides where that ties. Never empty. */
export type Sorts = readonly [Sort] | readonly [Sort, Sort]

const newestFirst: Sort = { column: 'created', direction: 'descending' }

/** "-best,model" is best, highest first, then by model, as it stands in the address. Anything unknown is left out. */
export function readSorts(text: string | undefined): Sorts {
  const sorts = (text ?? '').split(',').flatMap((part): Sort[] => {
    const column = part.replace(/^-/, '')
    if (findColumn(column)?.value === undefined) return []
    return [{ column, direction: part.startsWith('-') ? 'descending' : 'ascending' }]
  })
  const [first = newestFirst, ...others] = sorts
  const second = others.find(({ column }) => column !== first.column)
  return second === undefined ? [first] : [first, second]
}

/** undefined for the order that needs no mention. */
export function writeSorts(sorts: Sorts): string | undefined {
  const text = sorts
    .map(({ column, direction }) => (direction === 'descending' ? `-${column}` : column))
    .join(',')
  return text === '-created' ? undefined : text
}

/**
 * What a click on a header asks for: the usual direction, then the other, then newest first again. With shift held the
 * first stays, and the same goes for the second.
 */
export function nextSorts(sorts: Sorts, column: string, isSecond: boolean): Sorts {
  const [first, second] = sorts
  if (isSecond && first.column !== column) {
    const next = turned(second, column)
    return next === undefined ? [first] : [first, next]
  }
  const next = turned(first, column)
  if (!isSecond) return [next ?? newestFirst]
  return second === undefined ? [next ?? newestFirst] : next === undefined ? [second] : [next, second]
}

function turned(sort: Sort | undefined, column: string): Sort | undefined {
  const first = findColumn(column)?.highFirst === true ? 'descending' : 'ascending'
  if (sort?.column !== column) return { column, direction: first }
  if (sort.direction !== first) return undefined
  return { column, direction: first === 'descending' ? 'ascending' : 'descending' }
}

export interface ViewOptions {
  readonly matches: Predicate
  readonly sorts: Sorts
  /** Stands first, whatever the filter and the order are. */
  readonly baseline: RunSummary | undefined
  readonly at: ValuesAt
}

/** @param runs newest first */
export function rowsInView(runs: readonly RunSummary[], options: ViewOptions): readonly RunSummary[] {
  const { matches, sorts, baseline, at } = options
  const kept = runs.filter((run) => run.id !== baseline?.id && matches(run))
  const ordered = inOrder(kept, sorts, at)
  return baseline === undefined ? ordered : [baseline, ...ordered]
}

function inOrder(runs: readonly RunSummary[], sorts: Sorts, at: ValuesAt): readonly RunSummary[] {
  const by = sorts.map(({ column, direction }) => ({
    value: findColumn(column)?.value ?? (() => null),
    sign: direction === 'ascending' ? 1 : -1,
  }))
  const keyed = runs.map((run) => ({ run, keys: by.map(({ value }) => value(run, at)) }))
  // Stable: runs that tie stay newest first.
  keyed.sort((a, b) => {
    for (const [place, { sign }] of by.entries()) {
      const order = compareKeys(a.keys[place] ?? null, b.keys[place] ?? null, sign)
      if (order !== 0) return order
    }
    return 0
  })
  return keyed.map(({ run }) => run)
}

/**
 * The rows in the order in which they stood, while the pointer is among them or some are selected: what a live value or
 * an edit would move, or take out of the filter, stays where it is until then. New rows come below.
 *
 * @param held ids as they stood
 * @param candidates every run of the list, filtered or not
 */
export function heldInPlace(
  held: readonly string[],
  rows: readonly RunSummary[],
  candidates: ReadonlyMap<string, RunSummary>,
): readonly RunSummary[] {
  const stood = new Set(held)
  const staying = held.flatMap((id) => candidates.get(id) ?? [])
  return [...staying, ...rows.filter(({ id }) => !stood.has(id))]
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
