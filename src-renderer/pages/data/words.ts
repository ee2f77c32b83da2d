import type { DatasetInfo } from '../../../shared/api/datasets.ts'
import { count, counted, thin } from '../../format/format.ts'

/** "28 × 28 pixels, grey", "4 features" */
export function shapeWords({ kind, shape }: Pick<DatasetInfo, 'kind' | 'shape'>): string {
  const [first = 0, width = 0, channels = 0] = shape
  if (kind === 'table') return counted(first, 'feature')
  const colour = channels === 1 ? 'grey' : channels === 3 ? 'colour' : counted(channels, 'channel')
  return `${first}${thin}×${thin}${width} pixels, ${colour}`
}

/** "10 000 training, 2 000 test examples" */
export function partWords({ trainCount, testCount }: DatasetInfo): string {
  if (testCount === 0) return counted(trainCount, 'example')
  return `${count(trainCount)} training, ${count(testCount)} test examples`
}

/** How evenly the training examples lie: "1 000 in each class", "12 to 4 000 in a class". */
export function balanceWords(perClass: readonly number[]): string {
  const least = Math.min(...perClass)
  const most = Math.max(...perClass)
  return least === most ? `${count(least)} in each class` : `${count(least)} to ${count(most)} in a class`
}

/** A number of a table as short as six digits allow; a large one with twelve, as times and coordinates differ in their last. */
export const cell = (value: number): string =>
  String(Number(value.toPrecision(Math.abs(value) >= 1e5 ? 12 : 6)))

/** What a run's spec calls it: its name, or its id where two have one name. */
export function callName({ id, name }: DatasetInfo, all: readonly DatasetInfo[]): string {
  const isTaken = all.some(
    (other) => other.id !== id && (other.name === name || other.otherNames.includes(name)),
  )
  return isTaken ? id : name
}
