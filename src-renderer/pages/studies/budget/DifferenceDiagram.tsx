import { useElementSize } from '@mantine/hooks'
import { rankText } from '../../../../shared/study/budgetVerdict.ts'
import classes from './Difference.module.css'
import {
  type DiagramMethod,
  type DifferenceLayout,
  differenceLayout,
  type Ranked,
} from './differenceLayout.ts'

interface DifferenceDiagramProps {
  readonly ranked: readonly Ranked[]
  /** Undefined where Friedman's test finds no difference at all. */
  readonly criticalDifference: number | undefined
  /** What the diagram says, in a sentence. */
  readonly summary: string
}

/** About what a letter takes, in pixels. */
const letter = 6.4
const mostLetters = 34

/** Demšar's diagram of mean ranks: bars join schedules that cannot be told apart. */
export function DifferenceDiagram({ ranked, criticalDifference, summary }: DifferenceDiagramProps) {
  const { ref, width } = useElementSize<HTMLDivElement>()
  const longest = Math.max(...ranked.map(({ name }) => Math.min(mostLetters, name.length)), 4)
  const margin = Math.min(longest * letter + 52, width * 0.36)
  const layout = differenceLayout(ranked, criticalDifference, { width, margin })
  return (
    <figure className={classes.figure} aria-label={summary}>
      <div ref={ref} style={{ minHeight: layout.height }}>
        {width > 0 && (
          <svg width={width} height={layout.height} aria-hidden="true" className={classes.diagram}>
            <Ruler layout={layout} criticalDifference={criticalDifference} />
            <Axis layout={layout} />
            {layout.methods.map((method) => (
              <Method
                key={method.name}
                method={method}
                layout={layout}
                letters={Math.floor((margin - 48) / letter)}
              />
            ))}
            {layout.bars.map(({ from, to, y }) => (
              <path key={y} className={classes.bar} d={`M${from} ${y}H${to}`} />
            ))}
          </svg>
        )}
      </div>
    </figure>
  )
}

function Ruler({
  layout: { ruler },
  criticalDifference,
}: {
  readonly layout: DifferenceLayout
  readonly criticalDifference: number | undefined
}) {
  if (ruler === undefined || criticalDifference === undefined) return null
  const { from, to, y } = ruler
  return (
    <g className={classes.ruler}>
      <path d={`M${from} ${y - 4}v8M${from} ${y}H${to}M${to} ${y - 4}v8`} />
      <text x={to + 8} y={y + 4}>
        critical difference {rankText(criticalDifference)}
      </text>
    </g>
  )
}

function Axis({ layout: { axisFrom, axisTo, axisY, ticks } }: { readonly layout: DifferenceLayout }) {
  return (
    <g className={classes.axis}>
      <path d={`M${axisFrom} ${axisY}H${axisTo}${ticks.map(({ x }) => `M${x} ${axisY}v-5`).join('')}`} />
      {ticks.map(({ rank, x }) => (
        <text key={rank} x={x} y={axisY - 9} textAnchor="middle">
          {rank}
        </text>
      ))}
    </g>
  )
}

interface MethodProps {
  readonly method: DiagramMethod
  readonly layout: DifferenceLayout
  /** As many of its name have room. */
  readonly letters: number
}

function Method({ method: { name, meanRank, side, x, y }, layout, letters }: MethodProps) {
  const edge = side === 'left' ? layout.axisFrom - 8 : layout.axisTo + 8
  const shown = name.length > letters ? `${name.slice(0, Math.max(1, letters - 1))}…` : name
  return (
    <g className={classes.method}>
      <path d={`M${x} ${layout.axisY}V${y}H${edge}`} />
      <text
        x={side === 'left' ? edge - 4 : edge + 4}
        y={y + 4}
        textAnchor={side === 'left' ? 'end' : 'start'}
      >
        <title>{name}</title>
        {side === 'left' ? (
          <>
            {shown} <tspan className={classes.rank}>{rankText(meanRank)}</tspan>
          </>
        ) : (
          <>
            <tspan className={classes.rank}>{rankText(meanRank)}</tspan> {shown}
          </>
        )}
      </text>
    </g>
  )
}
