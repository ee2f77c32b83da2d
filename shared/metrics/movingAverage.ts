import { UserError } from '../errors.ts'

/** All that must be remembered between two chunks. Plain data: it may be stored or sent. */
export interface MovingState {
  /** the last values, raw, from a whole block on */
  readonly tail: Float64Array
  /** number of values seen so far */
  readonly count: number
}

/** Averages from index `start` of the series on; they replace what earlier chunks gave for these indices. */
export interface MovingAverage {
  readonly start: number
  readonly values: Float64Array
  readonly state: MovingState
}

/** The state before the first value. */
export const MOVING_START: MovingState = { tail: new Float64Array(0), count: 0 }

/**
 * Centred moving average: the mean of the finite values among the W = 2*half + 1 around each point, cut short at both
 * ends of the series. A value that is not finite is passed through as it is and is in no other point's mean.
 * Smooth the whole series first, thin it afterwards.
 *
 * The last `half` points of a growing series still lack a part of their window: they are provisional, and the next
 * chunk gives them again (`start`). What is final is, bit for bit, what one pass over everything gives.
 *
 * O(n) for any window without ever subtracting (van Herk 1992: two running sums inside blocks of length W): a sliding
 * sum would carry the rounding error of one divergent 1e30 through all the rest of the series.
 * @param half points on either side, a whole number >= 0
 * @throws UserError for another `half`
 */
export function movingAverage(
  values: ArrayLike<number>,
  half: number,
  state: MovingState = MOVING_START,
): MovingAverage {
  if (!Number.isInteger(half) || half < 0) {
    throw new UserError(
      `Smoothing a series: points on either side must be a whole number >= 0, received ${half}.`,
    )
  }
  const window = 2 * half + 1
  const count = state.count + values.length
  const base = state.count - state.tail.length
  const data = new Float64Array(count - base)
  data.set(state.tail)
  data.set(values, state.tail.length)
  const start = Math.max(0, state.count - half)
  // Blocks are counted from the start of the series, so the tail begins at the block of the oldest value that the
  // next provisional point's window reaches.
  const reach = Math.max(0, count - 2 * half)
  const keepFrom = reach - (reach % window)
  return {
    start,
    values: averages(data, window, start - base),
    state: { tail: data.slice(keepFrom - base), count },
  }
}

/** Averages of `data` from index `from` on; `data` begins at a block's border. */
function averages(data: Float64Array, window: number, from: number): Float64Array {
  const half = (window - 1) / 2
  const ahead = blockSums(data, window, 'ahead')
  const behind = blockSums(data, window, 'behind')
  const result = new Float64Array(data.length - from)
  for (let i = from; i < data.length; i++) {
    const value = data[i] ?? Number.NaN
    if (!Number.isFinite(value)) {
      result[i - from] = value
      continue
    }
    const a = Math.max(0, i - half)
    const b = Math.min(data.length - 1, i + half)
    const sameBlock = Math.floor(a / window) === Math.floor(b / window)
    // In one block the window is cut by an end of the series: it begins with the block, or runs to its last value.
    const useAhead = !sameBlock || a % window === 0
    const useBehind = !sameBlock || !useAhead
    const sum = (useBehind ? (behind.sums[a] ?? 0) : 0) + (useAhead ? (ahead.sums[b] ?? 0) : 0)
    const size = (useBehind ? (behind.counts[a] ?? 0) : 0) + (useAhead ? (ahead.counts[b] ?? 0) : 0)
    result[i - from] = sum / size
  }
  return result
}

/** Sum and count of the finite values from the block's first value up to i ("ahead"), or from i to its last. */
function blockSums(data: Float64Array, window: number, direction: 'ahead' | 'behind') {
  const n = data.length
  const sums = new Float64Array(n)
  const counts = new Float64Array(n)
  let sum = 0
  let size = 0
  for (let k = 0; k < n; k++) {
    const i = direction === 'ahead' ? k : n - 1 - k
    if (direction === 'ahead' ? i % window === 0 : i % window === window - 1) {
      sum = 0
      size = 0
    }
    const value = data[i] ?? Number.NaN
    if (Number.isFinite(value)) {
      sum += value
      size++
    }
    sums[i] = sum
    counts[i] = size
  }
  return { sums, counts }
}
