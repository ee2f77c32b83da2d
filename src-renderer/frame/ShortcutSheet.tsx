import { Kbd, Modal, Stack, Text, Title } from '@mantine/core'
import { keyCaps } from './keys.ts'
import classes from './ShortcutSheet.module.css'
import { isApple, useShortcutGroups } from './shortcuts.ts'

interface ShortcutSheetProps {
  readonly opened: boolean
  readonly onClose: () => void
}

/** All keys that work on the page that is open. */
export function ShortcutSheet({ opened, onClose }: ShortcutSheetProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Keyboard shortcuts"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <ShortcutList />
      <Text c="dimmed" size="xs" mt="md">
        Keys are ignored while you type in a field.
      </Text>
    </Modal>
  )
}

function ShortcutList() {
  // Parts of a page bring keys of their own.
  const byPage = Object.groupBy(useShortcutGroups(), ({ page }) => page)
  const groups = Object.entries(byPage).map(([page, parts = []]) => ({
    page,
    list: parts.flatMap(({ list }) => list),
  }))
  return (
    <div className={classes.groups}>
      {groups.map(({ page, list }) => (
        <Stack key={page} gap="xs" component="section">
          <Title order={3}>{page}</Title>
          <dl className={classes.list}>
            {list.map(({ keys, does }) => (
              <div key={keys} className={classes.row}>
                <dt>{does}</dt>
                <dd>
                  {keyCaps(keys, isApple).map((cap) => (
                    <Kbd key={cap}>{cap}</Kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </Stack>
      ))}
    </div>
  )
}
