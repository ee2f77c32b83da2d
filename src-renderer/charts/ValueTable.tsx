import { useMemo } from 'react'
import { columnNumbers } from '../format/numberList.ts'
import classes from './LineChart.module.css'
import { valueRows } from './points.ts'
import type { ChartSeries, LineChartProps } from './types.ts'

/** The values behind a chart, in its place and of its height; each column in digits of one length. */
export function ValueTable({
  title,
  series,
  x,
  y,
  height,
}: Pick<LineChartProps, 'title' | 'series' | 'x' | 'y' | 'height'>) {
  const shown = useMemo(() => series.filter(({ hidden }) => hidden !== true), [series])
  const rows = useMemo(() => valueRows(shown), [shown])
  const writeX = useMemo(() => columnNumbers(rows.map(({ x: place }) => place)), [rows])
  const times = y.share === true ? 100 : 1
  const write = useMemo(
    () => shown.map((one) => columnNumbers(one.y.map((value) => (value === null ? null : times * value)))),
    [shown, times],
  )
  const unit = y.share === true ? '%' : (y.unit ?? '')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.table} style={{ height }} tabIndex={0} aria-label={`${title}: values`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{withUnit(x.label, x.unit ?? '')}</th>
            {shown.map(({ id, label }) => (
              <th key={id} scope="col">
                {withUnit(label, unit)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.x}>
              <th scope="row">{writeX(row.x)}</th>
              {row.values.map((value, i) => (
                <td key={keyOf(shown, i)}>
                  {value === undefined ? '' : value === null ? 'not finite' : write[i]?.(times * value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const withUnit = (label: string, unit: string): string => (unit === '' ? label : `${label}, ${unit}`)
const keyOf = (series: readonly ChartSeries[], i: number): string => series[i]?.id ?? String(i)
