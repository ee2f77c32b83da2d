import { exactText } from '../numberText.ts'
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
    spec: { ...spec, seed, name: cellName({ role, settings, budget, seed }) },
    ...planned,
  }
}

const longestName = 200
/** Of a character of two code units, of which only the first was kept. */
const halfCharacter = /[\uD800-\uDBFF]$/

/**
 * "lrMax 0.1, cosine, 25 %, seed 2": what tells a study's runs apart in the table of runs. Where it is too long the settings
 * are cut, and never the seed: repeats would be named alike.
 * @param place among those that would be named alike all the same, from 1
 */
export function cellName(
  { role, settings, budget, seed }: Pick<StudyCell, 'role' | 'settings' | 'budget' | 'seed'>,
  place = 1,
): string {
  const told = Object.entries(settings)
    .map(([path, value]) => settingText(path, value))
    .join(', ')
  const tail = [
    ...(role === 'tuning' ? ['tuning'] : []),
    ...(budget === 1 ? [] : [shareText(budget)]),
    place === 1 ? `seed ${seed}` : `seed ${seed} (${place})`,
  ].join(', ')
  const room = longestName - tail.length - 2
  const isLong = told.length > room
  const head = isLong ? `${told.slice(0, room - 1).replace(halfCharacter, '')}…` : told
  return head === '' ? tail : `${head}, ${tail}`
}

/** "lrMax 0.1" of a number, the text itself of a text that says what it is. */
export function settingText(path: string, value: Shown): string {
  const key = path.split('.').at(-1) ?? path
  if (typeof value === 'number') return `${key} ${exactText(value)}`
  return typeof value === 'string' && !path.includes('.') ? value : `${key} ${value}`
}

/** "25 %", "0.5 %" */
export const shareText = (share: number): string => `${Number((100 * share).toPrecision(4))} %`
