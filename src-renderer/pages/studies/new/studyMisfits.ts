import type { DatasetInfo } from '../../../../shared/api/datasets.ts'
import type { RunSpec } from '../../../../shared/run/spec.ts'
import type { Problem, Problems } from '../../new-run/model/fields.ts'
import { modelMisfit } from '../../new-run/model/fit.ts'
import { getAt, listAt, type Path, pathText, textAt } from '../../new-run/model/tree.ts'
import { isNamedValue } from './entries.ts'
import { wholePart } from './parts.ts'
import { baseOf, kindOf } from './studyDraft.ts'

type Data = Pick<DatasetInfo, 'name' | 'otherNames' | 'kind' | 'shape'>

/** Networks of the study that cannot read their data, each at its field: their runs would break off at once. */
export function studyMisfits(tree: unknown, whole: readonly Data[]): Problems {
  const base = baseOf(tree)
  if (base === undefined) return {}
  const found: Record<string, Problem> = {}
  for (const { at, model, data } of pairsIn(tree, base)) {
    const name = data === '' ? base.dataset.name : data
    const info = whole.find((one) => one.name === name) ?? whole.find((one) => one.otherNames.includes(name))
    const pair = { model: wholePart('model', model, base) }
    const problem = info && modelMisfit(pair, info)['model.kind']
    if (problem !== undefined) found[pathText([...at, 'kind'])] = problem
  }
  return found
}

interface Pair {
  /** Of the network. */
  readonly at: Path
  /** As it is written; undefined: the base's. */
  readonly model: unknown
  /** The name of the data set; "": the base's. */
  readonly data: string
}

/** Which networks meet which data. */
function pairsIn(tree: unknown, base: RunSpec): readonly Pair[] {
  const own: Pair = { at: ['base', 'model'], model: base.model, data: '' }
  if (kindOf(tree) === 'budget') {
    const tasks = listAt(tree, ['tasks']).map((task, i) => ({
      at: ['tasks', i, 'model'],
      model: getAt(task, ['model']),
      data: textAt(task, ['dataset', 'name']),
    }))
    return tasks.length === 0 ? [own] : tasks
  }
  const axes = kindOf(tree) === 'sweep' ? listAt(tree, ['axes']) : []
  const place = axes.findIndex((axis) => textAt(axis, ['path']) === 'model')
  const models = place === -1 ? [own] : networksAt(place, listAt(axes[place], ['values']))
  const data = axes.find((axis) => textAt(axis, ['path']) === 'dataset.name')
  const names = listAt(data, ['values']).filter((value) => typeof value === 'string')
  return data === undefined
    ? models
    : models.flatMap((model) => names.map((name) => ({ ...model, data: name })))
}

const networksAt = (axis: number, values: readonly unknown[]): readonly Pair[] =>
  values.map((value, i) => {
    const inner = isNamedValue(value) ? ['value'] : []
    return { at: ['axes', axis, 'values', i, ...inner], model: getAt(value, inner), data: '' }
  })
