import type { RunSummary } from '../../../shared/api/runs.ts'
import { isOurs } from '../../../shared/run/kind.ts'
import { counted, rate } from '../../format/format.ts'
import { type SpecGroup, specGroups } from '../run/specRows.ts'
import { factsOf } from '../runs/facts.ts'
import { HPARAM, hyperparameterNames, hyperparameterOf } from '../runs/hyperparameters.ts'

/** One setting across the runs compared. */
export interface ConfigRow {
  readonly label: string
  /** One a run; undefined: it has no such setting. */
  readonly values: readonly (string | undefined)[]
  readonly differs: boolean
}

/** "Optimizer", "Schedule": a part of the specs. */
export interface ConfigGroup {
  readonly title: string
  /** The whole part in a word or two, of each run. */
  readonly summary: ConfigRow
  readonly rows: readonly ConfigRow[]
  /**
   * Whether the runs have different kinds in this part (SGDR and 1cycle): most of their fields then have no counterpart,
   * and the summary says more than the fields.
   */
  readonly isOfSeveralKinds: boolean
}

/** What decides most of how a run ends comes first. */
const order = ['Schedule', 'Optimizer', 'Model', 'Training', 'Data']

/** Every setting that any of the runs has, part by part; the schedule's with the highest rate it comes to; then what other programs said of theirs. */
export function configGroups(runs: readonly RunSummary[]): readonly ConfigGroup[] {
  const parts = runs.map((run) =>
    isOurs(run) ? specGroups(run.spec).map((group) => withRate(group, run)) : [],
  )
  const ofPrograms = hyperparameterNames(runs).map((name) =>
    rowOf(
      name,
      runs.map((run) => {
        const value = hyperparameterOf(run, `${HPARAM}${name}`)
        return value === null ? undefined : String(value)
      }),
    ),
  )
  const ours = order.map((title) => {
    const groups = parts.map((part) => part.find((group) => group.title === title))
    const rows = rowsOf(groups)
    return {
      title,
      summary: rowOf(
        title,
        groups.map((group) => group?.summary),
      ),
      rows,
      isOfSeveralKinds: rows.some(({ label, differs }) => label === 'kind' && differs),
    }
  })
  if (ofPrograms.length === 0) return ours
  const summary = rowOf(
    'Trained elsewhere',
    runs.map(({ elsewhere }) =>
      elsewhere === null ? undefined : counted(Object.keys(elsewhere.hyperparameters).length, 'setting'),
    ),
  )
  return [...ours, { title: 'Trained elsewhere', summary, rows: ofPrograms, isOfSeveralKinds: false }]
}

function withRate(group: SpecGroup, run: RunSummary): SpecGroup {
  if (group.title !== 'Schedule') return group
  return { ...group, rows: [{ label: 'highest rate', value: rate(factsOf(run).lrMax) }, ...group.rows] }
}

function rowsOf(groups: readonly (SpecGroup | undefined)[]): ConfigRow[] {
  const labels = new Set(groups.flatMap((group) => group?.rows.map(({ label }) => label) ?? []))
  return [...labels].map((label) =>
    rowOf(
      label,
      groups.map((group) => group?.rows.find((row) => row.label === label)?.value),
    ),
  )
}

const rowOf = (label: string, values: ConfigRow['values']): ConfigRow => ({
  label,
  values,
  differs: new Set(values).size > 1,
})

/** How many settings differ, fields of different kinds counted as the one choice they are. */
export function differenceCount(groups: readonly ConfigGroup[]): number {
  return groups.reduce(
    (sum, group) => sum + (group.isOfSeveralKinds ? 1 : group.rows.filter(({ differs }) => differs).length),
    0,
  )
}
