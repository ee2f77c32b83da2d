import { Button, Menu } from '@mantine/core'
import { openImportLog } from '../../elsewhere/logJob.ts'
import { openImportPredictions } from '../../elsewhere/predictionsJob.ts'

interface ImportMenuProps {
  /** The list of runs has not come: an empty lab has its menu in another place, and one opened here would close. */
  readonly isWaiting?: boolean
}

/** What other programs trained. */
export function ImportMenu({ isWaiting = false }: ImportMenuProps) {
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 80 }}>
      <Menu.Target>
        <Button variant="default" disabled={isWaiting}>
          Import…
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => openImportLog()}>A TensorBoard log</Menu.Item>
        <Menu.Item onClick={() => openImportPredictions()}>Predictions</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
