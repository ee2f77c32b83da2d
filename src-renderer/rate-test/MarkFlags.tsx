import { innerHeight, innerWidth, type PlotArea, pixelX, plotMargin } from '../charts/plotArea.ts'
import { placeFlags } from './flags.ts'
import type { Mark } from './marks.ts'
import classes from './RateTest.module.css'

interface MarkFlagsProps {
  readonly area: PlotArea
  readonly marks: readonly Mark[]
  /** Their names at the upper ends; without, the lines alone. */
  readonly hasNames: boolean
}

const rowHeight = 13

/** The suggestions as lines over the plot. What they are, the list beside it tells; it is there for screen readers too. */
export function MarkFlags({ area, marks, hasNames }: MarkFlagsProps) {
  const width = innerWidth(area.width)
  const height = innerHeight(area.height)
  const seen = marks.flatMap((mark) => {
    const x = mark.rate === null ? Number.NaN : pixelX(area, mark.rate)
    return x >= 0 && x <= width ? [{ of: mark, x, words: mark.label }] : []
  })
  return (
    <svg
      className={classes.flags}
      width={area.width}
      height={area.height}
      aria-hidden="true"
      data-marks={seen.map(({ of }) => of.id).join(' ')}
    >
      <g transform={`translate(${plotMargin.left} ${plotMargin.top})`}>
        {placeFlags(seen, width).map(({ of: mark, x, row, side }) => (
          <g key={mark.id} style={{ color: mark.color }}>
            <path
              d={`M${x.toFixed(1)} ${hasNames ? row * rowHeight : 0}V${height}`}
              {...(mark.dash !== undefined && { strokeDasharray: mark.dash })}
            />
            {hasNames && (
              <text
                x={side === 'right' ? x + 4 : x - 4}
                y={row * rowHeight + 10}
                textAnchor={side === 'right' ? 'start' : 'end'}
              >
                {mark.label}
              </text>
            )}
          </g>
        ))}
      </g>
    </svg>
  )
}
