import { Link } from '@tanstack/react-router'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { specLine } from '../../format/specText.ts'
import { Ribbon } from '../../ribbon/Ribbon.tsx'
import { ribbonOfRun } from '../../ribbon/ribbonOf.ts'
import classes from './Compare.module.css'
import type { Place } from './places.ts'

interface RunKeyProps {
  readonly places: readonly Place[]
  readonly drawn: ReadonlySet<string>
  readonly hidden: ReadonlySet<string>
  readonly baseline: string | undefined
  readonly onHighlight: (id: string | undefined) => void
  readonly onHidden: (id: string) => void
  readonly onBaseline: (id: string) => void
  readonly onRemove: (id: string) => void
}

/** The runs compared, each with the look of its curves and its ribbon; all ribbons lie on one axis. */
export function RunKey(props: RunKeyProps) {
  const { places } = props
  const ends = places.map(({ run, map }) => map.toX(Math.max(0, run.totalSteps - 1)))
  const longest = Math.max(...ends, 1e-9)
  return (
    <ul className={classes.key} aria-label="Runs compared">
      {places.map((place, i) => (
        <KeyItem key={place.run.id} {...props} place={place} width={(ends[i] ?? 0) / longest} />
      ))}
    </ul>
  )
}

function KeyItem(props: RunKeyProps & { readonly place: Place; readonly width: number }) {
  const { place, drawn, hidden, baseline, onHighlight } = props
  const { run, label, color, dash } = place
  const isHidden = hidden.has(run.id)
  const isBaseline = baseline === run.id
  return (
    <li
      className={classes.keyItem}
      data-hidden={isHidden}
      onPointerEnter={() => onHighlight(run.id)}
      onPointerLeave={() => onHighlight(undefined)}
      onFocus={() => onHighlight(run.id)}
      onBlur={() => onHighlight(undefined)}
    >
      <button
        type="button"
        className={classes.swatch}
        aria-pressed={!isHidden}
        aria-label={`Curves of ${label}`}
        title={isHidden ? 'Show its curves' : 'Hide its curves'}
        onClick={() => props.onHidden(run.id)}
      >
        <svg width={26} height={10} aria-hidden="true">
          <path
            d="M0 5h26"
            stroke={color}
            strokeWidth={isHidden ? 1 : 2.5}
            strokeOpacity={isHidden ? 0.5 : 1}
            {...(dash !== undefined && { strokeDasharray: dash })}
          />
        </svg>
      </button>
      <span className={classes.keyName}>
        <Link to="/runs/$runId" params={{ runId: run.id }} title={specLine(run.spec)}>
          {label}
        </Link>
      </span>
      <span className={classes.keyState}>
        {!isHidden && !drawn.has(run.id) && <span className={classes.notDrawn}>not drawn</span>}
        {run.status !== 'completed' && <StatusBadge status={run.status} />}
      </span>
      <span className={classes.ribbonPlace}>
        <span className={classes.ribbon} style={{ width: `${Math.max(2, 100 * props.width)}%` }}>
          <Ribbon compact data={ribbonOfRun(run)} height={22} label={`rate of ${label} over its plan`} />
        </span>
      </span>
      <button
        type="button"
        className={classes.small}
        aria-pressed={isBaseline}
        aria-label={`Baseline: ${label}`}
        onClick={() => props.onBaseline(run.id)}
      >
        baseline
      </button>
      <button
        type="button"
        className={classes.small}
        aria-label={`Remove ${label}`}
        title="Remove from the comparison"
        onClick={() => props.onRemove(run.id)}
      >
        ×
      </button>
    </li>
  )
}
