import type { StudyCellInfo } from '../../shared/api/studies.ts'
import { UserError } from '../../shared/errors.ts'
import type { Core } from '../core.ts'
import type { SnapshotTable } from '../ensembles/result.ts'
import { type Cli, printJson } from './context.ts'
import { findStudy } from './findStudy.ts'
import { percent } from './format.ts'
import { gridText } from './gridText.ts'

interface SettingsTable extends SnapshotTable {
  readonly settings: StudyCellInfo['settings']
  readonly budget: number
}

/** Prints, for each settings of a study, the error of ensembles of N runs times M snapshots. */
export async function tellSnapshotTables(cli: Cli, core: Core, json: boolean, given: string): Promise<void> {
  const { study, cells } = findStudy(core.store.read, given)
  const tables = groups(cells).map(({ settings, budget, runIds }) => ({
    settings,
    budget,
    ...core.ensembles.runsBySnapshots(runIds),
  }))
  if (tables.length === 0) {
    throw new UserError(
      `While building ensembles of several runs: no run of study ${study.id} has completed yet; wait for it, or go on with "anneal studies resume ${study.id}".`,
    )
  }
  if (json) return printJson(cli, { studyId: study.id, tables })
  await cli.terminal.out(tables.map((one) => tableText(one, cli.terminal.columns)).join('\n'))
}

interface Group {
  readonly settings: StudyCellInfo['settings']
  readonly budget: number
  readonly runIds: string[]
}

/** Completed runs that differ in their seed alone, in the order of their seeds. */
function groups(cells: readonly StudyCellInfo[]): Group[] {
  const found = new Map<string, Group>()
  for (const cell of cells.toSorted((a, b) => a.seed - b.seed)) {
    if (cell.status !== 'completed' || cell.role === 'tuning' || cell.role === 'trunk') continue
    const { seed: _, ...settings } = cell.settings
    const key = JSON.stringify([settings, cell.budget, cell.stage])
    const group = found.get(key) ?? { settings, budget: cell.budget, runIds: [] }
    group.runIds.push(cell.runId)
    found.set(key, group)
  }
  return [...found.values()]
}

function tableText({ settings, budget, cells, judgedOn, runIds }: SettingsTable, columns: number): string {
  const name = [
    ...Object.entries(settings).map(([path, value]) => `${path} ${String(value)}`),
    ...(budget === 1 ? [] : [`budget ${percent(budget, 0)}`]),
  ].join(', ')
  const grid = gridText({ cells, judgedOn, runs: runIds.length }, columns)
  return `${name === '' ? 'all runs' : name}\n${grid}`
}
