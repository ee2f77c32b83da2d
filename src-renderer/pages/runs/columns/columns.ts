import { count } from '../../../format/format.ts'
import type { ScoreMeasure } from '../../../format/scoreMeasure.ts'
import { type Column, hidden, nats, rate } from './column.ts'
import { identityColumns, recordColumns } from './progressColumns.ts'
import { scoreColumns } from './scoreColumns.ts'
import { accuracy, inScoreMeasure } from './scoreMeasures.ts'
import { settingColumns } from './settingColumns.ts'

const atStepColumn: Column = {
  id: 'at',
  label: 'At step',
  about: 'Value at a step of your choice',
  width: 118,
  ...hidden,
  measure: accuracy,
  highFirst: true,
  value: (run, at) => at.get(run.id) ?? null,
}

/** Every column there is, in the order in which the table offers them. */
export const columns: readonly Column[] = [
  ...identityColumns,
  ...scoreColumns,
  ...settingColumns,
  atStepColumn,
  ...recordColumns,
]

const byId = new Map(columns.map((column) => [column.id, column]))
export const findColumn = (id: string): Column | undefined => byId.get(id)

/** What the column "at step" shows: of which series, at which step. */
export interface AtStep {
  readonly series: 'accuracy' | 'loss' | 'lr'
  readonly step: number
}

const atMeasures = { accuracy, loss: nats, lr: rate } as const
const atNames = { accuracy: 'Accuracy', loss: 'Loss', lr: 'Rate' } as const
const atWords = { accuracy: 'Training accuracy', loss: 'Training loss, nats', lr: 'Learning rate' } as const

/** The columns of those ids, the one "at step" and the measure of scores as they were chosen. */
export function columnsOf(ids: readonly string[], at: AtStep, scoreMeasure: ScoreMeasure): readonly Column[] {
  return ids.flatMap((id) => {
    const column = id === 'at' ? columnAt(at) : byId.get(id)
    return column === undefined ? [] : [inScoreMeasure(column, scoreMeasure)]
  })
}

function columnAt({ series, step }: AtStep): Column {
  return {
    ...atStepColumn,
    label: `${atNames[series]} @${count(step)}`,
    ...(series !== 'lr' && { part: 'training' as const }),
    about: `${atWords[series]} at step ${count(step)}, or the last before it`,
    measure: atMeasures[series],
    isScore: series === 'accuracy',
    highFirst: series !== 'loss',
  }
}
