import { setImmediate } from 'node:timers/promises'
import type { Services } from '../../shared/api/services.ts'
import type { Core } from '../core.ts'

/** Milliseconds for which a first smoothing of a long series may hold up everybody else. */
const slice = 15

export function createSeriesServices({ store: { read } }: Core): Services['series'] {
  return {
    async view({ runId, series, fromStep, toStep, points, smoothing }) {
      const { id } = read.run(runId)
      const window = {
        points,
        ...(fromStep !== undefined && { fromStep }),
        ...(toStep !== undefined && { toStep }),
        ...(smoothing.kind !== 'none' && { smoothing }),
      }
      for (const name of series) {
        while (!read.prepareSeries({ runId: id, series: name, ...window }, slice)) await setImmediate()
      }
      return series.map((name) => {
        const { steps, values, total } = read.series({ runId: id, series: name, ...window })
        return { name, steps: [...steps], values: Array.from(values, finiteOrNull), total }
      })
    },
    names: (runId) => read.seriesNames(read.run(runId).id),
    valuesAt: ({ runIds, series, step }) => read.valuesAtStep(runIds, series, step),
  }
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null)
