import type { RunSummary } from '../../../shared/api/runs.ts'
import * as format from '../../format/format.ts'
import { budgetText } from '../../format/specText.ts'
import { factsOf, secondsOf } from './facts.ts'

/** A value of another source than the row: that of a series at the step the user chose. */
export type ValuesAt = ReadonlyMap<string, number | null>

/** How a column's values are compared with the baseline's, and shown. */
interface Measure {
  readonly show: (value: number) => string
  readonly showDelta: (difference: number) => string
  /** Which way is good; none where neither is. */
  readonly better?: 'higher' | 'lower'
}

export interface Column {
  readonly id: string
  /** In its header. */
  readonly label: string
  /** In the list of columns, where the header says too little. */
  readonly about: string
  /** Pixels. */
  readonly width: number
  readonly shownAtFirst: boolean
  /** Takes what is left of the table's width. */
  readonly grows?: boolean
  /** Numbers stand to the right and get a delta against the baseline. */
  readonly measure?: Measure
  /** What it is sorted by; absent where an order means nothing. null goes last either way. */
  readonly value?: (run: RunSummary, at: ValuesAt) => number | string | null
  /** Sorting for the first time begins with the highest. */
  readonly highFirst?: boolean
}

const share: Measure = {
  show: (value) => format.percent(value),
  showDelta: (value) => format.points(value),
  better: 'higher',
}
const loss: Measure = {
  show: format.loss,
  showDelta: (value) => format.signed(value, 3),
  better: 'lower',
}
const whole: Measure = { show: format.count, showDelta: (value) => format.signed(value, 0) }
const rate: Measure = {
  show: format.rate,
  showDelta: (value) => (value === 0 ? '±0' : `${value > 0 ? '+' : '−'}${format.rate(Math.abs(value))}`),
}
const seconds: Measure = {
  show: format.duration,
  showDelta: (value) => `${value < 0 ? '−' : '+'}${format.duration(Math.abs(value))}`,
}

const statusOrder = [
  'running',
  'paused',
  'created',
  'queued',
  'interrupted',
  'failed',
  'stopped',
  'completed',
]

const shown = { shownAtFirst: true } as const
const hidden = { shownAtFirst: false } as const

/** Every column there is, in the order in which the table offers them. */
export const columns: readonly Column[] = [
  {
    id: 'name',
    label: 'Run',
    about: 'Name, tags, note',
    width: 200,
    grows: true,
    ...shown,
    value: (run) => run.name.toLowerCase(),
  },
  {
    id: 'status',
    label: 'Status',
    about: 'Status and progress',
    width: 122,
    ...shown,
    value: (run) => statusOrder.indexOf(run.status) - factsOf(run).progress,
  },
  { id: 'ribbon', label: 'Rate', about: 'Learning rate over the plan', width: 130, ...shown },
  { id: 'spark', label: 'Accuracy', about: 'Accuracy by epoch', width: 84, ...shown },
  {
    id: 'best',
    label: 'Best',
    about: 'Best validation accuracy, and its epoch',
    width: 84,
    ...shown,
    measure: share,
    highFirst: true,
    value: (run) => factsOf(run).best,
  },
  {
    id: 'last',
    label: 'Last',
    about: 'Last validation accuracy',
    width: 74,
    ...shown,
    measure: share,
    highFirst: true,
    value: (run) => factsOf(run).last,
  },
  {
    id: 'ensemble',
    label: 'Ensemble',
    about: 'Accuracy of the best ensemble saved',
    width: 90,
    ...shown,
    measure: share,
    highFirst: true,
    value: (run) => factsOf(run).ensemble,
  },
  {
    id: 'schedule',
    label: 'Schedule',
    about: 'Schedule',
    width: 136,
    ...shown,
    value: (run) => factsOf(run).schedule.toLowerCase(),
  },
  {
    id: 'model',
    label: 'Model',
    about: 'Model',
    width: 92,
    ...shown,
    value: (run) => factsOf(run).model.toLowerCase(),
  },
  {
    id: 'at',
    label: 'At step',
    about: 'Value at a step of your choice',
    width: 96,
    ...hidden,
    measure: share,
    highFirst: true,
    value: (run, at) => at.get(run.id) ?? null,
  },
  {
    id: 'test',
    label: 'Test',
    about: 'Test accuracy at the best epoch',
    width: 78,
    ...hidden,
    measure: share,
    highFirst: true,
    value: (run) => factsOf(run).test,
  },
  {
    id: 'valLoss',
    label: 'Val. loss',
    about: 'Last validation loss, nats',
    width: 86,
    ...hidden,
    measure: loss,
    value: (run) => factsOf(run).valLoss,
  },
  {
    id: 'trainLoss',
    label: 'Train loss',
    about: 'Last training loss, nats',
    width: 90,
    ...hidden,
    measure: loss,
    value: (run) => factsOf(run).trainLoss,
  },
  {
    id: 'optimizer',
    label: 'Optimizer',
    about: 'Optimizer',
    width: 130,
    ...hidden,
    value: (run) => factsOf(run).optimizer.toLowerCase(),
  },
  {
    id: 'budget',
    label: 'Budget',
    about: 'Planned epochs or steps',
    width: 92,
    ...hidden,
    value: (run) => run.totalSteps,
    highFirst: true,
  },
  {
    id: 'lrMax',
    label: 'Max rate',
    about: 'Highest learning rate',
    width: 84,
    ...hidden,
    measure: rate,
    value: (run) => factsOf(run).lrMax,
    highFirst: true,
  },
  {
    id: 'batch',
    label: 'Batch',
    about: 'Batch size',
    width: 70,
    ...hidden,
    measure: whole,
    value: (run) => run.spec.batchSize,
  },
  { id: 'seed', label: 'Seed', about: 'Seed', width: 62, ...hidden, value: (run) => run.spec.seed },
  {
    id: 'data',
    label: 'Data set',
    about: 'Data set',
    width: 140,
    ...hidden,
    value: (run) => run.spec.dataset.name.toLowerCase(),
  },
  {
    id: 'device',
    label: 'Device',
    about: 'What it trained on',
    width: 130,
    ...hidden,
    value: (run) => run.device?.toLowerCase() ?? null,
  },
  {
    id: 'snapshots',
    label: 'Snapshots',
    about: 'Stored snapshots',
    width: 84,
    ...hidden,
    measure: whole,
    value: (run) => run.snapshots.length,
    highFirst: true,
  },
  {
    id: 'duration',
    label: 'Time',
    about: 'Time from start to end',
    width: 84,
    ...shown,
    measure: seconds,
    value: (run) => secondsOf(run),
    highFirst: true,
  },
  {
    id: 'samples',
    label: 'Samples',
    about: 'Examples trained on',
    width: 96,
    ...hidden,
    measure: whole,
    value: (run) => run.stepsDone * run.spec.batchSize,
    highFirst: true,
  },
  {
    id: 'created',
    label: 'Created',
    about: 'When it was made',
    width: 96,
    ...shown,
    value: (run) => run.createdAt,
    highFirst: true,
  },
  {
    id: 'tags',
    label: 'Tags',
    about: 'Tags',
    width: 120,
    ...hidden,
    value: (run) => run.tags.join(', ').toLowerCase() || null,
  },
  {
    id: 'note',
    label: 'Note',
    about: 'Note',
    width: 180,
    ...hidden,
    value: (run) => run.note.toLowerCase() || null,
  },
  { id: 'id', label: 'Id', about: 'Id', width: 130, ...hidden, value: (run) => run.id },
]

const byId = new Map(columns.map((column) => [column.id, column]))
export const findColumn = (id: string): Column | undefined => byId.get(id)

/** What the column "at step" shows: of which series, at which step. */
export interface AtStep {
  readonly series: 'accuracy' | 'loss' | 'lr'
  readonly step: number
}

const atMeasures = { accuracy: share, loss, lr: rate } as const
const atNames = { accuracy: 'Accuracy', loss: 'Loss', lr: 'Rate' } as const
const atWords = { accuracy: 'Training accuracy', loss: 'Training loss, nats', lr: 'Learning rate' } as const

/** The columns of those ids, the one "at step" as it was chosen. */
export function columnsOf(ids: readonly string[], { series, step }: AtStep): readonly Column[] {
  return ids.flatMap((id) => {
    const column = byId.get(id)
    if (column === undefined) return []
    if (id !== 'at') return [column]
    return {
      ...column,
      label: `${atNames[series]} @${format.count(step)}`,
      about: `${atWords[series]} at step ${format.count(step)}, or the last before it`,
      measure: atMeasures[series],
      highFirst: series !== 'loss',
      width: 118,
    }
  })
}

/** The cell's text of columns that are text alone; others are drawn. */
export function textOf({ id, value, measure }: Column, run: RunSummary, at: ValuesAt): string {
  switch (id) {
    case 'schedule':
      return factsOf(run).schedule
    case 'model':
      return factsOf(run).model
    case 'optimizer':
      return factsOf(run).optimizer
    case 'budget':
      return budgetText(run.spec.budget)
    case 'data':
      return run.spec.dataset.name
    case 'device':
      return run.device ?? format.unknown
    case 'created':
      return format.ago(run.createdAt)
    case 'tags':
      return run.tags.join(', ')
    case 'note':
      return run.note
    default: {
      const found = value?.(run, at) ?? null
      if (found === null) return format.unknown
      return typeof found === 'number' && measure !== undefined ? measure.show(found) : String(found)
    }
  }
}

/** How far a run's value lies from the baseline's; undefined where there is nothing to compare. */
export function deltaOf(
  column: Column,
  run: RunSummary,
  baseline: RunSummary | undefined,
  at: ValuesAt,
): { readonly text: string; readonly isBetter: boolean | undefined } | undefined {
  if (baseline === undefined || baseline.id === run.id || column.measure === undefined) return undefined
  const own = column.value?.(run, at)
  const other = column.value?.(baseline, at)
  if (typeof own !== 'number' || typeof other !== 'number') return undefined
  const { better, showDelta } = column.measure
  const text = showDelta(own - other)
  const isBetter =
    better === undefined || own === other || text.startsWith('±')
      ? undefined
      : own > other === (better === 'higher')
  return { text, isBetter }
}
