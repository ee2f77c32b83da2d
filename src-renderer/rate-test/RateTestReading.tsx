import { Text } from '@mantine/core'
import { type ReactNode, useCallback } from 'react'
import type { RunSummary } from '../../shared/api/runs.ts'
import type { RateTestView } from '../../shared/api/studies.ts'
import { isActive } from '../../shared/run/state.ts'
import { MarkList } from './MarkList.tsx'
import classes from './RateTest.module.css'
import { RateTestPlot } from './RateTestPlot.tsx'
import { chosen, type LineName, type RateLines } from './rateLines.ts'

interface RateTestReadingProps {
  readonly run: Pick<RunSummary, 'status'>
  readonly view: RateTestView
  readonly lines: RateLines
  readonly onMove: (lines: RateLines) => void
  /** Pixels high for the two charts. */
  readonly height: number
  /** What can be done with the two rates. */
  readonly children: ReactNode
}

/** A range test to be read: the plot, what makes it doubtful, the suggestions, and what to do with the two rates. */
export function RateTestReading({ run, view, lines, onMove, height, children }: RateTestReadingProps) {
  const isLive = isActive(run.status)
  const { settings } = view
  const choose = useCallback(
    (line: LineName, rate: number) => onMove(chosen(lines, line, rate, settings)),
    [lines, settings, onMove],
  )
  return (
    <div className={classes.reading}>
      <RateTestPlot view={view} lines={isLive ? undefined : lines} onMove={onMove} height={height} />
      <div className={classes.beside}>
        <div className={classes.use}>
          {isLive ? (
            <Text size="sm" c="dimmed">
              The rates below are those of the curve so far, and still move. The minimum is told once the loss
              has clearly risen; the slide, Smith's bounds and what makes the test doubtful, when it has
              ended.
            </Text>
          ) : (
            children
          )}
        </div>
        <Warnings view={view} />
        <MarkList view={view} isLive={isLive} onChoose={choose} />
      </div>
    </div>
  )
}

/** Told once they are true: there are none while the test goes on. */
function Warnings({ view: { warnings } }: { readonly view: RateTestView }) {
  return (
    <div role="status">
      {warnings.length > 0 && (
        <ul className={classes.warnings} aria-label="What makes it doubtful">
          {warnings.map(({ kind, text }) => (
            <li key={kind}>{text}</li>
          ))}
        </ul>
      )}
    </div>
  )
}
