import { Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface EmptyStateProps {
  readonly title: string
  /** One sentence. */
  readonly text: ReactNode
  /** One button. */
  readonly action?: ReactNode
}

export function EmptyState({ title, text, action }: EmptyStateProps) {
  return (
    <Stack align="center" justify="center" gap="sm" py={48} px="md" ta="center">
      <Title order={2} fz="lg">
        {title}
      </Title>
      <Text c="dimmed" maw="32rem">
        {text}
      </Text>
      {action !== undefined && <div>{action}</div>}
    </Stack>
  )
}
