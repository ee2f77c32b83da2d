import { Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { counted, rate } from '../../format/format.ts'
import { compiledOfRun } from '../../ribbon/ribbonOf.ts'
import type { RunCommands } from './useRunCommands.ts'

interface AnnealNowProps {
  readonly run: RunSummary
  readonly commands: RunCommands
  readonly opened: boolean
  readonly onClose: () => void
}

/** Ends the cycle under way early, over as many epochs as the user says. */
export function AnnealNow({ run, commands, opened, onClose }: AnnealNowProps) {
  const [epochs, setEpochs] = useState<number | string>(1)
  const { stepsPerEpoch } = run.planned.plan
  const isUsable = typeof epochs === 'number' && epochs > 0
  const steps = isUsable ? Math.max(1, Math.round(epochs * stepsPerEpoch)) : 0
  const schedule = compiledOfRun(run)
  const now = schedule.at(Math.min(run.stepsDone, schedule.totalSteps - 1)).lr
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Anneal now"
      size="sm"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!isUsable) return
          commands.annealNow(epochs)
          onClose()
        }}
      >
        <Stack gap="md">
          <Text size="sm">
            The rate comes down from {rate(now)} to the lowest of its cycle along a half cosine. The cycle
            ends there with a snapshot, and what was planned after it follows.
          </Text>
          <NumberInput
            label="Over how many epochs"
            description={isUsable ? counted(steps, 'step') : 'More than 0'}
            value={epochs}
            onChange={setEpochs}
            min={0}
            decimalScale={3}
            step={1}
            data-autofocus
            error={isUsable ? undefined : 'Give a number of epochs above 0.'}
          />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isUsable}>
              Anneal
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
