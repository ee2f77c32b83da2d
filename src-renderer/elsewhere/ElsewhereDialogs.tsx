import { Modal, Text } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { type ElsewhereDialog, elsewhereDialog } from './dialogs.ts'

const ImportLog = lazy(() => import('./ImportLog.tsx'))
const ImportPredictions = lazy(() => import('./ImportPredictions.tsx'))

const titles: Readonly<Record<ElsewhereDialog, string>> = {
  log: 'Import a TensorBoard log',
  predictions: 'Import predictions',
}

/** The imports of what other programs trained. An import goes on when its dialog is closed. */
export function ElsewhereDialogs() {
  const open = elsewhereDialog.use()
  return (
    <Modal
      opened={open !== undefined}
      onClose={() => elsewhereDialog.set(undefined)}
      title={open && titles[open]}
      size="62rem"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Suspense fallback={<Text c="dimmed">Opening…</Text>}>
        {open === 'log' && <ImportLog />}
        {open === 'predictions' && <ImportPredictions />}
      </Suspense>
    </Modal>
  )
}
