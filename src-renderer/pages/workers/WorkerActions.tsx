import { ActionIcon, Button, Menu } from '@mantine/core'
import { useState } from 'react'
import type { Invitation, WorkerInfo } from '../../../shared/api/workers.ts'
import { api } from '../../client.ts'
import { notifyError } from '../../components/notify.ts'
import { RemoveWorker } from './RemoveWorker.tsx'
import classes from './Workers.module.css'

interface WorkerActionsProps {
  readonly worker: WorkerInfo
  readonly onInvited: (invitation: Invitation) => void
}

/** The one act that its state asks for, and the others behind the dots. */
export function WorkerActions({ worker, onInvited }: WorkerActionsProps) {
  const { id, name, state } = worker
  const [isRemoving, setRemoving] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const attempt = (failed: string, act: () => Promise<unknown>): void => {
    setBusy(true)
    act()
      .catch((error: unknown) => notifyError(failed, error))
      .finally(() => setBusy(false))
  }
  const invite = (): void =>
    attempt(`There is no new command for ${name}`, async () =>
      onInvited(await api.workers.inviteAgain.mutate({ id })),
    )
  const drain = (): void =>
    attempt(`${name} was not drained`, () => api.workers.command.mutate({ id, command: 'drain' }))
  const welcome = (): void =>
    attempt(`${name} does not take runs again`, () => api.workers.command.mutate({ id, command: 'welcome' }))
  return (
    <div className={classes.acts}>
      <MainAct state={state} name={name} isBusy={isBusy} drain={drain} welcome={welcome} invite={invite} />
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon variant="default" size={22} aria-label={`More of ${name}`}>
            <span aria-hidden="true">⋯</span>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {state !== 'invited' && (
            <Menu.Item onClick={invite} title="Its machine was set up anew, or has lost its token">
              New command
            </Menu.Item>
          )}
          {state === 'out' && <Menu.Item onClick={drain}>Drain</Menu.Item>}
          <Menu.Item c="var(--failure)" onClick={() => setRemoving(true)}>
            Remove…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RemoveWorker worker={worker} opened={isRemoving} onClose={() => setRemoving(false)} />
    </div>
  )
}

interface MainActProps {
  readonly state: WorkerInfo['state']
  readonly name: string
  readonly isBusy: boolean
  readonly drain: () => void
  readonly welcome: () => void
  readonly invite: () => void
}

function MainAct({ state, name, isBusy, drain, welcome, invite }: MainActProps) {
  const act = {
    invited: { words: 'New command', does: `A new command for ${name}`, run: invite },
    joined: {
      words: 'Drain',
      does: `Drain ${name}: it takes no more runs, and what trains goes on`,
      run: drain,
    },
    draining: { words: 'Take runs again', does: `Let ${name} take runs again`, run: welcome },
    out: { words: 'Take runs again', does: `Let ${name} take runs again`, run: welcome },
  }[state]
  return (
    <Button
      variant="default"
      size="compact-xs"
      loading={isBusy}
      title={act.does}
      aria-label={act.does}
      onClick={act.run}
    >
      {act.words}
    </Button>
  )
}
