import { Button, Group, SegmentedControl, Slider, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Smoothing } from '../../../shared/api/series.ts'
import classes from './Charts.module.css'
import { smoothingWords, stepsAveraged } from './chartParts.ts'
import { type ChangeView, type ViewState, type XAxis, xAxes } from './viewState.ts'

interface ChartBarProps {
  readonly view: ViewState
  readonly change: ChangeView
  readonly hasCycles: boolean
  readonly hasTime: boolean
  /** False where nobody knows what an epoch was. */
  readonly hasEpochs?: boolean
  readonly totalSteps: number
  /** What part is looked at. */
  readonly zoomWords: string
  readonly isZoomed: boolean
  readonly onZoomIn: () => void
  readonly onZoomOut: () => void
  readonly onShowAll: () => void
}

const axisNames: Readonly<Record<XAxis, string>> = {
  step: 'Step',
  epoch: 'Epoch',
  time: 'Time',
  cycle: 'Cycles folded',
}

/** How the charts are looked at: along what, how smooth, and which part. */
export function ChartBar(props: ChartBarProps) {
  const { view, change, hasCycles, hasTime, hasEpochs = true } = props
  const offered = xAxes.filter(
    (x) => (x !== 'cycle' || hasCycles) && (x !== 'time' || hasTime) && (x !== 'epoch' || hasEpochs),
  )
  const x = offered.find((one) => one === view.x) ?? 'step'
  return (
    <div className={classes.bar}>
      <SegmentedControl
        aria-label="Horizontal axis"
        value={x}
        data={offered.map((value) => ({ value, label: axisNames[value] }))}
        onChange={(value) => {
          const chosen = offered.find((one) => one === value)
          if (chosen !== undefined) change({ x: chosen })
        }}
      />
      <SmoothingControl
        smoothing={view.smoothing}
        totalSteps={props.totalSteps}
        onChange={(smoothing) => change({ smoothing })}
      />
      <Group gap="xs" ml="auto" wrap="nowrap">
        <Text size="xs" c="dimmed" className={classes.part}>
          {props.zoomWords}
        </Text>
        <Button variant="default" size="compact-xs" disabled={!props.isZoomed} onClick={props.onShowAll}>
          Show all
        </Button>
        <Button.Group>
          <Button variant="default" size="compact-xs" aria-label="Zoom out" onClick={props.onZoomOut}>
            −
          </Button>
          <Button variant="default" size="compact-xs" aria-label="Zoom in" onClick={props.onZoomIn}>
            +
          </Button>
        </Button.Group>
      </Group>
    </div>
  )
}

const kinds = [
  { value: 'none', label: 'Raw' },
  { value: 'ema', label: 'EMA' },
  { value: 'window', label: 'Mean' },
] as const

/** The slider runs over the orders of magnitude of the steps averaged. */
function SmoothingControl({
  smoothing,
  totalSteps,
  onChange,
}: {
  readonly smoothing: Smoothing
  readonly totalSteps: number
  readonly onChange: (smoothing: Smoothing) => void
}) {
  const [power, setPower] = useState(() => Math.log10(stepsAveraged(smoothing)))
  useEffect(() => {
    if (smoothing.kind !== 'none') setPower(Math.log10(stepsAveraged(smoothing)))
  }, [smoothing])
  const most = Math.min(6, Math.max(2, Math.log10(totalSteps / 4)))
  const shown = smoothingOf(smoothing.kind, power)
  return (
    <Group gap="sm" wrap="nowrap" role="group" aria-label="Smoothing">
      <SegmentedControl
        aria-label="Smoothing"
        value={smoothing.kind}
        data={[...kinds]}
        onChange={(value) => {
          const kind = kinds.find((one) => one.value === value)?.value
          if (kind !== undefined) onChange(smoothingOf(kind, Math.max(power, leastPower)))
        }}
      />
      <Slider
        className={classes.slider}
        size="xs"
        thumbLabel="Steps averaged"
        thumbProps={{ 'aria-valuetext': smoothingWords(shown) }}
        label={null}
        min={leastPower}
        max={most}
        step={0.05}
        value={Math.min(power, most)}
        disabled={smoothing.kind === 'none'}
        onChange={setPower}
        onChangeEnd={(value) => onChange(smoothingOf(smoothing.kind, value))}
      />
      <Text size="xs" c="dimmed" className={classes.smoothing}>
        {smoothingWords(shown)}
      </Text>
    </Group>
  )
}

const leastPower = Math.log10(2)

function smoothingOf(kind: Smoothing['kind'], power: number): Smoothing {
  const steps = Math.max(2, Math.round(10 ** power))
  if (kind === 'none') return { kind }
  // A centred average has a middle.
  if (kind === 'window') return { kind, steps: steps + 1 - (steps % 2) }
  return { kind, weight: 1 - 1 / steps }
}
