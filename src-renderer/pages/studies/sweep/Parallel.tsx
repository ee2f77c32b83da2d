import { Button } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { type MouseEvent, memo, useMemo } from 'react'
import { count, counted } from '../../../format/format.ts'
import type { ScoreMeasure } from '../../../format/scoreMeasure.ts'
import { objectiveText, objectiveWords, settingText } from '../words.ts'
import { placeOn, type SweepAxis } from './axes.ts'
import { BrushAxis, type BrushStop } from './BrushAxis.tsx'
import classes from './Parallel.module.css'
import {
  type Brushes,
  isBrushed,
  objectiveAxis,
  objectiveScale,
  type ParallelLine,
  parallelLines,
  valueAt,
} from './parallel.ts'
import { axisX, nearestLine, type ParallelPlace, pathOf, placeY, plot } from './parallelPlace.ts'
import type { SettingRow } from './rows.ts'
import sweepClasses from './Sweep.module.css'
import type { Sweep } from './useSweep.ts'

interface ParallelProps {
  readonly sweep: Sweep
  readonly rows: readonly SettingRow[]
  readonly measure: ScoreMeasure
  readonly chosen: string | undefined
  readonly brushes: Brushes
  readonly onBrushes: (brushes: Brushes) => void
  readonly onChoose: (key: string) => void
}

/** Every setting a line over all axes. Stretches of axes that are brushed leave the settings that pass them all. */
export function Parallel(props: ParallelProps) {
  const { sweep, rows, measure, brushes, onBrushes, onChoose } = props
  const { axes, spec, nameOf } = sweep
  const { ref, width } = useElementSize<HTMLDivElement>()
  const scale = useMemo(() => objectiveScale(rows, spec.objective), [rows, spec.objective])
  const lines = useMemo(() => parallelLines(rows, axes, scale), [rows, axes, scale])
  const names = useMemo(() => [...axes.map(({ path }) => path), objectiveAxis], [axes])
  const passing = useMemo(
    () => new Set(lines.filter((line) => isBrushed(line, names, brushes))),
    [lines, names, brushes],
  )
  const place = useMemo((): ParallelPlace => ({ width, axes: names.length }), [width, names])
  const words = objectiveWords(spec.objective, measure)
  const isAny = Object.keys(brushes).length > 0
  const choose = (event: MouseEvent<HTMLElement>): void => {
    const box = event.currentTarget.getBoundingClientRect()
    const near = nearestLine([...passing], place, event.clientX - box.left, event.clientY - box.top)
    if (near !== undefined) onChoose(near.row.key)
  }
  const stops = useMemo(
    (): readonly (readonly BrushStop[])[] => [
      ...axes.map(stopsOf),
      objectiveStops.map((at) => ({
        at,
        label: objectiveText(valueAt(scale, at), spec.objective, measure),
      })),
    ],
    [axes, scale, spec.objective, measure],
  )
  return (
    <section className={sweepClasses.part} aria-label="All axes">
      <div className={sweepClasses.partHead}>
        <h2>All axes</h2>
        <span className={sweepClasses.about} role="status">
          {isAny
            ? `${count(passing.size)} of ${counted(lines.length, 'setting')} pass the brushes`
            : counted(lines.length, 'setting')}
        </span>
        <Button size="compact-xs" variant="default" disabled={!isAny} onClick={() => onBrushes({})}>
          Clear the brushes
        </Button>
      </div>
      <p className={sweepClasses.about}>
        Drag along an axis, or move its two ends with the arrow keys: the table and the plots keep what
        passes. The best {words} is at the top; settings that diverged end in the lane below.
      </p>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: the table chooses by keyboard */}
      <div ref={ref} className={classes.parallel} style={{ height: plot.height }} onClick={choose}>
        {width > 0 && (
          <>
            <Lines
              lines={lines}
              passing={passing}
              place={place}
              best={sweep.best?.key}
              chosen={props.chosen}
            />
            {names.map((name, i) =>
              lines.some(({ places }) => places[i] === null) ? (
                <span
                  key={name}
                  className={classes.laneName}
                  style={{ left: axisX(place, i), top: placeY(null) }}
                >
                  {name === objectiveAxis ? 'diverged' : 'not there'}
                </span>
              ) : null,
            )}
            {names.map((name, i) => (
              <BrushAxis
                key={name}
                name={name}
                label={name === objectiveAxis ? words : nameOf(name)}
                place={place}
                index={i}
                stops={stops[i] ?? []}
                isDiscrete={name !== objectiveAxis}
                brushes={brushes}
                onBrushes={onBrushes}
              />
            ))}
          </>
        )}
      </div>
    </section>
  )
}

const objectiveStops = [0, 0.25, 0.5, 0.75, 1]
/** Labels of an axis with more values than these would run into each other. */
const mostLabels = 7

/** Where the values of an axis lie, labelled as far as there is room. */
function stopsOf(axis: SweepAxis): readonly BrushStop[] {
  const { values } = axis
  const every = Math.ceil(values.length / mostLabels)
  return values.map((value, i) => ({
    at: placeOn(axis, value) ?? 0,
    label: i % every === 0 || i === values.length - 1 ? settingText(value) : '',
  }))
}

interface LinesProps {
  readonly lines: readonly ParallelLine[]
  readonly passing: ReadonlySet<ParallelLine>
  readonly place: ParallelPlace
  readonly best: string | undefined
  readonly chosen: string | undefined
}

/** Better settings are drawn stronger, in so many paths, however many lines there are. */
const opacities = [0.15, 0.25, 0.45, 0.9]
const shades = opacities.length

const Lines = memo(function Lines({ lines, passing, place, best, chosen }: LinesProps) {
  const shadeOf = ({ places }: ParallelLine): number =>
    Math.min(shades - 1, Math.floor((places.at(-1) ?? 0) * shades))
  const left = lines.filter((line) => !passing.has(line))
  const ended = [...passing].filter(({ places }) => places.at(-1) !== null)
  const diverged = [...passing].filter(({ places }) => places.at(-1) === null)
  const one = (key: string | undefined): string =>
    pathOf(
      lines.filter(({ row }) => row.key === key),
      place,
    )
  return (
    <svg width={place.width} height={plot.height} aria-hidden="true">
      <path className={classes.lineLeft} d={pathOf(left, place)} />
      <path className={classes.lineDiverged} d={pathOf(diverged, place)} />
      {opacities.map((_, shade) => (
        <path
          // biome-ignore lint/suspicious/noArrayIndexKey: a shade is its place
          key={shade}
          className={classes.line}
          style={{ opacity: opacities[shade] }}
          d={pathOf(
            ended.filter((line) => shadeOf(line) === shade),
            place,
          )}
        />
      ))}
      <path className={classes.lineBest} d={one(best)} />
      <path className={classes.lineChosen} d={one(chosen)} />
    </svg>
  )
})
