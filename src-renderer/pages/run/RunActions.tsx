import { ActionIcon, Button, Menu } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { type RunDownload, runDownloads, runDownloadUrl } from '../../../shared/api/urls.ts'
import { isActive } from '../../../shared/run/state.ts'
import { download } from '../../components/download.ts'
import { notifyDone } from '../../components/notify.ts'
import { AnnealNow } from './AnnealNow.tsx'
import { extendWords } from './extendWords.ts'
import { archiveRun, deleteRun } from './runActs.ts'
import { canPause, canResume, canStop } from './stateWords.ts'
import type { RunCommands } from './useRunCommands.ts'

interface RunActionsProps {
  readonly run: RunSummary
  readonly commands: RunCommands
}

export function RunActions({ run, commands }: RunActionsProps) {
  const [isAnnealing, setAnnealing] = useState(false)
  return (
    <>
      <PauseButton run={run} commands={commands} />
      {canStop(run) && <StopMenu commands={commands} />}
      <MoreMenu run={run} commands={commands} onAnneal={() => setAnnealing(true)} />
      <AnnealNow run={run} commands={commands} opened={isAnnealing} onClose={() => setAnnealing(false)} />
    </>
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

function StopMenu({ commands: { pending, stop, isStoppingAtCycleEnd } }: Pick<RunActionsProps, 'commands'>) {
  const isStopping = pending.has('stop')
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" disabled={isStopping} rightSection={<span aria-hidden="true">▾</span>}>
          {isStopping ? 'Stopping…' : 'Stop'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => stop('now')}>Stop now</Menu.Item>
        <Menu.Item
          disabled={isStoppingAtCycleEnd || pending.has('stopAtCycleEnd')}
          onClick={() => stop('cycleEnd')}
        >
          {isStoppingAtCycleEnd ? 'Stops at the end of this cycle' : 'Stop at the end of this cycle'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

const formats: Readonly<Record<RunDownload, string>> = {
  csv: 'Table of steps (CSV)',
  json: 'Everything (JSON)',
  svg: 'Picture (SVG)',
  tensorboard: 'TensorBoard events (tar)',
}

function MoreMenu({ run, commands, onAnneal }: RunActionsProps & { readonly onAnneal: () => void }) {
  const navigate = useNavigate()
  const clipboard = useClipboard()
  const active = isActive(run.status)
  const extension = extendWords(run)
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label="More">
          <span aria-hidden="true">⋯</span>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          disabled={!extension.isPossible || commands.pending.has('extend')}
          title={extension.words}
          onClick={commands.extend}
        >
          {commands.pending.has('extend') ? 'Adding…' : extension.label}
        </Menu.Item>
        {active && (
          <Menu.Item disabled={commands.pending.has('annealNow')} onClick={onAnneal}>
            Anneal now…
          </Menu.Item>
        )}
        <Menu.Item onClick={() => void navigate({ to: '/new', search: { from: run.id } })}>Clone</Menu.Item>
        <Menu.Item
          onClick={() => {
            clipboard.copy(run.id)
            notifyDone(`Copied ${run.id}`)
          }}
        >
          Copy id
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Download</Menu.Label>
        {runDownloads.map((format) => (
          <Menu.Item key={format} onClick={() => download(runDownloadUrl(run.id, format))}>
            {formats[format]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => archiveRun(run, !run.archived)}>
          {run.archived ? 'Take out of the archive' : 'Archive'}
        </Menu.Item>
        <Menu.Item
          c="var(--failure)"
          disabled={active}
          title={active ? 'Stop it first: it still trains.' : undefined}
          onClick={() => deleteRun(run, () => void navigate({ to: '/' }))}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
