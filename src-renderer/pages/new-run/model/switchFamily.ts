import { partPaths, type ScheduleKind, scheduleSpec } from '../../../../shared/schedule/index.ts'
import { familyOf } from './families.ts'
import { getAt, setAt, textAt } from './tree.ts'

/** Fields that mean the same in every family that has them. */
const shared = ['unit', 'update', 'momentum', 'profile', 'endpoint', 'lrMin', 'lrEnd', 'delay'] as const
/** Families whose start is written in a unit of its own. */
const keepsUnit = new Set<string>(['multiStep', 'piecewise'])

/**
 * A schedule of another family that keeps what the old one says of the same things: highest rate, unit, momentum. What
 * the old one had only because its family starts with it stays behind, as 1cycle's momentum against the rate does.
 */
export function switchFamily(old: unknown, kind: ScheduleKind): unknown {
  if (kind === 'warmup') return withWarmup(old)
  if (kind === 'sequence')
    return filled({ kind, unit: 'budget', pieces: [{ schedule: old, length: 0.5 }, { schedule: old }] })
  if (kind === 'chain') return filled({ kind, lr: 1, factors: [old] })
  const { start = {}, fields = [], peak } = familyOf(kind) ?? {}
  let next: unknown = filled({ kind, ...start })
  const names = new Set(fields.map(({ key }) => key))
  const oldStart = familyOf(textAt(old, ['kind']))?.start
  for (const key of shared) {
    const value = getAt(old, [key])
    if (isSame(value, getAt(oldStart, [key]))) continue
    if (value === undefined || !names.has(key) || (key === 'unit' && keepsUnit.has(kind))) continue
    // Its lengths are of another unit: they would mean something else.
    if (key === 'unit' && value !== getAt(next, ['unit'])) continue
    next = tried(next, key, value)
  }
  const highest = peakOf(old)
  if (peak !== undefined && highest !== undefined) next = tried(next, peak, highest)
  return next
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** With `key` changed where the schedule stays a valid one. */
function tried(tree: unknown, key: string, value: unknown): unknown {
  const changed = setAt(tree, [key], value)
  return scheduleSpec.safeParse(changed).success ? changed : tree
}

/** The highest rate of a schedule, or of what it is made of, as its fields say it. */
function peakOf(tree: unknown): unknown {
  const [part] = partPaths(tree)
  if (part !== undefined) return peakOf(getAt(tree, part))
  const peak = familyOf(textAt(tree, ['kind']))?.peak
  const value = peak === undefined ? undefined : getAt(tree, [peak])
  return typeof value === 'number' && value > 0 ? value : undefined
}

export const withWarmup = (inner: unknown): unknown => {
  const unit = getAt(inner, ['unit'])
  const length = unit === 'budget' ? 0.1 : unit === 'step' ? 100 : 1
  return filled({ kind: 'warmup', length, unit: unit ?? 'epoch', schedule: inner })
}

/** With the defaults of every field it leaves out; as it is where it is not valid. */
export function filled(tree: unknown): unknown {
  const parsed = scheduleSpec.safeParse(tree)
  return parsed.success ? parsed.data : tree
}
