import { usualRunName } from '../../../../shared/run/runName.ts'
import { textAt } from './tree.ts'

/** What a run of a draft is called that gives it no name. */
export const usualNameOf = (tree: unknown): string =>
  usualRunName({
    model: { kind: textAt(tree, ['model', 'kind']) },
    schedule: { kind: textAt(tree, ['schedule', 'kind']) },
    dataset: { name: textAt(tree, ['dataset', 'name']) },
  })
