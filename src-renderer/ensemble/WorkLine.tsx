import { Button, Group, Progress, Text } from '@mantine/core'
import { percent } from '../format/format.ts'

interface WorkLineProps {
  /** "Choosing among 300 snapshots" */
  readonly words: string
  /** How much is done, 0..1. */
  readonly share: number
  readonly onCancel: () => void
}

/** Work that takes seconds: what it is, how much is done, and a way to leave it. */
export function WorkLine({ words, share, onCancel }: WorkLineProps) {
  return (
    <Group gap="sm" wrap="nowrap" flex={1} miw={0}>
      <Progress value={100 * share} size="sm" w="6rem" miw="3rem" transitionDuration={0} aria-label={words} />
      <Text size="xs" c="dimmed" miw={0}>
        <span role="status">{words}…</span> {percent(share, 0)}
      </Text>
      <Button size="compact-xs" variant="default" onClick={onCancel}>
        Cancel
      </Button>
    </Group>
  )
}
