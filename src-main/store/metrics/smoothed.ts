import { LRUCache } from 'lru-cache'
import { z } from 'zod'
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
  /** Takes in chunks closed since the last time, until all are or `isTime`. @returns whether all are */
  extend(db: Db, seriesId: number, isTime: () => boolean): boolean
  /** After `extend`, in the same transaction. @param tail the points that are not in closed chunks */
  source(db: Db, seriesId: number, tail: Points): Omit<Source, 'widths' | 'valueAt'>
}

interface Kept {
  readonly smoother: Smoother
  /** Values of steps that were asked for one by one (the snapshots', the window's ends) and are final. */
  readonly values: LRUCache<number, { readonly value: number | undefined }>
}

const createValues = (): Kept['values'] => new LRUCache({ max: VALUES_KEPT })

/** Buckets kept of all series together: about 50 MB. The ones least lately asked for go first. */
const MOST_KEPT = 400_000
const VALUES_KEPT = 10_000

export interface SeriesViews {
  view(query: SeriesQuery): SeriesView
  /**
   * Part of the work of a first view, so that a long series need not be smoothed in one go: call it until it answers true.
   * @param milliseconds after which it leaves the rest for the next call
   */
  prepare(query: SeriesQuery, milliseconds: number): boolean
}

/** Within a transaction: views of series as they are stored, or smoothed. */
export function createSeriesViews(db: Db): SeriesViews {
  const kept = new LRUCache<string, Kept>({
    maxSize: MOST_KEPT,
    // One that is larger than all that may be kept is kept alone.
    sizeCalculation: ({ smoother }) => Math.min(MOST_KEPT, Math.max(1, smoother.size)),
  })
  /** What is kept of a series under a smoothing, with as much of it as there is time for. */
  const extended = (runId: string, seriesId: number, smoothing: Smooth, isTime: () => boolean) => {
    // The series' number alone may be another's after a deletion.
    const key = JSON.stringify([runId, seriesId, smoothing, stateOfChunks(db, runId, seriesId)])
    const found = kept.get(key) ?? { smoother: createSmoother(smoothing), values: createValues() }
    const isWhole = found.smoother.extend(db, seriesId, isTime)
    // Anew, since it has grown.
    kept.delete(key)
    kept.set(key, found)
    return { found, isWhole }
  }
  return {
    view(query) {
      const { runId, series, smoothing } = query
      if (smoothing === undefined || isNone(smoothing)) return viewSeries(db, query)
      const seriesId = findSeries(db, runId, series)
      if (seriesId === undefined) return { ...NO_POINTS, total: 0 }
      const { found } = extended(runId, seriesId, smoothing, () => false)
      const tail = readTailOf(db, runId, series)
      return viewSource(asSource(found, found.smoother.source(db, seriesId, tail)), query)
    },
    prepare({ runId, series, smoothing }, milliseconds) {
      if (smoothing === undefined || isNone(smoothing)) return true
      const seriesId = findSeries(db, runId, series)
      if (seriesId === undefined) return true
      const until = performance.now() + milliseconds
      return extended(runId, seriesId, smoothing, () => performance.now() >= until).isWhole
    },
  }
}

const stateRow = z.object({ state: z.string().nullable() })

/** Closed chunks of our own runs never change; those of other programs' do, and then nothing of before holds. */
const stateOfChunks = (db: Db, runId: string, seriesId: number): string | null =>
  db.get(
    stateRow,
    `SELECT count(*) || ' ' || sum(checksum) AS state FROM metric_chunks
     WHERE series_id = ? AND EXISTS (SELECT 1 FROM runs WHERE id = ? AND kind = 'elsewhere')
     HAVING count(*) > 0`,
    seriesId,
    runId,
  )?.state ?? null

type Smooth = Exclude<Smoothing, { kind: 'none' }>

/** A window of n steps has n / 2 points, rounded down, on either side of the one in its middle. */
function createSmoother(smoothing: Smooth): Smoother {
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
      const found = values.get(step) ?? { value: source.readPoints(step, step).values[0] }
      values.set(step, found)
      return found.value
    },
  }
}
