import classes from './LineChart.module.css'
import { type EdgeMark, edgePixel, furthest } from './outside.ts'
import { innerWidth, type PlotArea } from './plotArea.ts'

interface Props {
  readonly area: PlotArea
  readonly marks: readonly EdgeMark[]
  readonly format: (value: number) => string
}

/** A triangle at the edge for what lies beyond it, and by the one furthest out its value. */
export function OutsideMarks({ area, marks, format }: Props) {
  return (
    <g>
      {marks.map((mark) => (
        <Triangle key={`${mark.edge} ${mark.left}`} area={area} mark={mark} format={format} />
      ))}
      <Furthest area={area} mark={furthest(marks, 'top')} format={format} />
      <Furthest area={area} mark={furthest(marks, 'bottom')} format={format} />
    </g>
  )
}

interface MarkProps {
  readonly area: PlotArea
  readonly mark: EdgeMark
  readonly format: Props['format']
}

function Triangle({ area, mark, format }: MarkProps) {
  const { edge, left, value, count, color } = mark
  const shape = edge === 'top' ? 'M-4 7h8l-4 -7z' : 'M-4 -7h8l-4 7z'
  const words = count === 1 ? format(value) : `${count} values, as far as ${format(value)}`
  return (
    <path
      className={classes.outside}
      data-edge={edge}
      d={shape}
      fill={color}
      transform={`translate(${left.toFixed(1)} ${edgePixel(edge, area)})`}
    >
      <title>{`Outside the frame: ${words}`}</title>
    </path>
  )
}

/** About what a letter takes, in pixels. */
const letter = 6.5

function Furthest({ area, mark, format }: { readonly mark: EdgeMark | undefined } & Omit<MarkProps, 'mark'>) {
  if (mark === undefined) return null
  const words = format(mark.value)
  const isAtEnd = mark.left + words.length * letter > innerWidth(area.width)
  return (
    <text
      className={classes.outsideValue}
      x={mark.left + (isAtEnd ? 4 : -4)}
      y={edgePixel(mark.edge, area) + (mark.edge === 'top' ? 17 : -9)}
      textAnchor={isAtEnd ? 'end' : 'start'}
    >
      {words}
    </text>
  )
}
