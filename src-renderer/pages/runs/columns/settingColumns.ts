import { isOurs } from '../../../../shared/run/kind.ts'
import { unknown } from '../../../format/format.ts'
import { budgetText } from '../../../format/specText.ts'
import { factsOf } from '../facts.ts'
import { type Column, hidden, rate, shown, whole } from './column.ts'

/** What a run was asked to do. */
export const settingColumns: readonly Column[] = [
  {
    id: 'schedule',
    label: 'Schedule',
    about: 'Schedule',
    width: 116,
    ...shown,
    value: (run) => factsOf(run).schedule.toLowerCase(),
    text: (run) => factsOf(run).schedule,
  },
  {
    id: 'model',
    label: 'Model',
    about: 'Model',
    width: 84,
    ...shown,
    value: (run) => factsOf(run).model.toLowerCase(),
    text: (run) => factsOf(run).model,
  },
  {
    id: 'optimizer',
    label: 'Optimizer',
    about: 'Optimizer',
    width: 130,
    ...hidden,
    value: (run) => factsOf(run).optimizer.toLowerCase(),
    text: (run) => factsOf(run).optimizer,
  },
  {
    id: 'budget',
    label: 'Budget',
    about: 'Planned epochs or steps',
    width: 92,
    ...hidden,
    value: (run) => (isOurs(run) ? run.totalSteps : null),
    text: (run) => (isOurs(run) ? budgetText(run.spec.budget) : unknown),
    highFirst: true,
  },
  {
    id: 'lrMax',
    label: 'Max rate',
    about: 'Highest learning rate',
    width: 84,
    ...hidden,
    measure: rate,
    value: (run) => (isOurs(run) ? factsOf(run).lrMax : null),
    highFirst: true,
  },
  {
    id: 'batch',
    label: 'Batch',
    about: 'Batch size',
    width: 70,
    ...hidden,
    measure: whole,
    value: (run) => (isOurs(run) ? run.spec.batchSize : null),
  },
  {
    id: 'seed',
    label: 'Seed',
    about: 'Seed',
    width: 62,
    ...hidden,
    value: (run) => (isOurs(run) ? run.spec.seed : null),
  },
  {
    id: 'data',
    label: 'Data set',
    about: 'Data set',
    width: 140,
    ...hidden,
    value: (run) => (isOurs(run) ? run.spec.dataset.name.toLowerCase() : null),
    text: (run) => (isOurs(run) ? run.spec.dataset.name : unknown),
  },
  {
    id: 'device',
    label: 'Device',
    about: 'What it trained on',
    width: 130,
    ...hidden,
    value: (run) => run.device?.toLowerCase() ?? null,
    text: (run) => run.device ?? unknown,
  },
]
