import { exampleSize, type Values } from './meta.ts'
import type { Dataset } from './open.ts'

/**
 * Mean and standard deviation (of the population) per channel of an image, whose levels are first scaled to 0..1, or per
 * feature of a table. A deviation of 0 is given as 1, so that dividing by it is safe.
 */
export interface Normalisation {
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** Statistics of the examples `trainIndices` alone, in float64. @throws Error when there are none */
export function normalisation(dataset: Dataset, trainIndices: Uint32Array): Normalisation {
  if (trainIndices.length === 0) throw new Error('Normalisation needs at least one training example')
  const { examples, meta } = dataset
  const channels = meta.shape.at(-1) ?? 1
  const size = exampleSize(meta.shape)
  return examples instanceof Uint8Array || examples instanceof Uint16Array
    ? ofLevels(examples, trainIndices, size, channels)
    : ofFloats(examples, trainIndices, size, channels)
}

/** Counts the levels (256 or 65,536) of each channel first: the sums are then exact integers, in one fast pass. */
function ofLevels(
  values: Uint8Array | Uint16Array,
  indices: Uint32Array,
  size: number,
  channels: number,
): Normalisation {
  const levels = values instanceof Uint8Array ? 256 : 65_536
  const top = levels - 1
  const counts = new Uint32Array(channels * levels)
  for (const index of indices) {
    const end = (index + 1) * size
    for (let at = index * size, c = 0; at < end; at++) {
      const slot = c * levels + (values[at] ?? 0)
      counts[slot] = (counts[slot] ?? 0) + 1
      c = c + 1 === channels ? 0 : c + 1
    }
  }
  const n = (indices.length * size) / channels
  const mean: number[] = []
  const std: number[] = []
  for (let c = 0; c < channels; c++) {
    const own = counts.subarray(c * levels, (c + 1) * levels)
    const average = own.reduce((sum, count, value) => sum + count * value, 0) / n
    const variance = own.reduce((sum, count, value) => sum + count * (value - average) ** 2, 0) / n
    mean.push(average / top)
    std.push(Math.sqrt(variance) / top || 1)
  }
  return { mean, std }
}

function ofFloats(
  values: Exclude<Values, Uint8Array | Uint16Array>,
  indices: Uint32Array,
  size: number,
  channels: number,
): Normalisation {
  const n = (indices.length * size) / channels
  // Sums of values such as Unix times would lose the digits in which they differ; sums of distances from one of them keep
  // these digits.
  const first = values.subarray((indices[0] ?? 0) * size, (indices[0] ?? 0) * size + channels)
  const origin = values instanceof Float64Array ? Float64Array.from(first) : new Float64Array(channels)
  const mean = new Float64Array(channels)
  const square = new Float64Array(channels)
  for (const index of indices)
    for (let k = 0; k < size; k++) {
      const c = k % channels
      mean[c] = (mean[c] ?? 0) + ((values[index * size + k] ?? 0) - (origin[c] ?? 0))
    }
  for (let c = 0; c < channels; c++) mean[c] = (origin[c] ?? 0) + (mean[c] ?? 0) / n
  // Deviations from the mean in a second pass: sums of squares would cancel where the mean is large.
  for (const index of indices)
    for (let k = 0; k < size; k++) {
      const c = k % channels
      square[c] = (square[c] ?? 0) + ((values[index * size + k] ?? 0) - (mean[c] ?? 0)) ** 2
    }
  return { mean: [...mean], std: Array.from(square, (sum) => Math.sqrt(sum / n) || 1) }
}
