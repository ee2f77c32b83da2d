import type { RunSummary } from '../../../../shared/api/runs.ts'
import { afterSteps } from '../../../format/format.ts'
import { factsOf } from '../facts.ts'
import { type Column, hidden, nats, shown } from './column.ts'
import { accuracy } from './scoreMeasures.ts'

const score = { isScore: true, measure: accuracy, highFirst: true } as const

const bestTitle = ({ best }: RunSummary): string | undefined =>
  best === null ? undefined : afterSteps(best.step)

const lastTitle = ({ last }: RunSummary): string | undefined =>
  last === null ? undefined : afterSteps(last.step)

/** The test score of the best model is only honest where validation chose it. */
function testTitle({ best }: RunSummary): string | undefined {
  if (best === null) return undefined
  const when = afterSteps(best.step)
  return best.valAccuracy === null
    ? `${when}; chosen by this very score, for the run has no validation part`
    : `${when}, where validation was best`
}

const ensembleTitle = ({ ensemble }: RunSummary): string | undefined =>
  ensemble === null ? undefined : ensemble.name

/** How well a run did. Columns of one part of the data stand side by side; a number is never of another part. */
export const scoreColumns: readonly Column[] = [
  {
    id: 'best',
    label: 'Best',
    part: 'validation',
    about: 'Best validation accuracy',
    width: 72,
    ...shown,
    ...score,
    value: (run) => factsOf(run).validation.best,
    title: bestTitle,
  },
  {
    id: 'last',
    label: 'Last',
    part: 'validation',
    about: 'Last validation accuracy',
    width: 72,
    ...shown,
    ...score,
    value: (run) => factsOf(run).validation.last,
    title: lastTitle,
  },
  {
    id: 'validationEnsemble',
    label: 'Ensemble',
    part: 'validation',
    about: 'Validation accuracy of the best ensemble saved',
    width: 88,
    ...shown,
    ...score,
    value: (run) => factsOf(run).validation.ensemble,
    title: ensembleTitle,
  },
  {
    id: 'test',
    label: 'At best',
    part: 'test',
    about: 'Test accuracy of the model that is best on validation',
    width: 72,
    ...shown,
    ...score,
    value: (run) => factsOf(run).test.best,
    title: testTitle,
  },
  {
    id: 'testLast',
    label: 'Last',
    part: 'test',
    about: 'Last test accuracy',
    width: 72,
    ...hidden,
    ...score,
    value: (run) => factsOf(run).test.last,
    title: lastTitle,
  },
  {
    id: 'testEnsemble',
    label: 'Ensemble',
    part: 'test',
    about: 'Test accuracy of the ensemble saved that is best on validation',
    width: 88,
    ...shown,
    ...score,
    value: (run) => factsOf(run).test.ensemble,
    title: ensembleTitle,
  },
  {
    id: 'valLoss',
    label: 'Loss',
    part: 'validation',
    about: 'Last validation loss, nats',
    width: 86,
    ...hidden,
    measure: nats,
    value: (run) => factsOf(run).validationLoss,
    title: lastTitle,
  },
  {
    id: 'trainLoss',
    label: 'Loss',
    part: 'training',
    about: 'Last training loss, nats',
    width: 90,
    ...hidden,
    measure: nats,
    value: (run) => factsOf(run).trainLoss,
    title: lastTitle,
  },
]
