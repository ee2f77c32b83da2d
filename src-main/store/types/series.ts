import type { Smoothing } from '../../../shared/api/series.ts'

/** One series as steps and values, thinned so that every extreme stays. */
export interface SeriesView {
  readonly steps: Float64Array
  readonly values: Float64Array
  /** Points stored in the window before thinning. */
  readonly total: number
}

export interface SeriesQuery {
  readonly runId: string
  readonly series: string
  /** Inclusive; the whole series when absent. */
  readonly fromStep?: number
  readonly toStep?: number
  /** At most about this many points come back. */
  readonly points?: number
  /** Of the full stored series, before it is thinned. */
  readonly smoothing?: Smoothing
  /** Steps never dropped besides first, last, least and greatest: those of the run's snapshots are added by itself. */
  readonly pinned?: readonly number[]
}
