import { Button, Group, Modal, Text } from '@mantine/core'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { counted } from '../../format/format.ts'
import { purge } from './rowActions.ts'

interface PurgeDialogProps {
  /** undefined: nothing is asked. */
  readonly runs: readonly RunSummary[] | undefined
  readonly onClose: () => void
}

/** The one act here that cannot be taken back. */
export function PurgeDialog({ runs, onClose }: PurgeDialogProps) {
  const count = runs?.length ?? 0
  const snapshots = runs?.reduce((sum, run) => sum + run.snapshots.length, 0) ?? 0
  const [first] = runs ?? []
  const what = count === 1 && first !== undefined ? first.name : counted(count, 'run')
  return (
    <Modal opened={runs !== undefined} onClose={onClose} title={`Delete ${what} for good?`} centered>
      <Text size="sm">
        Its curves and {counted(snapshots, 'snapshot')} are removed from the database. This cannot be undone.
      </Text>
      <Group justify="flex-end" mt="md" gap="sm">
        <Button variant="default" data-autofocus onClick={onClose}>
          Keep
        </Button>
        <Button
          color="red"
          onClick={() => {
            onClose()
            if (runs !== undefined) void purge(runs)
          }}
        >
          Delete for good
        </Button>
      </Group>
    </Modal>
  )
}
