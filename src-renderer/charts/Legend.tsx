import { NameText } from '../components/NameText.tsx'
import { useCursor } from './cursor.ts'
import classes from './LineChart.module.css'
import { nearestPoint } from './points.ts'
import { Swatch } from './Swatch.tsx'
import type { ChartSeries } from './types.ts'

interface Props {
  readonly series: readonly ChartSeries[]
  readonly group: string
  readonly format: (value: number) => string
  /** Without them the page's legend names the lines. */
  readonly hasNames: boolean
}

/** Beside a title there is room for the values of so many lines. */
const mostInLine = 4

/** Looks, names and values of the lines: those at the cursor, or the last ones while the pointer is elsewhere. */
export function Legend({ series, group, format, hasNames }: Props) {
  const at = useCursor(group)
  return (
    <ul className={classes.legend} data-names={hasNames} data-many={series.length > mostInLine}>
      {series.map((one, place) =>
        one.faint === true ? null : (
          <li key={one.id} data-hidden={one.hidden === true} title={one.label}>
            <Swatch look={one} place={place} width={hasNames ? 18 : 14} />
            {hasNames && (
              <span className={classes.name}>
                <NameText name={one.label} />
              </span>
            )}
            <span className={classes.value}>{valueWords(one, at, format)}</span>
          </li>
        ),
      )}
    </ul>
  )
}

/** The value of a line at the cursor, or its last one without a cursor; a dash where it has none. */
export function valueWords(
  series: ChartSeries,
  at: number | undefined,
  format: (value: number) => string,
): string {
  if (series.hidden === true || (series.ahead === true && at === undefined)) return ''
  const y = at === undefined ? series.y.at(-1) : nearestPoint(series, at)?.y
  if (y === undefined) return '–'
  return y === null ? 'not finite' : format(y)
}
