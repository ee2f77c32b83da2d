import { useEffect, useMemo, useRef } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import type { ValuesAt } from './columns/column.ts'
import { type FilterError, type ParsedFilter, parseFilter } from './filter/parse.ts'
import type { Listed } from './useListed.ts'
import { heldInPlace, rowsInView, type Sorts } from './view.ts'

interface RowsOptions {
  readonly listed: Listed
  readonly text: string
  readonly sorts: Sorts
  /** One of the list. */
  readonly baseline: RunSummary | undefined
  readonly at: ValuesAt
  /** Keep the rows where they are, whatever a live value says. */
  readonly isHeld: boolean
}

export interface Rows {
  readonly rows: readonly RunSummary[]
  /** How many of them the filter leaves: the baseline stands among them whatever the filter is. */
  readonly matching: number
  readonly error: FilterError | undefined
  /** How the filter was read where it could have meant something else. */
  readonly understood: readonly string[]
}

type Good = Extract<ParsedFilter, { ok: true }>
const everything: Good = { ok: true, matches: () => true, isEmpty: true, understood: [] }

/** The rows as the filter and the order have them; while the filter cannot be read, those of the last that could. */
export function useRows({ listed, text, sorts, baseline, at, isHeld }: RowsOptions): Rows {
  const parsed = useMemo(() => parseFilter(text), [text])
  const lastGood = useRef(everything)
  if (parsed.ok) lastGood.current = parsed
  const { matches } = lastGood.current
  const isByStep = sorts.some(({ column }) => column === 'at')
  const values = isByStep ? at : undefined
  const fresh = useMemo(
    () => rowsInView(listed.runs, { matches, sorts, baseline, at: values ?? none }),
    [listed.runs, matches, sorts, baseline, values],
  )
  // What the user asks for is done at once; only what changes by itself waits.
  const asked = [listed.byId.size === 0, matches, sorts, baseline?.id, values]
  const held = useRef<{ readonly asked: readonly unknown[]; readonly ids: readonly string[] }>(undefined)
  const stands = isHeld && held.current !== undefined && isSame(held.current.asked, asked)
  const rows = stands ? heldInPlace(held.current?.ids ?? [], fresh, listed.byId) : fresh
  const shown = useStableRows(rows)
  useEffect(() => {
    held.current = { asked, ids: shown.map(({ id }) => id) }
  })
  const isExtra = baseline !== undefined && !matches(baseline)
  return {
    rows: shown,
    matching: shown.length - (isExtra ? 1 : 0),
    error: parsed.ok ? undefined : parsed,
    understood: lastGood.current.understood,
  }
}

const none: ValuesAt = new Map()

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i])

/** The same array while its rows are the same. */
function useStableRows(rows: readonly RunSummary[]): readonly RunSummary[] {
  const last = useRef(rows)
  if (!isSame(last.current, rows)) last.current = rows
  return last.current
}
