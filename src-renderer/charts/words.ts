import { extentOf } from './scale.ts'
import type { ChartAxis, LineChartProps } from './types.ts'

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const digits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 })

/** A number as it stands at an axis or in a legend whose axis gives no format of its own. */
export function plainNumber(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 1e9) return value.toExponential(digitsNeeded(value))
  if (size >= 1e6) return `${digits.format(value / 1e6)} M`
  if (size < 1e-3) return value.toExponential(digitsNeeded(value))
  return Number.isInteger(value) ? grouped.format(value) : digits.format(value)
}

/** Ticks are round but for the last bits. */
const digitsNeeded = (value: number): number =>
  Number(value.toExponential(0)) === Number(value.toPrecision(9)) ? 0 : 1

export const formatOf = (axis: ChartAxis): ((value: number) => string) => axis.format ?? plainNumber
export const tickFormatOf = (axis: ChartAxis): ((value: number) => string) => axis.tick ?? formatOf(axis)

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
