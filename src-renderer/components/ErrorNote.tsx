import { Alert, Button, Group, Text } from '@mantine/core'
import { errorWords } from './errorWords.ts'

/** Mantine's own red misses 4.5:1 on a light page, and is white on a dark one. */
const colours = () => ({
  root: { '--alert-color': 'var(--failure)', '--alert-bd': '1px solid var(--failure)' },
})

interface ErrorNoteProps {
  /** What could not be done: "The run could not be read". */
  readonly title: string
  readonly error: unknown
  readonly onRetry?: () => void
}

/** Where something failed: what, why in one sentence, and the way on. */
export function ErrorNote({ title, error, onRetry }: ErrorNoteProps) {
  return (
    <Alert color="red" variant="outline" role="alert" title={title} p="sm" vars={colours}>
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
