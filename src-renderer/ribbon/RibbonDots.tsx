import { boxHeight, boxWidth, xOf, yScale } from './geometry.ts'
import classes from './Ribbon.module.css'
import type { RibbonData, RibbonDot } from './types.ts'

interface Props {
  readonly data: RibbonData
  readonly selected: number | undefined
  readonly onSelect: ((dot: RibbonDot) => void) | undefined
}

/** Dots that are there to be chosen are buttons; the others tell what they are when pointed at. */
export function RibbonDots({ data, selected, onSelect }: Props) {
  const y = yScale(data.rates)
  return data.dots.map((dot) => {
    const place = {
      left: `${(100 * xOf(dot.step, data.totalSteps)) / boxWidth}%`,
      top: `${(100 * y(dot.rate)) / boxHeight}%`,
    }
    const canChoose = onSelect !== undefined && dot.snapshotId !== undefined
    if (!canChoose) {
      return (
        <span key={dot.step} className={classes.dot} style={place} title={dot.label}>
          <DotMark state={dot.state} />
        </span>
      )
    }
    return (
      <button
        key={dot.step}
        type="button"
        className={classes.dot}
        style={place}
        title={dot.label}
        aria-label={dot.label}
        aria-pressed={selected === dot.step}
        onClick={() => onSelect(dot)}
      >
        <DotMark state={dot.state} />
      </button>
    )
  })
}

const size = 14
const middle = size / 2

/** planned: hollow; stored: filled; best: ringed; lost: crossed. */
function DotMark({ state }: { readonly state: RibbonDot['state'] }) {
  return (
    <svg className={classes.mark} data-state={state} width={size} height={size} aria-hidden="true">
      {state === 'lost' ? (
        <path d={`M${middle - 3} ${middle - 3}l6 6m0-6l-6 6`} />
      ) : (
        <circle cx={middle} cy={middle} r={3.5} />
      )}
      {state === 'best' && <circle className={classes.ring} cx={middle} cy={middle} r={6} />}
    </svg>
  )
}
