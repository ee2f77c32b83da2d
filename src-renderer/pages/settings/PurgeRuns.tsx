import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { api, queryClient, trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { notifyDone } from '../../components/notify.ts'
import { counted } from '../../format/format.ts'

interface PurgeRunsProps {
  readonly opened: boolean
  readonly number: number
  readonly onClose: () => void
}

/** The one act of the app that cannot be undone, so it asks. */
export function PurgeRuns({ opened, number, onClose }: PurgeRunsProps) {
  const purging = useMutation({
    mutationFn: async () => {
      const ids = (await api.runs.list.query({ of: 'deleted' })).map(({ id }) => id)
      if (ids.length > 0) await api.runs.purge.mutate({ ids })
      return ids.length
    },
    onSuccess(gone) {
      notifyDone(`${counted(gone, 'run')} deleted for good; the space comes back in the next moments`)
      void queryClient.invalidateQueries({ queryKey: trpc.lab.storage.queryKey() })
      onClose()
    },
  })
  const close = (): void => {
    purging.reset()
    onClose()
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={`Delete ${counted(number, 'run')} for good?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Text>
          Their metrics, snapshots and the ensembles made of them leave the database. This cannot be undone.
        </Text>
        {purging.error !== null && <ErrorNote title="They were not deleted" error={purging.error} />}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={close}>
            Keep them
          </Button>
          <Button color="red.9" loading={purging.isPending} onClick={() => purging.mutate()}>
            Delete for good
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
