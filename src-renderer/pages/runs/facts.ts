import type { RunSummary } from '../../../shared/api/runs.ts'
import { isOurs } from '../../../shared/run/kind.ts'
import { modelText } from '../../../shared/run/modelText.ts'
import { compileSchedule, writtenPeak } from '../../../shared/schedule/index.ts'
import { unknown } from '../../format/format.ts'
import { optimizerText, scheduleText } from '../../format/specText.ts'

/*
 * What the table, the filter and compare know of a run beyond its stored fields. Worked out once per row: a row is a new
 * object when anything of it changed.
 */

export interface RunFacts {
  readonly model: string
  readonly optimizer: string
  readonly schedule: string
  /** Lower case, everything that a plain word of the filter looks through. */
  readonly haystack: string
  /** Epochs of the plan. */
  readonly epochs: number
  readonly epochsDone: number
  /** Done of its plan, in 0..1. */
  readonly progress: number
  /** Highest planned rate. */
  readonly lrMax: number
  /** Accuracy at the best evaluation, on the part of the data that chose it; in 0..1. */
  readonly best: number | null
  /** Accuracy at the last evaluation, on validation data, in a run without on test data. */
  readonly last: number | null
  readonly validation: PartFacts
  readonly test: PartFacts
  readonly validationLoss: number | null
  readonly trainLoss: number | null
}

/** Accuracies on one part of the data, in 0..1; null where the run has no such part. */
export interface PartFacts {
  /** Of the model that `bestOf` chooses. */
  readonly best: number | null
  readonly last: number | null
  /** Of the saved ensemble that is best on validation. */
  readonly ensemble: number | null
}

const known = new WeakMap<RunSummary, RunFacts>()

export function factsOf(run: RunSummary): RunFacts {
  const facts = known.get(run) ?? gather(run)
  known.set(run, facts)
  return facts
}

function gather(run: RunSummary): RunFacts {
  const { spec, planned } = run
  // What a range test came to is a curve, and no result of training.
  const { best, last, ensemble } = run.kind === 'rateTest' ? nothingReached : run
  const perEpoch = planned.plan.stepsPerEpoch
  const isKnown = isOurs(run)
  const model = isKnown ? modelText(spec.model) : unknown
  const optimizer = isKnown ? optimizerText(spec.optimizer) : unknown
  const schedule = isKnown ? scheduleText(spec.schedule) : unknown
  const kind = run.kind === 'rateTest' ? ['range test'] : settingWords(run)
  const words = [
    ...kind,
    run.name,
    run.id,
    run.status,
    run.note,
    isKnown ? spec.dataset.name : '',
    model,
    optimizer,
    schedule,
  ]
  return {
    model,
    optimizer,
    schedule,
    haystack: [...words, isKnown ? spec.schedule.kind : '', ...run.tags].join('\n').toLowerCase(),
    epochs: run.totalSteps / perEpoch,
    epochsDone: run.stepsDone / perEpoch,
    progress: run.totalSteps === 0 ? 0 : run.stepsDone / run.totalSteps,
    lrMax: isKnown ? highestRate(run) : Number.NaN,
    best: best?.valAccuracy ?? best?.testAccuracy ?? best?.trainAccuracy ?? null,
    last: last?.valAccuracy ?? last?.testAccuracy ?? null,
    validation: {
      best: best?.valAccuracy ?? null,
      last: last?.valAccuracy ?? null,
      ensemble: ensemble?.valAccuracy ?? null,
    },
    test: {
      best: best?.testAccuracy ?? null,
      last: last?.testAccuracy ?? null,
      ensemble: ensemble?.testAccuracy ?? null,
    },
    validationLoss: last?.valLoss ?? null,
    trainLoss: last?.trainLoss ?? null,
  }
}

/** What the program of a run trained elsewhere said of it, to be found by. */
const settingWords = ({ elsewhere }: RunSummary): string[] =>
  Object.entries(elsewhere?.hyperparameters ?? {}).map(([name, value]) => `${name} ${value}`)

const nothingReached = { best: null, last: null, ensemble: null } as const

/** Where a schedule's highest rate stands in its spec there is no need to compile it: a table has thousands. */
function highestRate({ spec, planned }: RunSummary): number {
  return writtenPeak(spec.schedule) ?? compileSchedule(spec.schedule, planned.plan, planned.edits).range.lrMax
}

/** Seconds from its first start to its end, or until now while it is active. */
export function secondsOf(run: RunSummary, now: number = Date.now()): number | null {
  return run.startedAt === null ? null : ((run.endedAt ?? now) - run.startedAt) / 1000
}

/** Whether `resume` may be asked of it: it stopped before its plan's end, or lost its trainer. */
export const isResumable = ({ kind, status, stepsDone, totalSteps }: RunSummary): boolean =>
  kind === 'training' &&
  (status === 'interrupted' || status === 'failed' || (status === 'stopped' && stepsDone < totalSteps))
