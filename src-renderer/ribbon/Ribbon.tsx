import { memo } from 'react'
import { boxHeight, boxWidth, dotPath, type RibbonPaths, ribbonPaths } from './geometry.ts'
import classes from './Ribbon.module.css'
import { RibbonDots } from './RibbonDots.tsx'
import type { RibbonData, RibbonDot } from './types.ts'
import { useBrush } from './useBrush.ts'

export interface RibbonProps {
  readonly data: RibbonData
  /** Of the ribbon, in pixels; it is as wide as its place. */
  readonly height: number
  /** For rows and thumbnails: nothing in it can be clicked. */
  readonly compact?: boolean
  /** The step of the selected dot. */
  readonly selected?: number | undefined
  readonly onSelect?: (dot: RibbonDot) => void
  /** The user dragged over these steps, both included. */
  readonly onBrush?: (fromStep: number, toStep: number) => void
  /** What it shows, for those who do not see it: "rate of fashion over its plan". */
  readonly label: string
}

/** The learning-rate curve of a run over its whole plan, drawn one way everywhere. */
export const Ribbon = memo(function Ribbon(props: RibbonProps) {
  return props.compact === true ? <CompactRibbon {...props} /> : <FullRibbon {...props} />
})

const box = `0 0 ${boxWidth} ${boxHeight}`

/** Rows come and go while a table is scrolled; their ribbons stay the same. */
const compactPaths = new WeakMap<RibbonData, { readonly curves: RibbonPaths; readonly dots: string }>()

function pathsOf(data: RibbonData) {
  const known = compactPaths.get(data)
  if (known !== undefined) return known
  const made = { curves: ribbonPaths(data), dots: dotPath(data, ['stored', 'best']) }
  compactPaths.set(data, made)
  return made
}

function CompactRibbon({ data, height, label }: RibbonProps) {
  const { curves: paths, dots } = pathsOf(data)
  return (
    <svg
      className={classes.compact}
      height={height}
      viewBox={box}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path className={classes.doneArea} d={paths.doneArea} />
      <path className={classes.planned} d={paths.planned} />
      <path className={classes.done} d={paths.done} />
      <path className={classes.smallDots} d={dots} />
    </svg>
  )
}

function FullRibbon({ data, height, selected, onSelect, onBrush, label }: RibbonProps) {
  const paths = ribbonPaths(data)
  const { brush, ...pointer } = useBrush(data.totalSteps, onBrush)
  return (
    <div className={classes.ribbon} style={{ height }} data-brushable={onBrush !== undefined} {...pointer}>
      <svg className={classes.curve} viewBox={box} preserveAspectRatio="none" role="img" aria-label={label}>
        <path className={classes.bands} d={paths.bands} />
        <path className={classes.plannedArea} d={paths.plannedArea} />
        <path className={classes.doneArea} d={paths.doneArea} />
        <path className={classes.planned} d={paths.planned} />
        <path className={classes.done} d={paths.done} />
        {paths.now !== undefined && <path className={classes.now} d={`M${paths.now} 0V${boxHeight}`} />}
      </svg>
      {brush !== undefined && (
        <div
          className={classes.brush}
          style={{ left: `${100 * brush.from}%`, width: `${100 * (brush.to - brush.from)}%` }}
        />
      )}
      <RibbonDots data={data} selected={selected} onSelect={onSelect} />
    </div>
  )
}
