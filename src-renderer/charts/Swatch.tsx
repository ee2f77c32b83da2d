import { seriesColor } from './palette.ts'
import type { ChartSeries } from './types.ts'

type Look = Pick<ChartSeries, 'color' | 'dash' | 'dots' | 'marked'>

/** A line's look beside its name: colour and dash. @param place of the series, for the palette's colour */
export function Swatch({
  look,
  place = 0,
  width = 18,
}: {
  readonly look: Look
  readonly place?: number
  readonly width?: number
}) {
  const color = look.color ?? seriesColor(place)
  const middle = width / 2
  return (
    <svg width={width} height={8} aria-hidden="true">
      {look.dots !== true && (
        <path
          d={`M0 4h${width}`}
          fill="none"
          strokeWidth={2}
          stroke={color}
          {...(look.dash !== undefined && { strokeDasharray: look.dash })}
        />
      )}
      {(look.dots === true || look.marked === true) && <circle cx={middle} cy={4} r={3} fill={color} />}
    </svg>
  )
}
