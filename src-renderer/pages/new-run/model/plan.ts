import type { DatasetInfo } from '../../../../shared/api/datasets.ts'
import type { RunSpec } from '../../../../shared/run/spec.ts'
import { getAt } from './tree.ts'

/** Examples that the parts of a data set leave for training, known before the host has cut it. */
export function trainExamples(
  info: Pick<DatasetInfo, 'trainCount' | 'testCount'>,
  { validation, test }: Pick<RunSpec['dataset'], 'validation' | 'test'>,
): number {
  const part = (fraction: number): number =>
    fraction > 0 ? Math.max(1, Math.round(fraction * info.trainCount)) : 0
  return info.trainCount - part(validation) - (info.testCount > 0 ? 0 : part(test))
}

/** The data set a draft names, by its name or id. */
export function datasetOf(tree: unknown, whole: readonly DatasetInfo[]): DatasetInfo | undefined {
  const name = getAt(tree, ['dataset', 'name'])
  return whole.find((info) => info.name === name) ?? whole.find(({ id }) => id === name)
}

const fraction = (value: unknown, usual: number): number =>
  typeof value === 'number' && value >= 0 && value <= 0.5 ? value : usual

/** The same for a draft, which may hold parts that are no numbers yet. */
export function trainCountOf(tree: unknown, whole: readonly DatasetInfo[]): number | undefined {
  const info = datasetOf(tree, whole)
  if (info === undefined) return undefined
  return trainExamples(info, {
    validation: fraction(getAt(tree, ['dataset', 'validation']), 0.1),
    test: fraction(getAt(tree, ['dataset', 'test']), 0.2),
  })
}
