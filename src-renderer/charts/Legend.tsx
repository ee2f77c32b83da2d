import { useCursor } from './cursor.ts'
import classes from './LineChart.module.css'
import { seriesColor } from './palette.ts'
import { nearestPoint } from './points.ts'
import type { ChartSeries } from './types.ts'

interface Props {
  readonly series: readonly ChartSeries[]
  readonly group: string
  readonly format: (value: number) => string
}

/** Names, dash samples and values: those at the cursor, or the last ones while the pointer is elsewhere. */
export function Legend({ series, group, format }: Props) {
  const at = useCursor(group)
  return (
    <ul className={classes.legend}>
      {series.map((one, place) =>
        one.faint === true ? null : (
          <li key={one.id} data-hidden={one.hidden === true}>
            <svg width={18} height={8} aria-hidden="true">
              {one.dots === true ? (
                <circle cx={9} cy={4} r={3} fill={one.color ?? seriesColor(place)} />
              ) : (
                <path
                  d="M0 4h18"
                  strokeWidth={2}
                  stroke={one.color ?? seriesColor(place)}
                  {...(one.dash !== undefined && { strokeDasharray: one.dash })}
                />
              )}
            </svg>
            <span className={classes.name} title={one.label}>
              {one.label}
            </span>
            <span className={classes.value}>{valueWords(one, at, format)}</span>
          </li>
        ),
      )}
    </ul>
  )
}

function valueWords(series: ChartSeries, at: number | undefined, format: (value: number) => string): string {
  if (series.hidden === true || (series.ahead === true && at === undefined)) return ''
  const y = at === undefined ? series.y.at(-1) : nearestPoint(series, at)?.y
  if (y === undefined) return '–'
  return y === null ? 'not finite' : format(y)
}
