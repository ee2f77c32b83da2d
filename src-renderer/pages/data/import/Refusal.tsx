import { Alert, Button, Text } from '@mantine/core'

const colours = () => ({
  root: { '--alert-color': 'var(--failure)', '--alert-bd': '1px solid var(--failure)' },
})

interface RefusalProps {
  /** Why nothing was imported, in a sentence. */
  readonly words: string
  /** Imports what can be used; absent where that is no way on. */
  readonly onSkip?: () => void
}

/** What stands in the way of an import, beside the button that was pressed. */
export function Refusal({ words, onSkip }: RefusalProps) {
  return (
    <Alert
      color="red"
      variant="outline"
      role="alert"
      title="Nothing was imported"
      p="sm"
      vars={colours}
      mah="40vh"
      style={{ overflow: 'auto' }}
    >
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {words}
      </Text>
      {onSkip && (
        <Button variant="default" mt="xs" onClick={onSkip}>
          Import without them
        </Button>
      )}
    </Alert>
  )
}
