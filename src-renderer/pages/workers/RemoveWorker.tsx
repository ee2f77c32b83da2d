import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { WorkerInfo } from '../../../shared/api/workers.ts'
import { api } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { notifyDone } from '../../components/notify.ts'
import { removeWords } from '../../workers/workerWords.ts'

interface RemoveWorkerProps {
  readonly worker: WorkerInfo
  readonly opened: boolean
  readonly onClose: () => void
}

/** A token that is void cannot be taken back, so this act asks first. */
export function RemoveWorker({ worker, opened, onClose }: RemoveWorkerProps) {
  const { id, name } = worker
  const removing = useMutation({
    mutationFn: () => api.workers.command.mutate({ id, command: 'remove' }),
    onSuccess() {
      notifyDone(`${name} was removed`)
      close()
    },
  })
  const close = (): void => {
    removing.reset()
    onClose()
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={`Remove ${name}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Text>{removeWords(worker)}</Text>
        {removing.error !== null && <ErrorNote title="It was not removed" error={removing.error} />}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={close}>
            Keep it
          </Button>
          <Button color="red.9" loading={removing.isPending} onClick={() => removing.mutate()}>
            Remove it
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
