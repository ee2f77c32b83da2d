import { Checkbox } from '@mantine/core'
import { useMemo, useState } from 'react'
import { counted } from '../../format/format.ts'
import classes from './Compare.module.css'
import { type ConfigGroup, type ConfigRow, configGroups, differenceCount } from './config.ts'
import type { Place } from './places.ts'
import { RunCell } from './RunCell.tsx'

interface ConfigTableProps {
  readonly places: readonly Place[]
  readonly baseline: string | undefined
  readonly showAll: boolean
  readonly onShowAll: (all: boolean) => void
}

/** The settings of the runs side by side, those that matter most first. */
export function ConfigTable({ places, baseline, showAll, onShowAll }: ConfigTableProps) {
  const runs = places.map(({ run }) => run)
  const key = runs.map(({ id, elsewhere }) => id + JSON.stringify(elsewhere?.hyperparameters ?? '')).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a stored spec never changes, what another program says may
  const groups = useMemo(() => configGroups(runs), [key])
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const differing = differenceCount(groups)
  const shown = groups.filter((group) => showAll || group.rows.some(({ differs }) => differs))
  const baseAt = places.findIndex(({ run }) => run.id === baseline)
  const toggle = (title: string): void => {
    const next = new Set(open)
    if (!next.delete(title)) next.add(title)
    setOpen(next)
  }
  return (
    <section aria-label="Settings">
      <div className={classes.sectionHead}>
        <h2>Settings</h2>
        <Checkbox
          label="Only differences"
          checked={!showAll}
          onChange={(event) => onShowAll(!event.currentTarget.checked)}
        />
        <span className={classes.dim}>{differing === 1 ? '1 differs' : `${differing} differ`}</span>
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
            {shown.map((group) => (
              <GroupRows
                key={group.title}
                group={group}
                places={places}
                baseAt={baseAt}
                showAll={showAll}
                isOpen={open.has(group.title)}
                onToggle={() => toggle(group.title)}
              />
            ))}
          </table>
        </section>
      )}
    </section>
  )
}

interface GroupRowsProps {
  readonly group: ConfigGroup
  readonly places: readonly Place[]
  readonly baseAt: number
  readonly showAll: boolean
  readonly isOpen: boolean
  readonly onToggle: () => void
}

/** The part in a word for each run, then its fields; those of runs of different kinds only when asked for. */
function GroupRows({ group, places, baseAt, showAll, isOpen, onToggle }: GroupRowsProps) {
  const { title, summary, rows, isOfSeveralKinds } = group
  const fields = rows.filter(({ differs }) => showAll || differs)
  const isFolded = isOfSeveralKinds && !showAll
  return (
    <tbody>
      <tr className={classes.group}>
        <th scope="rowgroup">
          {title}
          {isFolded && (
            <button type="button" className={classes.small} aria-expanded={isOpen} onClick={onToggle}>
              {isOpen ? 'hide its fields' : counted(fields.length, 'field')}
            </button>
          )}
        </th>
        <Values row={summary} places={places} base={summary.values[baseAt]} />
      </tr>
      {(!isFolded || isOpen) &&
        fields.map((row) => (
          <tr key={row.label}>
            <th scope="row" className={classes.setting}>
              {row.label}
            </th>
            <Values row={row} places={places} base={row.values[baseAt]} />
          </tr>
        ))}
    </tbody>
  )
}

interface ValuesProps {
  readonly row: ConfigRow
  readonly places: readonly Place[]
  readonly base: string | undefined
}

/** Against the baseline where there is one; else every value of a setting that differs stands out. */
function Values({ row, places, base }: ValuesProps) {
  return places.map(({ run }, i) => {
    const value = row.values[i]
    const differs = row.differs && (base === undefined || value !== base)
    return (
      <td key={run.id} data-differs={differs}>
        {value ?? <span className={classes.dim}>–</span>}
      </td>
    )
  })
}
