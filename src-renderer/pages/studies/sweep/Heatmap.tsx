import { Select } from '@mantine/core'
import { type CSSProperties, type KeyboardEvent, useMemo, useState } from 'react'
import { counted } from '../../../format/format.ts'
import type { ScoreMeasure } from '../../../format/scoreMeasure.ts'
import { objectiveText, objectiveWords } from '../words.ts'
import classes from './Heatmap.module.css'
import { type HeatCell, heatOf } from './heat.ts'
import type { SettingRow } from './rows.ts'
import sweepClasses from './Sweep.module.css'
import type { Sweep } from './useSweep.ts'
import { stateText } from './words.ts'

interface HeatmapProps {
  readonly sweep: Sweep
  readonly rows: readonly SettingRow[]
  readonly measure: ScoreMeasure
  readonly chosen: string | undefined
  readonly onChoose: (key: string) => void
}

/** Two axes against each other, the mean in the cell. Arrow keys move in it, Enter chooses. */
export function Heatmap({ sweep, rows, measure, chosen, onChoose }: HeatmapProps) {
  const { axes, nameOf, spec } = sweep
  const [picked, setPicked] = useState<{ readonly across?: string; readonly up?: string }>({})
  const across = axes.find(({ path }) => path === picked.across) ?? axes[0]
  const up =
    axes.find(({ path }) => path === picked.up && path !== across?.path) ??
    axes.find(({ path }) => path !== across?.path)
  const map = useMemo(
    () => (across === undefined || up === undefined ? undefined : heatOf(rows, across, up, spec.objective)),
    [rows, across, up, spec.objective],
  )
  if (map === undefined || across === undefined || up === undefined) return null
  const paths = axes.map(({ path }) => ({ value: path, label: nameOf(path) }))
  const others = axes.length > 2 ? ', all other axes at their best for each pair' : ''
  const lines = map.lines.toReversed()
  const shown = lines.flatMap(({ cells }) => cells.flatMap(({ row }) => row ?? []))
  // One stop for the tab key, however many cells there are.
  const stop = shown.find(({ key }) => key === chosen) ?? shown[0]
  return (
    <section className={sweepClasses.part} aria-label="Heatmap">
      <div className={sweepClasses.partHead}>
        <h2>Two axes</h2>
        <Select
          aria-label="Axis across"
          w={140}
          data={paths}
          value={across.path}
          allowDeselect={false}
          onChange={(path) =>
            path !== null && setPicked({ across: path, up: up.path === path ? across.path : up.path })
          }
        />
        <span>against</span>
        <Select
          aria-label="Axis up"
          w={140}
          data={paths}
          value={up.path}
          allowDeselect={false}
          onChange={(path) =>
            path !== null && setPicked({ up: path, across: across.path === path ? up.path : across.path })
          }
        />
      </div>
      <p className={sweepClasses.about}>
        Mean {objectiveWords(spec.objective, measure)} over {seedsOf(rows)}
        {others}.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.heatBox} tabIndex={0} aria-label="Heatmap: cells">
        <table className={classes.heat} onKeyDown={moveFocus}>
          <caption className={classes.heard}>
            Mean {objectiveWords(spec.objective, measure)} by {nameOf(up.path)} and {nameOf(across.path)}
          </caption>
          <tbody>
            {lines.map(({ label, cells }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {cells.map((cell, place) => {
                  const best = cell.row !== undefined && cell.row === sweep.best
                  return (
                    <td key={map.columns[place]} data-best={best} style={warmth(cell.warmth)}>
                      <button
                        type="button"
                        disabled={cell.row === undefined}
                        tabIndex={cell.row === stop ? 0 : -1}
                        aria-pressed={cell.row !== undefined && cell.row.key === chosen}
                        title={helpOf(cell)}
                        onClick={() => cell.row !== undefined && onChoose(cell.row.key)}
                      >
                        {cellText(cell, sweep, measure)}
                        {best && <span className={classes.heard}> best</span>}
                      </button>
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <td className={classes.corner}>
                {nameOf(up.path)} ↑ {nameOf(across.path)} →
              </td>
              {map.columns.map((label) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </tfoot>
        </table>
      </section>
    </section>
  )
}

function cellText({ row, count, diverged }: HeatCell, { spec }: Sweep, measure: ScoreMeasure): string {
  if (row !== undefined) return objectiveText(row.score?.mean ?? null, spec.objective, measure)
  if (count === 0) return ''
  return diverged > 0 ? 'diverged' : '…'
}

function helpOf({ row, count, diverged }: HeatCell): string {
  if (row !== undefined) {
    const n = row.score?.n ?? 0
    return `Mean of ${counted(n, 'run')}, ${stateText(row)}${diverged > 0 && row.diverged === 0 ? `; ${counted(diverged, 'setting')} here diverged` : ''}`
  }
  if (count === 0) return 'No setting has these two values'
  return diverged > 0 ? `${counted(diverged, 'setting')} here diverged` : 'No run here has a score yet'
}

/** CSS takes properties of its own; React's types do not know them. */
const warmth = (part: number): CSSProperties => Object.fromEntries([['--heat', part.toFixed(3)]])

const steps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** Arrow keys go from cell to cell, over those that cannot be chosen. */
function moveFocus(event: KeyboardEvent<HTMLTableElement>): void {
  const [down, right] = steps[event.key] ?? [0, 0]
  const cell = event.target instanceof Element ? event.target.closest('td') : null
  const line = cell?.parentElement
  if (cell === null || !(line instanceof HTMLTableRowElement) || (down === 0 && right === 0)) return
  event.preventDefault()
  event.stopPropagation()
  let at = [line.rowIndex + down, cell.cellIndex + right] as const
  for (;;) {
    const button = event.currentTarget.rows[at[0]]?.cells[at[1]]?.querySelector('button')
    if (button === undefined || button === null) return
    if (!button.disabled) {
      button.focus()
      return
    }
    at = [at[0] + down, at[1] + right]
  }
}

/** "3 seeds", "1 to 3 seeds": of the settings that have a value. */
function seedsOf(rows: readonly SettingRow[]): string {
  const counts = rows.flatMap(({ score }) => score?.n ?? [])
  const most = Math.max(0, ...counts)
  const least = Math.min(most, ...counts)
  return least === most ? counted(most, 'seed') : `${least} to ${counted(most, 'seed')}`
}
