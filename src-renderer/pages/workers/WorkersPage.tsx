import { Button } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { Invitation } from '../../../shared/api/workers.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { counted } from '../../format/format.ts'
import { useShortcuts } from '../../frame/shortcuts.ts'
import { useWorkers } from '../../hooks/useWorkers.ts'
import { slotsWords } from '../../workers/workerWords.ts'
import { AddWorker } from './AddWorker.tsx'
import { HostFacts } from './HostFacts.tsx'
import { NoWorkers } from './NoWorkers.tsx'
import classes from './Workers.module.css'
import { WorkersTable } from './WorkersTable.tsx'

/** Other machines that train runs of this lab. */
export function WorkersPage() {
  const { info, state, error } = useWorkers()
  const { add: isAdding = false } = useSearch({ from: '/workers' })
  const navigate = useNavigate()
  const setAdding = (isOpen: boolean): void =>
    void navigate({ to: '/workers', search: { add: isOpen || undefined }, replace: true })
  const [invitation, setInvitation] = useState<Invitation>()
  const add = (): void => setAdding(true)
  useShortcuts('Workers', [{ keys: 'a', does: 'Add a worker', run: add }])
  const isEmpty = info?.workers.length === 0
  return (
    <main className={classes.page}>
      <PageHeader
        title="Workers"
        detail={
          info !== undefined &&
          !isEmpty &&
          `${counted(info.workers.length, 'worker')}, ${slotsWords(info.workers)}`
        }
        actions={!isEmpty && info !== undefined && <Button onClick={add}>Add a worker</Button>}
      />
      {state === 'lost' && error !== null && info === undefined && (
        <ErrorNote title="The workers could not be listed" error={error} />
      )}
      {info !== undefined && (
        <>
          {isEmpty && <NoWorkers onAdd={add} />}
          <HostFacts info={info} />
          {!isEmpty && <WorkersTable info={info} onInvited={setInvitation} />}
        </>
      )}
      <AddWorker
        opened={isAdding || invitation !== undefined}
        invitation={invitation}
        onInvited={setInvitation}
        onClose={() => {
          setInvitation(undefined)
          if (isAdding) setAdding(false)
        }}
      />
    </main>
  )
}
