import { Modal, Text } from '@mantine/core'
import { lazy, Suspense } from 'react'
import type { Predictor } from '../../shared/api/predictions.ts'

const TryIt = lazy(() => import('./TryIt.tsx'))

interface TryItDialogProps {
  /** "cycle 3 of fashion" */
  readonly name: string
  readonly predictor: Predictor
  readonly opened: boolean
  readonly onClose: () => void
}

export function TryItDialog({ name, predictor, opened, onClose }: TryItDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Try ${name}`}
      size="xl"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Suspense fallback={<Text c="dimmed">Opening…</Text>}>
        <TryIt predictor={predictor} />
      </Suspense>
    </Modal>
  )
}
