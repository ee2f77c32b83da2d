import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { DamagedDatasetInfo, DatasetInfo } from '../../../shared/api/datasets.ts'
import { queryClient, trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { notifyDone } from '../../components/notify.ts'
import { counted } from '../../format/format.ts'

interface RemoveDatasetProps {
  readonly opened: boolean
  readonly subject: DatasetInfo | DamagedDatasetInfo
  readonly onClose: () => void
  readonly onRemoved: () => void
}

/** Files cannot be taken back from the dead, so this act asks first. */
export function RemoveDataset({ opened, subject, onClose, onRemoved }: RemoveDatasetProps) {
  const name = 'name' in subject ? subject.name : subject.id
  const removing = useMutation({
    ...trpc.datasets.remove.mutationOptions(),
    async onSuccess() {
      await queryClient.invalidateQueries({ queryKey: trpc.datasets.list.queryKey() })
      notifyDone(
        'embedded' in subject && subject.embedded
          ? `${name} was put back from the files that ship with Anneal`
          : `${name} was removed`,
      )
      close()
      onRemoved()
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
        <Text>{consequences(subject)}</Text>
        {removing.error !== null && <ErrorNote title="It was not removed" error={removing.error} />}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={close}>
            Keep it
          </Button>
          <Button
            color="red.9"
            loading={removing.isPending}
            onClick={() => removing.mutate({ id: subject.id })}
          >
            Remove it
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function consequences(subject: DatasetInfo | DamagedDatasetInfo): string {
  if ('problem' in subject) return 'Its damaged files are deleted. Runs that used it stay as they are.'
  if (subject.embedded) return 'It ships with Anneal: it is stored anew from the shipped files at once.'
  const examples = counted(subject.trainCount + subject.testCount, 'example')
  const copies = `Its ${examples} are deleted from Anneal’s folder; the files they came from stay as they are.`
  if (subject.runs === 0) return copies
  const used =
    subject.runs === 1
      ? 'One stored run used it and stays, but'
      : `${counted(subject.runs, 'stored run')} used it and stay, but`
  return `${copies} ${used} cannot be resumed until it is imported again.`
}
