import { Checkbox } from '@mantine/core'
import { Fragment, useMemo } from 'react'
import classes from './Compare.module.css'
import { type ConfigRow, configRows } from './config.ts'
import type { Place } from './places.ts'
import { RunCell } from './RunCell.tsx'

interface ConfigTableProps {
  readonly places: readonly Place[]
  readonly baseline: string | undefined
  readonly showAll: boolean
  readonly onShowAll: (all: boolean) => void
}

/** The settings of the runs side by side. */
export function ConfigTable({ places, baseline, showAll, onShowAll }: ConfigTableProps) {
  const specs = places.map(({ run }) => run.spec)
  const key = places.map(({ run }) => run.id).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a stored spec never changes
  const rows = useMemo(() => configRows(specs), [key])
  const shown = showAll ? rows : rows.filter(({ differs }) => differs)
  const baseAt = places.findIndex(({ run }) => run.id === baseline)
  return (
    <section aria-label="Settings">
      <div className={classes.sectionHead}>
        <h2>Settings</h2>
        <Checkbox
          label="Only differences"
          checked={!showAll}
          onChange={(event) => onShowAll(!event.currentTarget.checked)}
        />
        <span className={classes.dim}>
          {rows.filter(({ differs }) => differs).length} of {rows.length} differ
        </span>
      </div>
      {shown.length === 0 ? (
        <p className={classes.dim}>All settings are the same.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.scroll} tabIndex={0} aria-label="Table of settings">
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                {places.map((place) => (
                  <th key={place.run.id} scope="col">
                    <RunCell place={place} isBaseline={place.run.id === baseline} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((row, i) => (
                <Fragment key={`${row.group} ${row.label}`}>
                  {shown[i - 1]?.group !== row.group && (
                    <tr className={classes.group}>
                      <th scope="colgroup" colSpan={places.length + 1}>
                        {row.group}
                      </th>
                    </tr>
                  )}
                  <SettingRow row={row} places={places} base={row.values[baseAt]} />
                </Fragment>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  )
}

/** Against the baseline where there is one; else every value of a setting that differs stands out. */
function SettingRow({
  row,
  places,
  base,
}: {
  readonly row: ConfigRow
  readonly places: readonly Place[]
  readonly base: string | undefined
}) {
  return (
    <tr>
      <th scope="row" className={classes.setting}>
        {row.label}
      </th>
      {places.map(({ run }, i) => {
        const value = row.values[i]
        const differs = row.differs && (base === undefined || value !== base)
        return (
          <td key={run.id} data-differs={differs}>
            {value ?? <span className={classes.dim}>–</span>}
          </td>
        )
      })}
    </tr>
  )
}
