import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { EmptyState } from '../components/EmptyState.tsx'
import { usePageTitle } from '../components/PageHeader.tsx'

export function NotFound() {
  usePageTitle('Not found')
  return (
    <main>
      <EmptyState
        title="There is no such page"
        text="The address leads nowhere in Anneal."
        action={
          <Button component={Link} to="/">
            All runs
          </Button>
        }
      />
    </main>
  )
}
