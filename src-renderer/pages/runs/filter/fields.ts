import type { RunSummary } from '../../../../shared/api/runs.ts'
import { isOurs } from '../../../../shared/run/kind.ts'
import { isActive, runStatus } from '../../../../shared/run/state.ts'
import { placeName } from '../../../../shared/worker/placeName.ts'
import { factsOf, isResumable, secondsOf } from '../facts.ts'
import { HPARAM, type Hyperparameter, hyperparameterOf } from '../hyperparameters.ts'

/** What can stand before an operator in the filter box. */
export type FilterField =
  | {
      readonly kind: 'text'
      readonly about: string
      readonly read: (run: RunSummary) => readonly string[]
      /** Offered as completions. */
      readonly values?: readonly string[]
    }
  | {
      readonly kind: 'number'
      readonly about: string
      readonly read: (run: RunSummary) => number | null
      /** How the number may be written besides plainly. */
      readonly unit?: 'share' | 'time'
    }
  | {
      /** A number, a word or yes and no, as another program said it. */
      readonly kind: 'setting'
      readonly about: string
      readonly read: (run: RunSummary) => Hyperparameter | null
    }
  | {
      readonly kind: 'flag'
      readonly about: string
      readonly flags: Readonly<Record<string, (run: RunSummary) => boolean>>
    }

const flags: Readonly<Record<string, (run: RunSummary) => boolean>> = {
  favourite: (run) => run.favourite,
  active: (run) => isActive(run.status),
  resumable: isResumable,
  noted: (run) => run.note !== '',
  tagged: (run) => run.tags.length > 0,
  ensembled: (run) => run.ensemble !== null,
  archived: (run) => run.archived,
  rangetest: ({ kind }) => kind === 'rateTest',
  elsewhere: ({ kind }) => kind === 'elsewhere',
}

/** As they are typed. */
const kinds = { training: 'training', rateTest: 'rangetest', elsewhere: 'elsewhere' } as const

/** What only stands in for what nobody knows of a run trained elsewhere is not to be found. */
const words = (read: (run: RunSummary) => readonly string[]) => (run: RunSummary) =>
  isOurs(run) ? read(run) : []
const number = (read: (run: RunSummary) => number | null) => (run: RunSummary) =>
  isOurs(run) ? read(run) : null

const optimizerWords = (run: RunSummary): readonly string[] => [
  factsOf(run).optimizer,
  run.spec.optimizer.kind,
]

export const filterFields: Readonly<Record<string, FilterField>> = {
  status: {
    kind: 'text',
    about: 'running, completed, …',
    read: (run) => [run.status],
    values: runStatus.options,
  },
  is: { kind: 'flag', about: 'favourite, active, resumable, …', flags },
  kind: {
    kind: 'text',
    about: 'training, rangetest, elsewhere',
    read: (run) => [kinds[run.kind]],
    values: Object.values(kinds),
  },
  tag: { kind: 'text', about: 'a tag', read: (run) => run.tags },
  name: { kind: 'text', about: 'in the name', read: (run) => [run.name] },
  note: { kind: 'text', about: 'in the note', read: (run) => [run.note] },
  id: { kind: 'text', about: 'in the id', read: (run) => [run.id] },
  model: {
    kind: 'text',
    about: 'resnet, mlp, wrn-16-4, vgg, …',
    read: words((run) => [factsOf(run).model, run.spec.model.kind]),
  },
  optimizer: { kind: 'text', about: 'sgd, adamw, …', read: words(optimizerWords) },
  schedule: {
    kind: 'text',
    about: 'sgdr, 1cycle, cosine, …',
    read: words((run) => [factsOf(run).schedule, run.spec.schedule.kind]),
  },
  data: { kind: 'text', about: 'data set', read: words((run) => [run.spec.dataset.name, run.datasetId]) },
  device: {
    kind: 'text',
    about: 'what it trained on',
    read: words((run) => [run.spec.device, run.device ?? '']),
  },
  where: {
    kind: 'text',
    about: 'here, any worker, the name of a worker, slurm, another program',
    read: (run) => [placeName(run), ...(run.place === null ? [] : [run.place.placement.at])],
  },
  best: {
    kind: 'number',
    unit: 'share',
    about: 'best validation accuracy (of test without)',
    read: (run) => factsOf(run).best,
  },
  error: {
    kind: 'number',
    unit: 'share',
    about: 'lowest validation error (of test without)',
    read: (run) => {
      const { best } = factsOf(run)
      return best === null ? null : 1 - best
    },
  },
  last: {
    kind: 'number',
    unit: 'share',
    about: 'last validation accuracy (of test without)',
    read: (run) => factsOf(run).last,
  },
  test: {
    kind: 'number',
    unit: 'share',
    about: 'test accuracy where validation is best',
    read: (run) => factsOf(run).test.best,
  },
  ensemble: {
    kind: 'number',
    unit: 'share',
    about: 'test accuracy of the best ensemble saved',
    read: (run) => factsOf(run).test.ensemble,
  },
  valensemble: {
    kind: 'number',
    unit: 'share',
    about: 'validation accuracy of the best ensemble saved',
    read: (run) => factsOf(run).validation.ensemble,
  },
  progress: {
    kind: 'number',
    unit: 'share',
    about: 'part of the plan done',
    read: number((run) => factsOf(run).progress),
  },
  valloss: { kind: 'number', about: 'last validation loss', read: (run) => factsOf(run).validationLoss },
  loss: { kind: 'number', about: 'last training loss', read: (run) => factsOf(run).trainLoss },
  lr: { kind: 'number', about: 'highest rate', read: number((run) => factsOf(run).lrMax) },
  epochs: { kind: 'number', about: 'planned epochs', read: number((run) => factsOf(run).epochs) },
  steps: { kind: 'number', about: 'planned steps', read: number((run) => run.totalSteps) },
  batch: { kind: 'number', about: 'batch size', read: number((run) => run.spec.batchSize) },
  seed: { kind: 'number', about: 'seed', read: number((run) => run.spec.seed) },
  snapshots: { kind: 'number', about: 'stored snapshots', read: (run) => run.snapshots.length },
  parameters: { kind: 'number', about: 'weights of the model', read: (run) => run.parameters },
  duration: {
    kind: 'number',
    unit: 'time',
    about: 'time trained: 90s, 5m, 2h',
    read: (run) => secondsOf(run),
  },
  age: {
    kind: 'number',
    unit: 'time',
    about: 'since it was made: 3h, 2d',
    read: (run) => (Date.now() - run.createdAt) / 1000,
  },
}

/** Other words for the same. */
const synonyms: Readonly<Record<string, string>> = {
  dataset: 'data',
  tags: 'tag',
  opt: 'optimizer',
  accuracy: 'best',
  acc: 'best',
  rate: 'lr',
  lrmax: 'lr',
  epoch: 'epochs',
  step: 'steps',
  batchsize: 'batch',
  has: 'is',
}

export function findField(typed: string): FilterField | undefined {
  const name = typed.toLowerCase()
  if (name.startsWith(HPARAM))
    return {
      kind: 'setting',
      about: 'what the program of a run trained elsewhere said',
      read: (run) => hyperparameterOf(run, `${HPARAM}${typed.slice(HPARAM.length)}`),
    }
  const own = synonyms[name] ?? name
  return Object.hasOwn(filterFields, own) ? filterFields[own] : undefined
}
