import { useMemo, useRef } from 'react'
import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import type { SweepSpec } from '../../../../shared/study/spec.ts'
import { axesOf, type SweepAxis, shortName } from './axes.ts'
import { bestRows, rowsOf, type SettingRow } from './rows.ts'

/** A sweep's results as all its views have them. */
export interface Sweep {
  readonly spec: SweepSpec
  readonly axes: readonly SweepAxis[]
  /** By the ordinal of their first cell. */
  readonly rows: readonly SettingRow[]
  readonly byKey: ReadonlyMap<string, SettingRow>
  readonly best: SettingRow | undefined
  /** What a path is called where there is little room. */
  readonly nameOf: (path: string) => string
}

/** A row stays the same object while its cells do; axes while no new value comes. */
export function useSweep(spec: SweepSpec, cells: readonly StudyCellInfo[]): Sweep {
  const before = useRef<ReadonlyMap<string, SettingRow>>(new Map())
  const byKey = useMemo(() => {
    before.current = rowsOf(cells, spec.objective, before.current)
    return before.current
  }, [cells, spec.objective])
  const axes = useSteady(useMemo(() => axesOf(spec, cells), [spec, cells]))
  return useMemo(() => {
    const rows = [...byKey.values()]
    return {
      spec,
      axes,
      rows,
      byKey,
      best: bestRows(rows, spec.objective)[0],
      nameOf: (path) => shortName(path, axes),
    }
  }, [spec, axes, byKey])
}

/** The same object while it says the same. */
function useSteady<T>(value: T): T {
  const held = useRef(value)
  if (JSON.stringify(held.current) !== JSON.stringify(value)) held.current = value
  return held.current
}
