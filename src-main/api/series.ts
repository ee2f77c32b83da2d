import type { Services } from '../../shared/api/services.ts'
import type { Core } from '../core.ts'

export function createSeriesServices({ store }: Core): Services['series'] {
  return {
    view({ runId, series, ...window }) {
      const run = store.read.run(runId)
      return series.map((name) => {
        const { fromStep, toStep, points } = window
        const { steps, values, total } = store.read.series({
          runId: run.id,
          series: name,
          points,
          ...(fromStep !== undefined && { fromStep }),
          ...(toStep !== undefined && { toStep }),
        })
        return { name, steps: [...steps], values: Array.from(values, finiteOrNull), total }
      })
    },
    valuesAt: ({ runIds, series, step }) =>
      runIds.flatMap((runId) => {
        const { steps, values } = store.read.series({ runId, series, toStep: step, points: 2 })
        const at = steps.at(-1)
        return at === undefined ? [] : [{ runId, step: at, value: finiteOrNull(values.at(-1) ?? Number.NaN) }]
      }),
  }
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null)
