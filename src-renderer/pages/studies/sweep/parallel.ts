import type { StudyObjective } from '../../../../shared/study/spec.ts'
import { placeOn, type SweepAxis } from './axes.ts'
import type { SettingRow } from './rows.ts'

/*
 * Parallel coordinates: every setting a line over all axes and the objective. Places along an axis are 0 at its foot and 1
 * at its head. Settings that diverged end in a lane of their own below the objective, so that they do not squeeze the scale
 * of the others, and those that have no such field pass through that lane, so that they do not vanish.
 */

/** By path, "objective" for the last one: the stretch of the axis that is looked at. */
export type Brushes = Readonly<Record<string, readonly [number, number]>>

export const objectiveAxis = 'objective'

export interface ParallelLine {
  readonly row: SettingRow
  /** One an axis, then the objective's; null: in the lane, where settings go that have no such field, or no score. */
  readonly places: readonly (number | null)[]
}

/** The objective's axis: the best stands at its head, whichever way is better. */
export interface ParallelScale {
  /** The worst value and the best one. */
  readonly domain: readonly [number, number]
  readonly kind: 'linear' | 'log'
}

/** A loss over more than this spans a log axis. */
const logFrom = 10

export function objectiveScale(rows: readonly SettingRow[], objective: StudyObjective): ParallelScale {
  const means = rows.flatMap((row) => row.score?.mean ?? [])
  if (means.length === 0) return { domain: [0, 1], kind: 'linear' }
  const low = Math.min(...means)
  const high = Math.max(...means)
  const isLog = objective === 'validationLoss' && low > 0 && high / low >= logFrom
  const kind = isLog ? 'log' : 'linear'
  return { domain: objective === 'validationLoss' ? [high, low] : [low, high], kind }
}

function placeOnObjective({ domain: [worst, best], kind }: ParallelScale, value: number): number {
  if (worst === best) return 1
  return kind === 'log'
    ? Math.log(value / worst) / Math.log(best / worst)
    : Math.abs(value - worst) / Math.abs(best - worst)
}

export const valueAt = ({ domain: [worst, best], kind }: ParallelScale, place: number): number =>
  kind === 'log' ? worst * (best / worst) ** place : worst + place * (best - worst)

/** Settings that wait for their first value have no line yet. */
export function parallelLines(
  rows: readonly SettingRow[],
  axes: readonly SweepAxis[],
  scale: ParallelScale,
): readonly ParallelLine[] {
  return rows
    .filter(({ score, diverged }) => score !== null || diverged > 0)
    .map((row) => ({
      row,
      places: [
        ...axes.map((axis) => placeOn(axis, row.settings[axis.path])),
        row.score === null ? null : placeOnObjective(scale, row.score.mean),
      ],
    }))
}

/** A value at the very end of a brush counts, whatever its last bits. */
const blur = 1e-9

/** Whether a setting passes through all brushes; what lies in the lane passes none of the objective. */
export function isBrushed({ places }: ParallelLine, names: readonly string[], brushes: Brushes): boolean {
  return names.every((name, i) => {
    const brush = brushes[name]
    if (brush === undefined) return true
    const place = places[i]
    return place !== null && place !== undefined && place >= brush[0] - blur && place <= brush[1] + blur
  })
}

/** One end of a brush moved; the other gives way, and a brush of the whole axis is none. */
export function withBrush(brushes: Brushes, name: string, end: 'low' | 'high', place: number): Brushes {
  const [low, high] = brushes[name] ?? [0, 1]
  const at = Math.min(1, Math.max(0, place))
  const next = end === 'low' ? ([at, Math.max(at, high)] as const) : ([Math.min(at, low), at] as const)
  return setBrush(brushes, name, next)
}

export function setBrush(brushes: Brushes, name: string, next: readonly [number, number]): Brushes {
  const { [name]: _, ...others } = brushes
  return next[0] <= 0 && next[1] >= 1 ? others : { ...others, [name]: next }
}
