import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { EmptyState } from '../../components/EmptyState.tsx'
import { usePageTitle } from '../../components/PageHeader.tsx'
import { restoreEnsemble } from '../../ensemble/saved.ts'

/** The address of an ensemble that was deleted: it can be had back for 30 days. */
export function GoneEnsemble({ id }: { readonly id: number }) {
  usePageTitle('Ensemble')
  return (
    <main>
      <EmptyState
        title="This ensemble is not there"
        text={`Ensemble ${id} was deleted, or is of another lab. A deleted one can be restored for 30 days.`}
        action={
          <Button.Group>
            <Button variant="default" onClick={() => void restoreEnsemble(id)}>
              Restore it
            </Button>
            <Button renderRoot={(props) => <Link to="/ensembles" search={{}} {...props} />}>
              All ensembles
            </Button>
          </Button.Group>
        }
      />
    </main>
  )
}
