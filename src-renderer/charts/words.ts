import { percent } from '../format/format.ts'
import { percentTicks, plainNumber, tickNumbers } from '../format/numberList.ts'
import { extentOf } from './extent.ts'
import type { ChartAxis, LineChartProps } from './types.ts'

export const formatOf = (axis: ChartAxis): ((value: number) => string) =>
  axis.format ?? (axis.share === true ? percent : plainNumber)

/** Writes the ticks of an axis. */
export function tickFormatOf(axis: ChartAxis, ticks: readonly number[]): (value: number) => string {
  if (axis.tick !== undefined) return axis.tick(ticks)
  if (axis.share === true) return percentTicks(ticks)
  return axis.format ?? tickNumbers(ticks)
}

/** What the chart shows in a sentence or two, for those who do not see it. */
export function chartSummary({ title, series, x, y }: LineChartProps): string {
  const shown = series.filter(({ hidden, faint }) => hidden !== true && faint !== true)
  const format = formatOf(y)
  const lines = shown.map((one) => {
    const extent = extentOf(one.y)
    if (extent === undefined) return `${one.label}: no values yet`
    const last = one.y.findLast((value) => value !== null)
    const broken = one.y.filter((value) => value === null).length
    const end = last === undefined || last === null ? '' : `, last ${format(last)}`
    const notFinite = broken === 0 ? '' : `, ${broken} not finite`
    return `${one.label}: from ${format(extent[0])} to ${format(extent[1])}${end}${notFinite}`
  })
  return `${title}, ${y.label} by ${x.label}. ${lines.join('; ')}.`
}
