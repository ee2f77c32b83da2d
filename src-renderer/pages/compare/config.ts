import type { RunSpec } from '../../../shared/run/spec.ts'
import { specGroups } from '../run/specRows.ts'

/** One setting across the runs compared. */
export interface ConfigRow {
  /** "Optimizer", "Schedule". */
  readonly group: string
  readonly label: string
  /** One a run; undefined: it has no such setting. */
  readonly values: readonly (string | undefined)[]
  readonly differs: boolean
}

/** Every setting that any of the specs has, in the order of the specs. */
export function configRows(specs: readonly RunSpec[]): readonly ConfigRow[] {
  const rows = new Map<string, { group: string; label: string; values: (string | undefined)[] }>()
  for (const [place, spec] of specs.entries()) {
    for (const { title, rows: settings } of specGroups(spec)) {
      for (const { label, value } of settings) {
        const key = `${title}\n${label}`
        const row = rows.get(key) ?? { group: title, label, values: specs.map(() => undefined) }
        row.values[place] = value
        rows.set(key, row)
      }
    }
  }
  const order = ['Data', 'Model', 'Optimizer', 'Schedule', 'Training']
  return [...rows.values()]
    .map((row) => ({ ...row, differs: new Set(row.values).size > 1 }))
    .sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group))
}
