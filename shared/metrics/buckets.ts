/**
 * What is kept of a stretch of a series. Buckets lie on an absolute grid: with width w, bucket b covers the steps
 * b*w to (b+1)*w - 1, whatever the length of the series. Only buckets with at least one point exist.
 */
export interface Bucket {
  /** first and last step that has a point, not the borders of the grid */
  readonly firstStep: number
  readonly lastStep: number
  /** least finite value and the first step that has it; NaN and firstStep if no value is finite */
  readonly min: number
  readonly argmin: number
  /** greatest finite value and the first step that has it; NaN and firstStep if no value is finite */
  readonly max: number
  readonly argmax: number
  /** number of points, finite or not */
  readonly count: number
  /** the first NaN or infinite point, and how many there are; absent if all values are finite */
  readonly nonFinite?: { readonly step: number; readonly value: number; readonly count: number }
}

/**
 * Summarises the points [from, to) of a series into buckets of `width` steps.
 * @param steps whole numbers >= 0, strictly ascending  @param values one per step, NaN and infinities allowed
 * @param width a power of two, so that the grid of every coarser width runs along borders of this one
 */
export function summarize(
  steps: ArrayLike<number>,
  values: ArrayLike<number>,
  width: number,
  from = 0,
  to: number = steps.length,
): Bucket[] {
  checkWidth(width)
  const buckets: Bucket[] = []
  let start = from
  let previous = -1
  while (start < to) {
    const border = (Math.floor((steps[start] ?? 0) / width) + 1) * width
    let end = start
    for (; end < to; end++) {
      const step = steps[end] ?? Number.NaN
      if (!(step > previous)) {
        throw new Error(
          `Steps must be >= 0 and strictly ascending: ${step} at index ${end} follows ${previous}`,
        )
      }
      if (step >= border) break
      previous = step
    }
    buckets.push(summarizeRun(steps, values, start, end))
    start = end
  }
  return buckets
}

/**
 * Joins buckets into wider ones. Their points are a subset of the given buckets' points.
 * @param buckets ascending, none straddling a border of the new grid  @param width a power of two
 */
export function coarsen(buckets: readonly Bucket[], width: number): Bucket[] {
  checkWidth(width)
  const wide: Bucket[] = []
  let current: Bucket | undefined
  for (const bucket of buckets) {
    const cell = Math.floor(bucket.firstStep / width)
    if (Math.floor(bucket.lastStep / width) !== cell) {
      throw new Error(
        `The bucket of steps ${bucket.firstStep} to ${bucket.lastStep} is wider than ${width} steps`,
      )
    }
    if (current !== undefined && Math.floor(current.firstStep / width) === cell) {
      current = join(current, bucket)
    } else {
      if (current !== undefined) wide.push(current)
      current = bucket
    }
  }
  if (current !== undefined) wide.push(current)
  return wide
}

/** One bucket of two, `early` before `late`. Equal extremes keep the earlier step. */
function join(early: Bucket, late: Bucket): Bucket {
  // A bucket without finite values has NaN extremes, which must give way to any number.
  const lower = late.min < early.min || Number.isNaN(early.min) ? late : early
  const higher = late.max > early.max || Number.isNaN(early.max) ? late : early
  const finite = !Number.isNaN(lower.min)
  const nonFinite = joinNonFinite(early, late)
  return {
    firstStep: early.firstStep,
    lastStep: late.lastStep,
    min: lower.min,
    argmin: finite ? lower.argmin : early.firstStep,
    max: higher.max,
    argmax: finite ? higher.argmax : early.firstStep,
    count: early.count + late.count,
    ...(nonFinite && { nonFinite }),
  }
}

function joinNonFinite(early: Bucket, late: Bucket): Bucket['nonFinite'] {
  if (early.nonFinite === undefined) return late.nonFinite
  return { ...early.nonFinite, count: early.nonFinite.count + (late.nonFinite?.count ?? 0) }
}

function summarizeRun(
  steps: ArrayLike<number>,
  values: ArrayLike<number>,
  start: number,
  end: number,
): Bucket {
  let [low, high, odd, odds] = [-1, -1, -1, 0]
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = start; i < end; i++) {
    const value = values[i] ?? Number.NaN
    if (!Number.isFinite(value)) {
      if (odds++ === 0) odd = i
      continue
    }
    if (value < min) {
      min = value
      low = i
    }
    if (value > max) {
      max = value
      high = i
    }
  }
  const stepAt = (i: number) => steps[i < 0 ? start : i] ?? Number.NaN
  return {
    firstStep: stepAt(start),
    lastStep: stepAt(end - 1),
    min: low < 0 ? Number.NaN : min,
    argmin: stepAt(low),
    max: high < 0 ? Number.NaN : max,
    argmax: stepAt(high),
    count: end - start,
    ...(odds > 0 && { nonFinite: { step: stepAt(odd), value: values[odd] ?? Number.NaN, count: odds } }),
  }
}

function checkWidth(width: number): void {
  if (!(width >= 1) || !Number.isInteger(Math.log2(width))) {
    throw new Error(`A bucket's width must be a power of two, received ${width}`)
  }
}
