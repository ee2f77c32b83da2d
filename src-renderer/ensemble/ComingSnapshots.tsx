import { Text } from '@mantine/core'
import type { RunSummary } from '../../shared/api/runs.ts'
import { isActive } from '../../shared/run/state.ts'
import { rate } from '../format/format.ts'
import { nextSnapshot } from './nextSnapshot.ts'

/** What joins by itself while one looks on. */
export function ComingSnapshots({ runs }: { readonly runs: readonly RunSummary[] }) {
  return runs.map((run) => {
    if (!isActive(run.status)) return null
    const next = nextSnapshot(run)
    if (next === undefined) return null
    return (
      <Text key={run.id} size="xs" c="dimmed">
        {runs.length > 1 ? `${run.name}: the` : 'The'} next snapshot joins after epoch{' '}
        {rate(Number(next.epochs.toFixed(1)))}.
      </Text>
    )
  })
}
