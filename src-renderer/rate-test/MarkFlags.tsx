import type { ReactNode } from 'react'
import { innerHeight, innerWidth, type PlotArea, pixelX, plotMargin } from '../charts/plotArea.ts'
import { type Flag, placeFlags } from './flags.ts'
import type { Mark } from './marks.ts'
import classes from './RateTest.module.css'

/*
 * The suggestions over a plot: lines, and names at their upper ends. What they are, the list beside the plot tells, for
 * screen readers too.
 */

interface MarksProps {
  readonly area: PlotArea
  readonly marks: readonly Mark[]
}

const rowHeight = 13

export function MarkLines({ area, marks, hasNames }: MarksProps & { readonly hasNames: boolean }) {
  const height = innerHeight(area.height)
  return (
    <Layer area={area}>
      {flagsIn(area, marks).map(({ of: mark, x, row }) => (
        <path
          key={mark.id}
          data-mark={mark.id}
          d={`M${x.toFixed(1)} ${hasNames ? row * rowHeight : 0}V${height}`}
          stroke={mark.color}
          {...(mark.dash !== undefined && { strokeDasharray: mark.dash })}
        />
      ))}
    </Layer>
  )
}

/** Above everything else, so that no line runs through them. */
export function MarkNames({ area, marks }: MarksProps) {
  return (
    <Layer area={area}>
      {flagsIn(area, marks).map(({ of: mark, x, row, side }) => (
        <text
          key={mark.id}
          x={side === 'right' ? x + 4 : x - 4}
          y={row * rowHeight + 10}
          textAnchor={side === 'right' ? 'start' : 'end'}
          fill={mark.color}
        >
          {mark.label}
        </text>
      ))}
    </Layer>
  )
}

function flagsIn(area: PlotArea, marks: readonly Mark[]): readonly Flag<Mark>[] {
  const width = innerWidth(area.width)
  const seen = marks.flatMap((mark) => {
    const x = mark.rate === null ? Number.NaN : pixelX(area, mark.rate)
    return x >= 0 && x <= width ? [{ of: mark, x, words: mark.label }] : []
  })
  return placeFlags(seen, width)
}

function Layer({ area, children }: { readonly area: PlotArea; readonly children: ReactNode }) {
  return (
    <svg className={classes.flags} width={area.width} height={area.height} aria-hidden="true">
      <g transform={`translate(${plotMargin.left} ${plotMargin.top})`}>{children}</g>
    </svg>
  )
}
