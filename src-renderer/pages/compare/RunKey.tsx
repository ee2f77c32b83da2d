import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { isOurs } from '../../../shared/run/kind.ts'
import { CursorPlace } from '../../charts/CursorPlace.tsx'
import { useCursor } from '../../charts/cursor.ts'
import { pin, pointAt, usePinned } from '../../charts/emphasis.ts'
import { valueWords } from '../../charts/Legend.tsx'
import { Swatch } from '../../charts/Swatch.tsx'
import type { ChartAxis, ChartSeries } from '../../charts/types.ts'
import { NameText } from '../../components/NameText.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { loss, percent, rate } from '../../format/format.ts'
import type { ScoreMeasure } from '../../format/scoreMeasure.ts'
import { runLine } from '../../format/specText.ts'
import { Ribbon } from '../../ribbon/Ribbon.tsx'
import { ribbonOfRun } from '../../ribbon/ribbonOf.ts'
import type { CurveLines } from './curveLines.ts'
import type { Place } from './places.ts'
import classes from './RunKey.module.css'

interface RunKeyProps {
  readonly places: readonly Place[]
  readonly lines: CurveLines
  readonly measure: ScoreMeasure
  /** Of the charts and their cursor. */
  readonly group: string
  readonly x: ChartAxis
  readonly drawn: ReadonlySet<string>
  readonly hidden: ReadonlySet<string>
  readonly baseline: string | undefined
  readonly onHidden: (id: string) => void
  readonly onBaseline: (id: string) => void
  readonly onRemove: (id: string) => void
}

/**
 * The runs compared: the one legend of all their charts, with the values at the cursor, and their ribbons on one axis.
 * Pointing at a run singles its curves out; "only" holds that.
 */
export function RunKey(props: RunKeyProps) {
  const { places, group, measure, x } = props
  const ends = places.map(({ run, map }) => map.toX(Math.max(0, run.totalSteps - 1)))
  const longest = Math.max(...ends, 1e-9)
  const pinned = usePinned(group)
  const isGone = pinned !== undefined && !props.drawn.has(pinned)
  useEffect(() => {
    if (isGone) pin(group, undefined)
  }, [isGone, group])
  return (
    <div className={classes.frame}>
      <div className={classes.head}>
        <CursorPlace
          group={group}
          words={(at) => `${x.label} ${x.format?.(at) ?? at}`}
          last="last values · drag over a chart to look closer"
        />
        <div className={classes.heads} aria-hidden="true">
          <span>val. {shortMeasure[measure]}</span>
          <span>train loss</span>
          <span>train {shortMeasure[measure]}</span>
          <span>rate</span>
        </div>
      </div>
      <ul className={classes.key} aria-label="Runs compared">
        {places.map((place, i) => (
          <KeyItem
            key={place.run.id}
            {...props}
            place={place}
            width={(ends[i] ?? 0) / longest}
            isPinned={pinned === place.run.id}
          />
        ))}
      </ul>
    </div>
  )
}

const shortMeasure: Readonly<Record<ScoreMeasure, string>> = { accuracy: 'acc.', error: 'error' }

interface KeyItemProps extends RunKeyProps {
  readonly place: Place
  /** Of its ribbon, as a part of the longest one. */
  readonly width: number
  readonly isPinned: boolean
}

function KeyItem(props: KeyItemProps) {
  const { place, drawn, hidden, baseline, group, isPinned } = props
  const { run, label } = place
  const isHidden = hidden.has(run.id)
  const isDrawn = drawn.has(run.id)
  const point = (on: boolean): void => pointAt(group, on && isDrawn ? run.id : undefined)
  return (
    <li
      className={classes.item}
      data-hidden={isHidden}
      data-pinned={isPinned}
      onPointerEnter={() => point(true)}
      onPointerLeave={() => point(false)}
      onFocus={() => point(true)}
      onBlur={() => point(false)}
    >
      <div className={classes.top}>
        <button
          type="button"
          className={classes.small}
          aria-pressed={!isHidden}
          aria-label={`Curves of ${label}`}
          title={isHidden ? 'Show its curves' : 'Hide its curves'}
          onClick={() => props.onHidden(run.id)}
        >
          <span className={classes.swatch}>
            <Swatch look={lookOf(place)} width={26} />
          </span>
        </button>
        <span className={classes.name}>
          <Link to="/runs/$runId" params={{ runId: run.id }} title={`${label} · ${runLine(run)}`}>
            <NameText name={label} />
          </Link>
        </span>
        {!isHidden && !isDrawn && <span className={classes.notDrawn}>not drawn</span>}
        {run.status !== 'completed' && <StatusBadge status={run.status} />}
        <span className={classes.acts}>
          <button
            type="button"
            className={classes.small}
            aria-pressed={isPinned}
            aria-label={`Curves of only ${label}`}
            title={isPinned ? 'Show the others again' : 'Single out its curves'}
            disabled={!isDrawn}
            onClick={() => pin(group, isPinned ? undefined : run.id)}
          >
            only
          </button>
          <button
            type="button"
            className={classes.small}
            aria-pressed={baseline === run.id}
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
        </span>
      </div>
      <span className={classes.ribbonPlace}>
        <span className={classes.ribbon} style={{ width: `${Math.max(2, 100 * props.width)}%` }}>
          {isOurs(run) && (
            <Ribbon compact data={ribbonOfRun(run)} height={14} label={`rate of ${label} over its plan`} />
          )}
        </span>
      </span>
      {isDrawn && <Values {...props} id={run.id} />}
    </li>
  )
}

const lookOf = ({ color, dash }: Place) => ({ color, ...(dash !== undefined && { dash }) })

/** What the charts have of a run at the cursor, or last. */
function Values({ lines, group, id }: Pick<RunKeyProps, 'lines' | 'group'> & { readonly id: string }) {
  const at = useCursor(group)
  const words = (among: readonly ChartSeries[], format: (value: number) => string): string => {
    const line = among.find((one) => one.id === id)
    return line === undefined ? '' : valueWords(line, at, format)
  }
  return (
    <div className={classes.values}>
      <span>{words(lines.judged, percent)}</span>
      <span>{words(lines.loss, loss)}</span>
      <span>{words(lines.score, percent)}</span>
      <span>{words(lines.lr, rate)}</span>
    </div>
  )
}
