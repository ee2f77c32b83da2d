import { Button, Group } from '@mantine/core'
import { notifyError } from '../../../components/notify.ts'
import classes from './ImportPanel.module.css'

/** The system's own dialogs, in the desktop window. */
export function NativeDialogs({ onPick }: { readonly onPick: (path: string) => void }) {
  const bridge = window.anneal
  if (bridge === undefined) return null
  const ask = (choose: () => Promise<string | undefined>) => () => {
    choose().then(
      (path) => path !== undefined && onPick(path),
      (error: unknown) => notifyError('The system’s dialog did not open', error),
    )
  }
  return (
    <Group gap="sm" className={classes.wide}>
      <Button variant="default" onClick={ask(() => bridge.chooseFolder())}>
        Choose a folder…
      </Button>
      <Button variant="default" onClick={ask(() => bridge.chooseFile())}>
        Choose a file…
      </Button>
    </Group>
  )
}
