import { ascending } from 'd3-array'
import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import type { StudyAxis, SweepSpec } from '../../../../shared/study/spec.ts'
import { settingText } from '../words.ts'

/* The axes of a sweep as its results have them: what varied, in an order a reader expects, and on which scale. */

export type SettingValue = StudyCellInfo['settings'][string]

export interface SweepAxis {
  readonly path: string
  /** Every value that a cell has: numbers ascending, others in the order of the cells. Cells without the field have none. */
  readonly values: readonly SettingValue[]
  /** categories: values stand side by side, whatever they are. */
  readonly scale: 'linear' | 'log' | 'categories'
}

export function axesOf(spec: SweepSpec, cells: readonly StudyCellInfo[]): readonly SweepAxis[] {
  const byPath = new Map<string, Set<SettingValue>>()
  for (const { settings } of cells)
    for (const [path, value] of Object.entries(settings)) {
      if (value === null) continue
      const values = byPath.get(path) ?? new Set()
      byPath.set(path, values.add(value))
    }
  return [...byPath].map(([path, values]) => axisOf(path, [...values], spec.axes))
}

function axisOf(path: string, values: readonly SettingValue[], written: readonly StudyAxis[]): SweepAxis {
  const numbers = values.filter((value) => typeof value === 'number').sort(ascending)
  if (numbers.length < values.length || numbers.length === 0) return { path, values, scale: 'categories' }
  const axis = written.find((one) => one.path === path)
  const scale = axis === undefined || Array.isArray(axis.values) ? scaleOf(numbers) : axis.values.scale
  return { path, values: numbers, scale: scale === 'log' && (numbers[0] ?? 0) <= 0 ? 'linear' : scale }
}

/** From its least to its greatest value by so many times: a list is read by its factors. */
const logFrom = 8

const scaleOf = (numbers: readonly number[]): 'linear' | 'log' => {
  const [least = 0] = numbers
  const most = numbers.at(-1) ?? 0
  return least > 0 && most / least >= logFrom ? 'log' : 'linear'
}

/** What the axis is called at plots, without the part of the spec where that is told from the others: "lrMax". */
export function shortName(path: string, among: readonly SweepAxis[]): string {
  const last = path.split('.').at(-1) ?? path
  return among.some((other) => other.path !== path && other.path.split('.').at(-1) === last) ? path : last
}

/** Where a value lies along its axis: 0 at its start, 1 at its end; null of a setting that has no such field. */
export function placeOn({ values, scale }: SweepAxis, value: SettingValue | undefined): number | null {
  if (value === null || value === undefined) return null
  if (scale === 'categories' || typeof value !== 'number') {
    const place = values.indexOf(value)
    return values.length < 2 ? 0.5 : place / (values.length - 1)
  }
  const [low, high] = endsOf(values)
  if (low === high) return 0.5
  return scale === 'log' ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)
}

export function endsOf(values: readonly SettingValue[]): readonly [number, number] {
  const numbers = values.filter((value) => typeof value === 'number')
  return [numbers[0] ?? 0, numbers.at(-1) ?? 0]
}

/** Values that are looked at as one: those of a numeric axis with too many to stand side by side. */
export interface Bucket {
  readonly label: string
  readonly has: (value: SettingValue | undefined) => boolean
}

const mostSideBySide = 12
const bucketCount = 8

export function bucketsOf(axis: SweepAxis): readonly Bucket[] {
  const { values, scale } = axis
  if (scale === 'categories' || values.length <= mostSideBySide)
    return values.map((value) => ({ label: settingText(value), has: (other) => other === value }))
  const [low, high] = endsOf(values)
  const at = (part: number): number =>
    scale === 'log' ? low * (high / low) ** part : low + part * (high - low)
  return Array.from({ length: bucketCount }, (_, i) => ({
    label: `${short(at(i / bucketCount))}–${short(at((i + 1) / bucketCount))}`,
    has: (value) => {
      const place = placeOn(axis, value)
      return place !== null && bucketAt(place) === i
    },
  }))
}

const bucketAt = (place: number): number => Math.min(bucketCount - 1, Math.floor(place * bucketCount))
const short = (value: number): string => settingText(Number(value.toPrecision(2)))
