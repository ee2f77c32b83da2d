import type { RunSummary } from '../../../../shared/api/runs.ts'
import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import { compileSchedule } from '../../../../shared/schedule/index.ts'
import { shapeOf, type TrunkTable } from '../../../../shared/study/trunkTable.ts'
import type { LegendEntry } from '../../../charts/PageLegend.tsx'
import { seriesColor, seriesDash } from '../../../charts/palette.ts'
import type { ChartSeries } from '../../../charts/types.ts'
import { budgetText } from '../budget/budgetTable.ts'
import type { ScoreTexts } from '../scoreTexts.ts'

/** A run of a trunk study, with the cell that it is of. */
export interface TrunkRun {
  readonly cell: StudyCellInfo
  readonly run: Pick<RunSummary, 'spec' | 'planned'>
}

const samples = 200

/**
 * The rates of one seed over the trunk's steps: the trunk, and each cool-down from where it leaves it; runs trained
 * separately are dashed.
 */
export function rateSeries(runs: readonly TrunkRun[]): readonly ChartSeries[] {
  const shapes = [
    ...new Set(runs.filter(({ cell }) => cell.role === 'cooldown').map(({ cell }) => shapeOf(cell))),
  ]
  return runs.map(({ cell, run }): ChartSeries => {
    const { at, totalSteps } = compileSchedule(run.spec.schedule, run.planned.plan, run.planned.edits)
    const origin = cell.after?.stepsDone ?? 0
    const size = Math.min(samples, totalSteps)
    const steps = Array.from({ length: size }, (_, i) =>
      Math.round((i * (totalSteps - 1)) / Math.max(1, size - 1)),
    )
    return {
      id: cell.key,
      ...looks(cell, shapes),
      x: steps.map((step) => origin + step),
      y: steps.map((step) => at(step).lr),
    }
  })
}

function looks(
  cell: StudyCellInfo,
  shapes: readonly string[],
): Pick<ChartSeries, 'label' | 'color' | 'dash' | 'entry' | 'faint'> {
  const at = budgetText(cell.budget)
  if (cell.role === 'trunk') return { label: 'trunk', color: seriesColor(0) }
  if (cell.role === 'separate')
    return { label: `separate, ${at}`, entry: separateEntry.id, color: seriesColor(1), dash: '6 3' }
  const shape = shapeOf(cell)
  return { ...shapeLook(shapes.indexOf(shape)), label: `${shape} cool-down, ${at}`, entry: shape }
}

/** The first shape has the trunk's own colour. */
function shapeLook(place: number): Pick<ChartSeries, 'color' | 'dash'> {
  const dash = seriesDash(place)
  return { color: seriesColor(place === 0 ? 0 : place + 1), ...(dash !== undefined && { dash }) }
}

const separateEntry: LegendEntry = {
  id: 'separate',
  label: 'trained separately, cosine',
  color: seriesColor(1),
  dash: '6 3',
}

/** The lines of both charts: one for each shape of cool-down, one for what is trained separately. */
export const legendOf = (tables: readonly TrunkTable[]): readonly LegendEntry[] => [
  ...tables.map(({ shape }, place) => ({
    id: shape,
    label: `trunk with ${shape} cool-downs`,
    ...shapeLook(place),
  })),
  ...(tables.some(({ hasSeparate }) => hasSeparate) ? [separateEntry] : []),
]

/** Mean scores against the steps of each budget: of every shape's cool-downs, and of separate runs. */
export function scoreSeries(tables: readonly TrunkTable[], texts: ScoreTexts): readonly ChartSeries[] {
  const [first] = tables
  const lines = tables.map((table, place): ChartSeries => {
    const rows = table.rows.filter(({ trunk }) => trunk.n > 0)
    return {
      id: table.shape,
      label: `trunk with ${table.shape} cool-downs`,
      ...shapeLook(place),
      marked: true,
      x: rows.map(({ steps }) => steps),
      y: rows.map(({ trunk }) => texts.drawn(trunk.mean)),
    }
  })
  const separate = first?.rows.filter(({ separate: { n } }) => n > 0) ?? []
  const all: ChartSeries[] = [
    ...lines,
    {
      ...separateEntry,
      marked: true,
      x: separate.map(({ steps }) => steps),
      y: separate.map(({ separate: { mean } }) => texts.drawn(mean)),
    },
  ]
  return all.filter(({ x }) => x.length > 0)
}
