import { useMemo } from 'react'
import classes from './LineChart.module.css'
import { valueRows } from './points.ts'
import type { ChartSeries, LineChartProps } from './types.ts'

/** The exact values behind a chart, in its place and of its height. */
export function ValueTable({
  title,
  series,
  x,
  height,
}: Pick<LineChartProps, 'title' | 'series' | 'x' | 'height'>) {
  const shown = useMemo(() => series.filter(({ hidden }) => hidden !== true), [series])
  const rows = useMemo(() => valueRows(shown), [shown])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.table} style={{ height }} tabIndex={0} aria-label={`${title}: values`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{x.label}</th>
            {shown.map(({ id, label }) => (
              <th key={id} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.x}>
              <th scope="row">{exact(row.x)}</th>
              {row.values.map((value, i) => (
                <td key={keyOf(shown, i)}>
                  {value === undefined ? '' : value === null ? 'not finite' : exact(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const exact = (value: number): string => String(Number(value.toPrecision(10)))
const keyOf = (series: readonly ChartSeries[], i: number): string => series[i]?.id ?? String(i)
