import { Button, Text } from '@mantine/core'
import { useViewportSize } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { modelText } from '../../../shared/run/modelText.ts'
import { isActive } from '../../../shared/run/state.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { count, rate } from '../../format/format.ts'
import { optimizerText } from '../../format/specText.ts'
import { useRunSummary, useRuns } from '../../hooks/useRuns.ts'
import type { LiveRun } from '../../hooks/useRunWatch.ts'
import { useWorkers } from '../../hooks/useWorkers.ts'
import { ProgressLine } from '../../rate-test/ProgressLine.tsx'
import rateClasses from '../../rate-test/RateTest.module.css'
import { RateTestReading } from '../../rate-test/RateTestReading.tsx'
import type { RateLines } from '../../rate-test/rateLines.ts'
import { useLines, useRateTestView } from '../../rate-test/useRateTest.ts'
import { settingsText, startText } from '../../rate-test/words.ts'
import { Where } from '../../workers/Where.tsx'
import { EditableName } from './EditableName.tsx'
import { MoreMenu } from './MoreMenu.tsx'
import { NoteAndTags } from './NoteAndTags.tsx'
import { OrdersNote } from './OrdersNote.tsx'
import classes from './Run.module.css'
import { StateNote } from './StateNote.tsx'
import { testStateWords } from './testStateWords.ts'
import { useRunCommands } from './useRunCommands.ts'

interface OpenRateTestProps {
  readonly run: RunSummary
  readonly live: LiveRun
}

/** What of the window's height is not the plot, in pixels. */
const around = 132
const leastPlot = 360

/** A range test: no training result, so that it has a plot of its own in place of ribbon, snapshots and ensemble. */
export function OpenRateTest({ run, live }: OpenRateTestProps) {
  const { runs } = useRuns()
  const { view, error } = useRateTestView(run)
  const { lines, move } = useLines(view)
  const commands = useRunCommands(run)
  const knownTags = useMemo(() => [...new Set(runs.flatMap(({ tags }) => tags))].sort(), [runs])
  const { height } = useViewportSize()
  const { info } = useWorkers(run.place !== null)
  const words = testStateWords(run, { runs, isHere: live.isHere || live.state !== 'live', info })
  return (
    <main className={classes.page}>
      <Header run={run} view={view} commands={commands} />
      {words !== undefined && <StateNote run={run} words={words} commands={commands} />}
      <OrdersNote run={run} commands={commands} />
      {error !== null && <ErrorNote title="The range test could not be read" error={error} />}
      {view !== undefined && lines !== undefined && (
        <RateTestReading
          run={run}
          view={view}
          lines={lines}
          onMove={move}
          height={Math.max(leastPlot, height - around)}
        >
          <NewRunWith run={run} lines={lines} />
        </RateTestReading>
      )}
      <section className={classes.testNote} aria-label="Note and tags">
        <NoteAndTags run={run} knownTags={knownTags} />
      </section>
    </main>
  )
}

function Header({
  run,
  view,
  commands,
}: {
  readonly run: RunSummary
  readonly view: ReturnType<typeof useRateTestView>['view']
  readonly commands: ReturnType<typeof useRunCommands>
}) {
  const { spec, rateTest } = run
  const isStopping = commands.pending.has('stop')
  return (
    <header className={classes.header}>
      <div className={classes.first}>
        <EditableName run={run} />
        <StatusBadge status={run.status} />
        <div className={classes.progress}>
          <ProgressLine run={run} view={view} />
        </div>
        <div className={classes.actions}>
          {isActive(run.status) && (
            <Button variant="default" disabled={isStopping} onClick={() => commands.stop('now')}>
              {isStopping ? 'Stopping…' : 'Stop'}
            </Button>
          )}
          <MoreMenu run={run} commands={commands} />
        </div>
      </div>
      <p className={classes.second}>
        <span>
          range test of {spec.dataset.name} · {modelText(spec.model)} · {optimizerText(spec.optimizer)} ·
          batch {count(spec.batchSize)}
        </span>
        <Start run={run} />
        {rateTest !== null && <span>{settingsText(rateTest)}</span>}
        <Where run={run} />
        {run.device !== null && <span>{run.device}</span>}
        {run.archived && <span>archived</span>}
      </p>
    </header>
  )
}

/** What it began with; a run that is still there can be opened. */
function Start({ run }: { readonly run: RunSummary }) {
  const parent = useRunSummary(run.origin?.runId ?? '')
  const words = startText(run, parent)
  return parent === undefined ? (
    <span>{words}</span>
  ) : (
    <Link to="/runs/$runId" params={{ runId: parent.id }}>
      {words}
    </Link>
  )
}

function NewRunWith({ run, lines }: { readonly run: RunSummary; readonly lines: RateLines }) {
  return (
    <>
      <p className={rateClasses.rates}>
        <span>
          highest <strong>{rate(lines.high)}</strong>
        </span>
        <span>
          lowest <strong>{rate(lines.low)}</strong>
        </span>
      </p>
      <Button
        renderRoot={(props) => (
          <Link to="/new" search={{ from: run.id, high: lines.high, low: lines.low }} {...props} />
        )}
      >
        New run with these rates
      </Button>
      <Text size="xs" c="dimmed">
        Takes data, model and optimizer from this test, and the schedule and budget that stand in New run.
      </Text>
    </>
  )
}
