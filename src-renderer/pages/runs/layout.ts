import { useCallback, useEffect, useState } from 'react'
import { z } from 'zod'
import { columns, findColumn } from './columns/columns.ts'

export const narrowest = 44
export const widest = 900

/** What the user made of the table; it stays in this browser. */
const storedLayout = z.object({
  /** Ids of the columns shown, in their order. */
  shown: z.array(z.string()).max(200),
  /** Pixels of the columns that were resized. */
  widths: z.record(z.string(), z.number().min(narrowest).max(widest)).catch({}),
  baseline: z.string().nullable().catch(null),
  /** The step whose value the column "at" shows, and of which series. */
  at: z
    .object({ series: z.enum(['accuracy', 'loss', 'lr']), step: z.int().min(0) })
    .catch({ series: 'accuracy', step: 1000 }),
  /** Kept since there is a column that tells where a run trains: before, nobody can have hidden it. */
  knowsWhere: z.literal(true).optional().catch(undefined),
})
export type TableLayout = z.infer<typeof storedLayout>

const key = 'anneal.runs.table'

export const firstLayout: TableLayout = {
  shown: columns.filter(({ shownAtFirst }) => shownAtFirst).map(({ id }) => id),
  widths: {},
  baseline: null,
  at: { series: 'accuracy', step: 1000 },
  knowsWhere: true,
}

/** An earlier version had one column for ensembles, of test data where it could, beside columns of validation data. */
const mixedEnsemble = 'ensemble'
const ensembleColumns = ['validationEnsemble', 'test', 'testEnsemble']

/** Anything that is not a layout, or of another version's columns, falls back piece by piece. */
export function readLayout(text: string | null): TableLayout {
  if (text === null) return firstLayout
  try {
    const layout = storedLayout.parse(JSON.parse(text))
    const shown = [
      ...new Set(layout.shown.flatMap((id) => (id === mixedEnsemble ? ensembleColumns : id))),
    ].filter((id) => findColumn(id) !== undefined)
    const named = shown.includes('name') ? shown : ['name', ...shown]
    const isNew = layout.knowsWhere !== true && !named.includes('where')
    return { ...layout, shown: isNew ? toggleColumn(named, 'where') : named, knowsWhere: true }
  } catch {
    return firstLayout
  }
}

/** Moves a column one place to the left or right. */
export function moveColumn(shown: readonly string[], id: string, by: -1 | 1): string[] {
  const from = shown.indexOf(id)
  const to = from + by
  if (from === -1 || to < 0 || to >= shown.length) return [...shown]
  const others = shown.filter((one) => one !== id)
  return [...others.slice(0, to), id, ...others.slice(to)]
}

/** A column that comes back stands where the full list has it, after its nearest neighbour that is shown. */
export function toggleColumn(shown: readonly string[], id: string): string[] {
  if (shown.includes(id)) return shown.filter((one) => one !== id || one === 'name')
  const place = columns.findIndex((column) => column.id === id)
  // One of a hyperparameter has no place in the full list.
  if (place === -1) return [...shown, id]
  const before = columns.slice(0, place).findLast((column) => shown.includes(column.id))
  const at = before === undefined ? 0 : shown.indexOf(before.id) + 1
  return [...shown.slice(0, at), id, ...shown.slice(at)]
}

/** Puts a column in the place of another, as when its header is dragged there. */
export function placeColumn(shown: readonly string[], id: string, target: string): string[] {
  const from = shown.indexOf(id)
  const to = shown.indexOf(target)
  if (from === -1 || to === -1 || from === to) return [...shown]
  const others = shown.filter((one) => one !== id)
  return [...others.slice(0, to), id, ...others.slice(to)]
}

export type ChangeLayout = (change: Partial<TableLayout>) => void

export function useLayout(): readonly [TableLayout, ChangeLayout] {
  const [layout, setLayout] = useState(() => readLayout(localStorage.getItem(key)))
  const change = useCallback<ChangeLayout>((part) => setLayout((before) => ({ ...before, ...part })), [])
  useEffect(() => localStorage.setItem(key, JSON.stringify(layout)), [layout])
  return [layout, change]
}
