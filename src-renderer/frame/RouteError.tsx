import { Button, Stack, Text } from '@mantine/core'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { ErrorNote } from '../components/ErrorNote.tsx'
import { usePageTitle } from '../components/PageHeader.tsx'

/** A page whose file is gone, because the host now serves another build. */
const isMissingFile = (error: unknown): boolean =>
  error instanceof Error && /dynamically imported module|importing a module script/i.test(error.message)

/** In place of a page that failed; the frame around it stands. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  usePageTitle('Failed page')
  if (isMissingFile(error))
    return (
      <Stack component="main" p="md" align="start" maw="44rem">
        <Text>Anneal was updated, or is not reachable; this page has to be loaded anew.</Text>
        <Button onClick={() => location.reload()}>Reload</Button>
      </Stack>
    )
  return (
    <Stack component="main" p="md" maw="44rem">
      <ErrorNote title="This page failed" error={error} onRetry={reset} />
      <Text c="dimmed">Runs go on training, and nothing that is stored was touched.</Text>
    </Stack>
  )
}
