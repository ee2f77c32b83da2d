import { rateText } from '../numberText.ts'
import type { RunSpec } from '../run/spec.ts'
import type { StudyCell } from './cell.ts'
import { type CellKey, keyOf } from './cellKey.ts'
import type { CellPlan, PlannedCell } from './planner.ts'
import type { Shown } from './shown.ts'

interface Made extends CellKey {
  readonly settings: StudyCell['settings']
  readonly stage: number
  readonly after?: StudyCell['after']
  /** The run, but for its seed and name. */
  readonly spec: RunSpec
  readonly planned: CellPlan
}

/** A cell with its key, its name and its seed. */
export function makeCell({ settings, stage, after, spec, planned, ...key }: Made): PlannedCell {
  const { role, seed, budget } = key
  return {
    key: keyOf(key),
    role,
    settings,
    seed,
    budget,
    stage,
    ...(after && { after }),
    spec: { ...spec, seed, name: cellName(settings, budget, seed) },
    ...planned,
  }
}

const longestName = 200

/** "lrMax 0.1, cosine, 25 %, seed 2": what tells a study's runs apart in the table of runs. */
function cellName(settings: StudyCell['settings'], budget: number, seed: number): string {
  const told = Object.entries(settings).map(([path, value]) => settingText(path, value))
  const end = [...(budget === 1 ? [] : [shareText(budget)]), `seed ${seed}`]
  const name = [...told, ...end].join(', ')
  if (name.length <= longestName) return name
  // The settings are cut, and never the seed: repeats would be named alike.
  const last = `…, ${end.join(', ')}`
  return name.slice(0, longestName - last.length) + last
}

/** "lrMax 0.1" of a number, the text itself of a text that says what it is. */
export function settingText(path: string, value: Shown): string {
  const key = path.split('.').at(-1) ?? path
  if (typeof value === 'number') return `${key} ${rateText(value)}`
  return typeof value === 'string' && !path.includes('.') ? value : `${key} ${value}`
}

/** "25 %", "0.5 %" */
export const shareText = (share: number): string => `${Number((100 * share).toPrecision(4))} %`
