import { Button, SegmentedControl, Slider } from '@mantine/core'
import { useState } from 'react'
import { FrameSwitch } from '../../charts/FrameSwitch.tsx'
import type { ChartFrame } from '../../charts/types.ts'
import { ScoreMeasureSwitch } from '../../components/ScoreMeasureSwitch.tsx'
import { axisNames, compareAxes } from './axes.ts'
import classes from './Compare.module.css'
import type { CompareChange, CompareView } from './useCompareAddress.ts'

interface CompareBarProps {
  readonly view: CompareView
  readonly change: (change: CompareChange) => void
  readonly frame: ChartFrame
  readonly onFrame: (frame: ChartFrame) => void
}

/** How the curves are looked at. */
export function CompareBar({ view, change, frame, onFrame }: CompareBarProps) {
  const [smooth, setSmooth] = useState(view.smooth)
  return (
    <div className={classes.bar}>
      <SegmentedControl
        aria-label="Horizontal axis"
        value={view.x}
        data={compareAxes.map((value) => ({ value, label: axisNames[value] }))}
        onChange={(axis) => change({ x: axis })}
      />
      <span className={classes.smoothing}>
        Smoothing
        <Slider
          className={classes.slider ?? ''}
          size="xs"
          label={null}
          thumbLabel="Smoothing"
          min={0}
          max={0.99}
          step={0.01}
          value={smooth}
          onChange={setSmooth}
          onChangeEnd={(value) => change({ smooth: value })}
        />
        <span className={classes.dim}>{smooth === 0 ? 'as measured' : smooth.toFixed(2)}</span>
      </span>
      <ScoreMeasureSwitch />
      <FrameSwitch frame={frame} onChange={onFrame} />
      {view.zoom !== undefined && (
        <Button variant="default" size="compact-xs" onClick={() => change({ zoom: undefined })}>
          Show all
        </Button>
      )}
    </div>
  )
}
