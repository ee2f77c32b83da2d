import { bisector } from 'd3-array'
import { type Bucket, coarsen, summarize } from '../../../shared/metrics/buckets.ts'
import type { Points } from './points.ts'

/*
 * Summaries of smoothed values, in memory: the stored ones are of the values as they are, and there are as many ways to
 * smooth as positions of a slider. Wider at the finest than the stored ones, since points below are smoothed anew for
 * a window in a millisecond or two, and ten million points then take about five megabytes.
 */
export const PYRAMID_WIDTHS: readonly number[] = [256, 2048, 16_384, 131_072]

const FACTOR = 8

export interface Pyramid {
  /** Points that follow all that were added before. */
  add(points: Points): void
  /** The buckets of a level that begin in [fromStep, toStep). */
  level(level: number, fromStep: number, toStep: number): Bucket[]
  /** Buckets kept. */
  readonly size: number
}

export function createPyramid(): Pyramid {
  const levels = PYRAMID_WIDTHS.map((): Bucket[] => [])
  return {
    add({ steps, values }) {
      let added = summarize(steps, values, PYRAMID_WIDTHS[0] ?? 1)
      levels.forEach((level, i) => {
        added = coarsen(added, PYRAMID_WIDTHS[i] ?? 1)
        append(level, added, PYRAMID_WIDTHS[i] ?? 1)
      })
    },
    level(index, fromStep, toStep) {
      const level = levels[index] ?? []
      return level.slice(firstFrom(level, fromStep), firstFrom(level, toStep))
    },
    get size() {
      return Math.ceil(((levels[0]?.length ?? 0) * FACTOR) / (FACTOR - 1))
    },
  }
}

/** The last bucket may be one that the added ones go on with. */
function append(level: Bucket[], added: readonly Bucket[], width: number): void {
  const last = level.pop()
  for (const bucket of coarsen(last === undefined ? added : [last, ...added], width)) level.push(bucket)
}

/** Index of the first bucket that begins at a step or later. */
const firstFrom = bisector((bucket: Bucket) => bucket.firstStep).left
