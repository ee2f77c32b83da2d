import type { Services } from '../../shared/api/services.ts'
import type { Core } from '../core.ts'

export function createSeriesServices({ store: { read } }: Core): Services['series'] {
  return {
    view({ runId, series, fromStep, toStep, points, smoothing }) {
      const { id } = read.run(runId)
      const window = {
        points,
        ...(fromStep !== undefined && { fromStep }),
        ...(toStep !== undefined && { toStep }),
        ...(smoothing.kind !== 'none' && { smoothing }),
      }
      return series.map((name) => {
        const { steps, values, total } = read.series({ runId: id, series: name, ...window })
        return { name, steps: [...steps], values: Array.from(values, finiteOrNull), total }
      })
    },
    valuesAt: ({ runIds, series, step }) => read.valuesAtStep(runIds, series, step),
  }
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null)
