import { Legend } from './Legend.tsx'
import classes from './LineChart.module.css'
import type { ChartAxis, LineChartProps } from './types.ts'
import { formatOf } from './words.ts'

interface Props {
  readonly chart: LineChartProps
  readonly y: ChartAxis
  readonly group: string
  /** Values beyond the frame. */
  readonly outside: number
  readonly isTable: boolean
  readonly onFrame: (frame: 'signal' | 'all') => void
  readonly onScale: (scale: 'linear' | 'log') => void
  readonly onTable: (table: boolean) => void
}

/** The title with the values of the lines, and how the chart is looked at. */
export function ChartHead({ chart, y, group, outside, isTable, onFrame, onScale, onTable }: Props) {
  const { title, legend = 'names' } = chart
  const isAll = y.frame === 'all'
  return (
    <div className={classes.head}>
      <span className={classes.title}>
        {title} <span className={classes.unit}>{y.label}</span>
      </span>
      {legend === 'none' ? (
        <span className={classes.space} />
      ) : (
        <Legend series={chart.series} group={group} format={formatOf(y)} hasNames={legend === 'names'} />
      )}
      {(isAll || outside > 0) && (
        <Switch
          isOn={isAll}
          label={`${title}: all values in the frame`}
          help={isAll ? 'Show the signal: values far out are marked at the edge' : outsideWords(outside)}
          onChange={(all) => onFrame(all ? 'all' : 'signal')}
        >
          all
        </Switch>
      )}
      {chart.canLog === true && (
        <Switch
          isOn={y.scale === 'log'}
          label={`${title}: log axis`}
          onChange={(log) => onScale(log ? 'log' : 'linear')}
        >
          log
        </Switch>
      )}
      <Switch isOn={isTable} label={`${title}: table of values`} onChange={onTable}>
        table
      </Switch>
    </div>
  )
}

const outsideWords = (outside: number): string =>
  `${outside === 1 ? 'One value lies' : `${outside} values lie`} outside the frame: show all`

function Switch({
  isOn,
  label,
  help,
  children,
  onChange,
}: {
  readonly isOn: boolean
  readonly label: string
  readonly help?: string
  readonly children: string
  readonly onChange: (isOn: boolean) => void
}) {
  return (
    <button
      type="button"
      className={classes.switch}
      aria-pressed={isOn}
      aria-label={label}
      title={help}
      onClick={() => onChange(!isOn)}
    >
      {children}
    </button>
  )
}
