import { count } from '../../../format/format.ts'
import type { ScoreMeasure } from '../../../format/scoreMeasure.ts'
import { HPARAM, hyperparameterOf } from '../hyperparameters.ts'
import { type Column, hidden, nats, rate, setting } from './column.ts'
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
export function findColumn(id: string): Column | undefined {
  const known = byId.get(id)
  if (known !== undefined || !id.startsWith(HPARAM)) return known
  const made = hyperparameterColumn(id)
  byId.set(id, made)
  return made
}

/** Of one name a column may have numbers in some runs and words in others. */
const hyperparameterColumn = (id: string): Column => ({
  id,
  label: id.slice(HPARAM.length),
  about: `${id.slice(HPARAM.length)}, as its program said (trained elsewhere)`,
  width: 90,
  ...hidden,
  measure: setting,
  value: (run) => {
    const value = hyperparameterOf(run, id)
    return typeof value === 'boolean' ? String(value) : value
  },
})

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
    const column = id === 'at' ? columnAt(at) : findColumn(id)
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
