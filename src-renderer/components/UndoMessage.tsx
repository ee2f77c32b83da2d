import { Button, Group, Text } from '@mantine/core'

/** What stands in the notification of an act that can be taken back. */
export function UndoMessage({ message, onUndo }: { readonly message: string; readonly onUndo: () => void }) {
  return (
    <Group gap="md" wrap="nowrap">
      <Text size="sm" flex={1}>
        {message}
      </Text>
      <Button variant="default" onClick={onUndo}>
        Undo
      </Button>
    </Group>
  )
}
