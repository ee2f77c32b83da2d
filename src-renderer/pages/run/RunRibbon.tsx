import { useCallback, useMemo } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { DotWords } from '../../ribbon/DotWords.tsx'
import { withDot } from '../../ribbon/dots.ts'
import { boxWidth, xOf } from '../../ribbon/geometry.ts'
import { Ribbon } from '../../ribbon/Ribbon.tsx'
import { dotsOfRun } from '../../ribbon/ribbonOf.ts'
import type { RibbonData, RibbonDot } from '../../ribbon/types.ts'
import classes from './Run.module.css'
import type { ChangeView, ViewState } from './viewState.ts'

interface RunRibbonProps {
  readonly run: RunSummary
  readonly data: RibbonData
  readonly selected: number | undefined
  readonly onSelect: (snapshotId: number) => void
  readonly view: ViewState
  readonly change: ChangeView
}

/** The ribbon, with the part that the charts do not show greyed. */
export function RunRibbon({ run, data, selected, onSelect, view, change }: RunRibbonProps) {
  const chosen = useMemo(
    () =>
      selected === undefined
        ? undefined
        : dotsOfRun(run).past.find(({ snapshotId }) => snapshotId === selected),
    [run, selected],
  )
  // Chosen in the list, it may be one of those that are not drawn.
  const shown = useMemo(() => withDot(data, chosen), [data, chosen])
  const select = useCallback(
    ({ snapshotId }: RibbonDot) => {
      if (snapshotId !== undefined) onSelect(snapshotId)
    },
    [onSelect],
  )
  const isFolded = view.x === 'cycle'
  const brush = useCallback(
    (from: number, to: number) => change({ zoom: [from, to], ...(isFolded && { x: 'step' as const }) }),
    [change, isFolded],
  )
  const part = (step: number): number => (100 * xOf(step, data.totalSteps)) / boxWidth
  const zoom = isFolded ? undefined : view.zoom
  return (
    <div>
      <div className={classes.ribbon}>
        <Ribbon
          data={shown}
          height={72}
          selected={chosen?.step}
          onSelect={select}
          onBrush={brush}
          label={`Learning rate of ${run.name} over its plan`}
        />
        {zoom !== undefined && (
          <>
            <div className={classes.outside} style={{ left: 0, width: `${part(zoom[0])}%` }} />
            <div className={classes.outside} style={{ right: 0, width: `${100 - part(zoom[1])}%` }} />
          </>
        )}
      </div>
      <DotWords data={shown} />
    </div>
  )
}
