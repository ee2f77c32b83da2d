import { Tabs } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { isActive } from '../../../shared/run/state.ts'
import { count } from '../../format/format.ts'
import { useShortcuts } from '../../frame/shortcuts.ts'
import { useDamage } from '../../hooks/useHealth.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import type { LiveRun } from '../../hooks/useRunWatch.ts'
import { useWorkers } from '../../hooks/useWorkers.ts'
import { dotsOfRun, ribbonUnderFeedback } from '../../ribbon/ribbonOf.ts'
import { DamageNote } from './DamageNote.tsx'
import { Details } from './Details.tsx'
import { EpochsTable } from './EpochsTable.tsx'
import { Lineage, useLineage } from './Lineage.tsx'
import { NoteAndTags } from './NoteAndTags.tsx'
import { OrdersNote } from './OrdersNote.tsx'
import classes from './Run.module.css'
import { RunCharts } from './RunCharts.tsx'
import { RunHeader } from './RunHeader.tsx'
import { RunRibbon } from './RunRibbon.tsx'
import { lastStepOf } from './runNumbers.ts'
import { SnapshotsPanel } from './SnapshotsPanel.tsx'
import { StateNote } from './StateNote.tsx'
import { canPause, stateWords } from './stateWords.ts'
import { useEnsembleAddress } from './useEnsembleAddress.ts'
import { useRunCommands } from './useRunCommands.ts'
import { useScene } from './useScene.ts'
import { useViewState } from './viewState.ts'

const loadEnsemble = () => import('../../ensemble/EnsemblePanel.tsx')
const EnsemblePanel = lazy(async () => ({ default: (await loadEnsemble()).EnsemblePanel }))

/** About what the note takes, in pixels. */
const noteHeight = 64
/** What the line takes that the numbers of a run that trains have in the header. */
const progressHeight = 20

interface OpenRunProps {
  readonly run: RunSummary
  readonly live: LiveRun
}

export function OpenRun({ run, live }: OpenRunProps) {
  const { runs } = useRuns()
  const commands = useRunCommands(run)
  const damage = useDamage(run.id)
  const [view, change] = useViewState(run.id)
  const { snapshot } = useSearch({ from: '/runs/$runId' })
  const [selected, setSelected] = useState(snapshot)
  useEffect(() => setSelected(snapshot), [snapshot])
  const ensemble = useEnsembleAddress(run.id)
  const { isOpen: isEnsembleOpen, toggle: toggleEnsemble } = ensemble
  const scene = useScene({ ...live, run, view, change })
  const ribbon = ribbonUnderFeedback(run, live.feedback)
  const knownTags = useMemo(() => [...new Set(runs.flatMap(({ tags }) => tags))].sort(), [runs])
  const lineage = useLineage(run.id)
  const canEnsemble = run.snapshots.length > 1
  const select = useCallback((id: number) => setSelected((before) => (before === id ? undefined : id)), [])
  const { info } = useWorkers(run.place !== null)
  const words = stateWords(run, { runs, isHere: live.isHere || live.state !== 'live', info })
  // The click on the button must be answered at once.
  useEffect(() => {
    if (canEnsemble) void loadEnsemble()
  }, [canEnsemble])
  useShortcuts('Run', [
    ...(canEnsemble ? [{ keys: 'e', does: 'Ensemble the snapshots', run: toggleEnsemble }] : []),
    ...(canPause(run) ? [{ keys: 'p', does: 'Pause the run', run: commands.pause }] : []),
    ...(words?.actions.includes('resume') || run.status === 'paused'
      ? [{ keys: 'p', does: 'Resume the run', run: commands.resume }]
      : []),
  ])
  return (
    <main className={classes.page}>
      <RunHeader
        run={run}
        epochs={live.epochs}
        samplesPerSecond={live.samplesPerSecond}
        kernels={live.kernels}
        commands={commands}
      />
      {words !== undefined && <StateNote run={run} words={words} commands={commands} />}
      <OrdersNote run={run} commands={commands} />
      {damage.length > 0 && <DamageNote damage={damage} />}
      <RunRibbon run={run} data={ribbon} selected={selected} onSelect={select} view={view} change={change} />
      <div className={classes.body} data-ensemble={isEnsembleOpen && canEnsemble}>
        <Tabs defaultValue="charts" keepMounted={false} className={classes.main}>
          <Tabs.List>
            <Tabs.Tab value="charts">Charts</Tabs.Tab>
            <Tabs.Tab value="epochs">Epochs</Tabs.Tab>
            <Tabs.Tab value="details">Details</Tabs.Tab>
            {lineage.length > 1 && <Tabs.Tab value="lineage">Lineage {count(lineage.length)}</Tabs.Tab>}
          </Tabs.List>
          <Tabs.Panel value="charts" pt="xs">
            <RunCharts
              scene={scene}
              samplesPerSecond={live.samplesPerSecond}
              isNarrow={isEnsembleOpen && canEnsemble}
              above={
                noteHeight * ((words === undefined ? 0 : 1) + (damage.length === 0 ? 0 : 1)) +
                (isActive(run.status) ? progressHeight : 0)
              }
            />
          </Tabs.Panel>
          <Tabs.Panel value="epochs" pt="xs">
            <EpochsTable run={run} epochs={live.epochs} snapshots={live.snapshots} />
          </Tabs.Panel>
          <Tabs.Panel value="details" pt="xs">
            <Details run={run} isHere={live.isHere} />
          </Tabs.Panel>
          <Tabs.Panel value="lineage" pt="xs">
            <Lineage run={run} nodes={lineage} />
          </Tabs.Panel>
        </Tabs>
        {isEnsembleOpen && canEnsemble && (
          <div className={classes.ensemble}>
            <Suspense>
              <EnsemblePanel
                runs={[run]}
                selected={selected}
                onSelect={select}
                focus={ensemble.isJustOpened}
                start={ensemble.start}
                onChoice={ensemble.onChoice}
                onClose={toggleEnsemble}
              />
            </Suspense>
          </div>
        )}
        <aside className={classes.aside} aria-label="Snapshots and note">
          <SnapshotsPanel
            run={run}
            epochs={live.epochs}
            samplesPerSecond={live.samplesPerSecond}
            snapshots={live.snapshots}
            dots={dotsOfRun(run)}
            damage={damage}
            lastStep={lastStepOf(run)}
            selected={selected}
            onSelect={select}
            isEnsembleOpen={isEnsembleOpen}
            onEnsemble={toggleEnsemble}
          />
          <NoteAndTags run={run} knownTags={knownTags} />
        </aside>
      </div>
    </main>
  )
}
