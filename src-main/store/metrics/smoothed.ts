import type { Smoothing } from '../../../shared/api/series.ts'
import type { Db } from '../database.ts'
import type { SeriesQuery, SeriesView } from '../types.ts'
import { NO_POINTS, type Points, valueAt } from './points.ts'
import { PYRAMID_WIDTHS } from './pyramid.ts'
import { findSeries, readTailOf } from './read.ts'
import { createEmaSmoother } from './smoothEma.ts'
import { createWindowSmoother } from './smoothWindow.ts'
import { viewSeries } from './stored.ts'
import { type Source, viewSource } from './view.ts'

/*
 * Views of smoothed series. A series is smoothed as a whole, then thinned: the average of the extremes that a thinned
 * series consists of is not the average of the series. Closed chunks never change, so that what is known of them is kept and
 * only goes on from where it ended; what a view costs does not grow with the series.
 */

/** One series under one smoothing. */
export interface Smoother {
  /** Buckets and states kept. */
  readonly size: number
  /** Takes in the chunks closed since the last time. */
  extend(db: Db, seriesId: number): void
  /** After `extend`, in the same transaction. @param tail the points that are not in closed chunks */
  source(db: Db, seriesId: number, tail: Points): Omit<Source, 'widths' | 'valueAt'>
}

interface Kept {
  readonly smoother: Smoother
  /** Values of steps that were asked for one by one (the snapshots', the window's ends) and are final. */
  readonly values: Map<number, number | undefined>
}

/** Buckets kept of all series together: about 50 MB. The ones least lately asked for go first. */
const MOST_KEPT = 400_000
const VALUES_KEPT = 10_000

export type SeriesViews = (query: SeriesQuery) => SeriesView

/** Within a transaction: views of series as they are stored, or smoothed. */
export function createSeriesViews(db: Db): SeriesViews {
  const kept = new Map<string, Kept>()
  return (query) => {
    const { smoothing } = query
    if (smoothing === undefined || isNone(smoothing)) return viewSeries(db, query)
    const seriesId = findSeries(db, query.runId, query.series)
    if (seriesId === undefined) return { ...NO_POINTS, total: 0 }
    // The series' number alone may be another's after a deletion.
    const key = JSON.stringify([query.runId, seriesId, smoothing])
    const found = kept.get(key) ?? { smoother: createSmoother(smoothing), values: new Map() }
    found.smoother.extend(db, seriesId)
    kept.delete(key)
    kept.set(key, found)
    dropOldest(kept)
    const tail = readTailOf(db, query.runId, query.series)
    return viewSource(asSource(found, found.smoother.source(db, seriesId, tail)), query)
  }
}

/** A window of n steps has n / 2 points, rounded down, on either side of the one in its middle. */
function createSmoother(smoothing: Exclude<Smoothing, { kind: 'none' }>): Smoother {
  return smoothing.kind === 'ema'
    ? createEmaSmoother(smoothing.weight)
    : createWindowSmoother(Math.floor(smoothing.steps / 2))
}

const isNone = (smoothing: Smoothing): smoothing is Extract<Smoothing, { kind: 'none' }> =>
  smoothing.kind === 'none'

function asSource({ values }: Kept, source: Omit<Source, 'widths' | 'valueAt'>): Source {
  return {
    ...source,
    widths: PYRAMID_WIDTHS,
    valueAt(step) {
      if (step >= source.closedEnd) return valueAt(source.open, step)
      if (!values.has(step)) {
        if (values.size >= VALUES_KEPT) values.clear()
        values.set(step, source.readPoints(step, step).values[0])
      }
      return values.get(step)
    },
  }
}

function dropOldest(kept: Map<string, Kept>): void {
  let size = 0
  for (const { smoother } of kept.values()) size += smoother.size
  for (const [key, { smoother }] of kept) {
    if (size <= MOST_KEPT || kept.size === 1) return
    kept.delete(key)
    size -= smoother.size
  }
}
