import { Anchor, Button, Stack } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../client.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { notifyError } from '../../components/notify.ts'
import { ImportMenu } from './ImportMenu.tsx'

/** A lab without a single run. */
export function FirstStart() {
  const navigate = useNavigate()
  const [isStarting, setStarting] = useState(false)
  const start = async (): Promise<void> => {
    setStarting(true)
    try {
      const { id } = await api.runs.launchDemo.mutate()
      await navigate({ to: '/runs/$runId', params: { runId: id } })
    } catch (error) {
      notifyError('The demo could not be started', error)
      setStarting(false)
    }
  }
  return (
    <EmptyState
      title="No runs yet"
      text="The demo trains a small network on data that came along, through five cycles of its learning rate: you see it restart and store a snapshot at the end of every cycle, and then average the five into an ensemble. It takes about 15 seconds on two processor cores, and nothing leaves this machine."
      action={
        <Stack gap="sm" align="center">
          <Button size="sm" loading={isStarting} onClick={() => void start()}>
            Run the demo
          </Button>
          <Anchor component={Link} to="/new" size="sm">
            New run
          </Anchor>
          <ImportMenu />
        </Stack>
      }
    />
  )
}
