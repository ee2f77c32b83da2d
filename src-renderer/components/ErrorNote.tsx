import { Alert, Button, Group, Text } from '@mantine/core'
import { errorWords } from './errorWords.ts'

interface ErrorNoteProps {
  /** What could not be done: "The run could not be read". */
  readonly title: string
  readonly error: unknown
  readonly onRetry?: () => void
}

/** Where something failed: what, why in one sentence, and the way on. */
export function ErrorNote({ title, error, onRetry }: ErrorNoteProps) {
  return (
    <Alert color="red" variant="outline" role="alert" title={title} p="sm">
      <Group gap="md" align="center">
        <Text size="sm" flex={1} miw={0} style={{ overflowWrap: 'anywhere' }}>
          {errorWords(error)}
        </Text>
        {onRetry && (
          <Button variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Group>
    </Alert>
  )
}
