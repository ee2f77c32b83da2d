import { UserError } from '../../shared/errors.ts'
import { parseRunSpec } from '../../shared/run/spec.ts'
import type { LeftOut, StudyCell } from '../../shared/study/cell.ts'
import type { StudySpec } from '../../shared/study/spec.ts'
import type { CellRecord } from '../store/types.ts'
import type { RunPlans } from './runPlans.ts'

/* The only place that knows how shared/study is asked for cells. */

export interface FirstStage {
  readonly cells: readonly StudyCell[]
  readonly leftOut: readonly LeftOut[]
  /** All runs of all stages, at most. */
  readonly runs: number
}

export async function firstStage(spec: StudySpec, _plans: RunPlans): Promise<FirstStage> {
  if (spec.kind !== 'sweep')
    throw new UserError(`While planning a study: the kind ${spec.kind} is not built yet.`)
  const seeds = spec.seeds ?? [1]
  let combinations: StudyCell['settings'][] = [{}]
  for (const { path, values } of spec.axes) {
    if (!Array.isArray(values)) throw new UserError('While planning a study: ranges are not built yet.')
    combinations = combinations.flatMap((each) =>
      values.map((value) => ({
        ...each,
        [path]: typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
      })),
    )
  }
  const cells = combinations.flatMap((settings) =>
    seeds.map((seed): StudyCell => {
      const base = structuredClone(spec.base)
      for (const [path, value] of Object.entries(settings)) put(base, path.split('.'), value)
      const cell = { role: 'cell', settings, seed, budget: 1, stage: 0 } as const
      return { ...cell, key: JSON.stringify([settings, seed, 1]), spec: parseRunSpec({ ...base, seed }) }
    }),
  )
  return { cells, leftOut: [], runs: cells.length }
}

function put(target: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) target[key] = value
  else {
    const inner: Record<string, unknown> = {}
    const before = target[key]
    if (typeof before === 'object' && before !== null) Object.assign(inner, before)
    target[key] = inner
    put(inner, rest, value)
  }
}

/** What comes after all cells so far have ended; nothing where that was the last stage. */
export async function nextStage(
  _spec: StudySpec,
  _cells: readonly CellRecord[],
  _plans: RunPlans,
): Promise<readonly StudyCell[]> {
  return []
}
