import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { ErrorNote } from './ErrorNote.tsx'

interface AskFirstProps {
  readonly opened: boolean
  readonly title: string
  /** What is lost, and what stays. */
  readonly children: ReactNode
  /** The two ways on: what changes nothing has the focus. */
  readonly keep: string
  readonly act: string
  readonly acting: {
    readonly isPending: boolean
    readonly error: unknown
    readonly reset: () => void
  }
  /** "It was not removed". */
  readonly failed: string
  readonly onAct: () => void
  readonly onClose: () => void
}

/** Before an act that cannot be taken back. */
export function AskFirst({
  opened,
  title,
  children,
  keep,
  act,
  acting,
  failed,
  onAct,
  onClose,
}: AskFirstProps) {
  const close = (): void => {
    acting.reset()
    onClose()
  }
  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        <Text>{children}</Text>
        {acting.error !== null && <ErrorNote title={failed} error={acting.error} />}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={close}>
            {keep}
          </Button>
          <Button color="red.9" loading={acting.isPending} onClick={onAct}>
            {act}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
