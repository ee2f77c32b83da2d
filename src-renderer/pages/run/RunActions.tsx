import { Button, Tooltip } from '@mantine/core'
import { useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { isActive } from '../../../shared/run/state.ts'
import { useShortcuts } from '../../frame/shortcuts.ts'
import { AnnealNow } from './AnnealNow.tsx'
import { extendWords } from './extendWords.ts'
import { MoreMenu } from './MoreMenu.tsx'
import { canPause, canResume, canStop } from './stateWords.ts'
import type { RunCommands } from './useRunCommands.ts'

export interface RunActionsProps {
  readonly run: RunSummary
  readonly commands: RunCommands
}

/** What steers the training, each a button; what concerns the run as a thing in a list is in the menu. */
export function RunActions(props: RunActionsProps) {
  return (
    <>
      <AnnealButton {...props} />
      <ExtendButton {...props} />
      <CycleEndButton {...props} />
      <PauseButton {...props} />
      <StopButton {...props} />
      <MoreMenu {...props} />
    </>
  )
}

function AnnealButton({ run, commands }: RunActionsProps) {
  const [isOpen, setOpen] = useState(false)
  const canAnneal = isActive(run.status) && run.status !== 'created'
  const isUnderWay = commands.pending.has('annealNow')
  useShortcuts(
    'Run',
    canAnneal && !isUnderWay ? [{ keys: 'a', does: 'Anneal now', run: () => setOpen(true) }] : [],
  )
  if (!canAnneal) return null
  return (
    <>
      <Tooltip label="Brings the rate down now and takes a snapshot there." multiline maw={260}>
        <Button variant="default" disabled={isUnderWay} onClick={() => setOpen(true)}>
          {isUnderWay ? 'Annealing…' : 'Anneal now…'}
        </Button>
      </Tooltip>
      <AnnealNow run={run} commands={commands} opened={isOpen} onClose={() => setOpen(false)} />
    </>
  )
}

function ExtendButton({ run, commands }: RunActionsProps) {
  const { isPossible, label, words } = extendWords(run)
  // Where there is none, the menu says why. A failed run is mended first.
  if (!isPossible || run.status === 'failed') return null
  const isUnderWay = commands.pending.has('extend')
  return (
    <Tooltip label={words} multiline maw={260}>
      <Button variant="default" disabled={isUnderWay} onClick={commands.extend}>
        {isUnderWay ? 'Adding…' : label}
      </Button>
    </Tooltip>
  )
}

/** Asks for a stop at the end of the cycle, and takes that back. */
function CycleEndButton({ run, commands: { pending, stop, keepGoing } }: RunActionsProps) {
  if (!canStop(run)) return null
  if (run.stopsAfterStep !== null)
    return (
      <Tooltip label="Takes back the stop at the end of this cycle." multiline maw={260}>
        <Button variant="light" disabled={pending.has('keepGoing')} onClick={keepGoing}>
          Keep going
        </Button>
      </Tooltip>
    )
  return (
    <Tooltip label="Trains this cycle to its end, takes its snapshot and stops." multiline maw={260}>
      <Button variant="default" disabled={pending.has('stopAtCycleEnd')} onClick={() => stop('cycleEnd')}>
        Stop at cycle end
      </Button>
    </Tooltip>
  )
}

function PauseButton({ run, commands: { pending, pause, resume } }: RunActionsProps) {
  if (canPause(run))
    return (
      <Button variant="default" onClick={pause} disabled={pending.has('pause')}>
        {pending.has('pause') ? 'Pausing…' : 'Pause'}
      </Button>
    )
  // Of the other states that can be resumed the note tells more, and has the button.
  if (!canResume(run) || run.status !== 'paused') return null
  return (
    <Button onClick={resume} disabled={pending.has('resume')}>
      {pending.has('resume') ? 'Resuming…' : 'Resume'}
    </Button>
  )
}

function StopButton({ run, commands: { pending, stop } }: RunActionsProps) {
  if (!canStop(run)) return null
  const isStopping = pending.has('stop')
  return (
    <Button variant="default" disabled={isStopping} onClick={() => stop('now')}>
      {isStopping ? 'Stopping…' : 'Stop'}
    </Button>
  )
}
