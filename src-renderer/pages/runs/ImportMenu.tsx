import { Button, Menu } from '@mantine/core'
import { openImportLog } from '../../elsewhere/logJob.ts'
import { openImportPredictions } from '../../elsewhere/predictionsJob.ts'

/** What other programs trained. */
export function ImportMenu() {
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 80 }}>
      <Menu.Target>
        <Button variant="default">Import…</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => openImportLog()}>A TensorBoard log</Menu.Item>
        <Menu.Item onClick={() => openImportPredictions()}>Predictions</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
