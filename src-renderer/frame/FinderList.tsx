import { Kbd } from '@mantine/core'
import { Spotlight } from '@mantine/spotlight'
import { StatusBadge } from '../components/StatusBadge.tsx'
import { ago } from '../format/format.ts'
import { useRuns } from '../hooks/useRuns.ts'
import { type FinderAction, useFinderActions } from './finderActions.ts'
import { bestMatches } from './finderMatch.ts'
import { keyCaps } from './keys.ts'
import { isApple } from './shortcuts.ts'

const mostRuns = 8

interface FinderListProps {
  readonly query: string
  readonly onShowShortcuts: () => void
}

/** Mounted while the finder is open, so that nothing is computed while it is not. */
export function FinderList({ query, onShowShortcuts }: FinderListProps) {
  const { runs } = useRuns()
  const { pages, actions, openRun } = useFinderActions(onShowShortcuts)
  const foundRuns = bestMatches(runs, query, ({ name, id, tags }) => [name, id, ...tags]).slice(0, mostRuns)
  const foundPages = bestMatches(pages, query, ({ label }) => [label])
  const foundActions = bestMatches(actions, query, ({ label }) => [label])
  return (
    <Spotlight.ActionsList>
      <ActionGroup label="Actions" actions={foundActions} />
      <ActionGroup label="Pages" actions={foundPages} />
      {foundRuns.length > 0 && (
        <Spotlight.ActionsGroup label="Runs">
          {foundRuns.map((run) => (
            <Spotlight.Action
              key={run.id}
              label={run.name}
              description={ago(run.createdAt)}
              rightSection={<StatusBadge status={run.status} />}
              dimmedSections={false}
              onClick={() => openRun(run.id)}
            />
          ))}
        </Spotlight.ActionsGroup>
      )}
      {foundRuns.length + foundPages.length + foundActions.length === 0 && (
        <Spotlight.Empty>Nothing is called so.</Spotlight.Empty>
      )}
    </Spotlight.ActionsList>
  )
}

function ActionGroup({
  label,
  actions,
}: {
  readonly label: string
  readonly actions: readonly FinderAction[]
}) {
  if (actions.length === 0) return null
  return (
    <Spotlight.ActionsGroup label={label}>
      {actions.map(({ label, keys, run }) => (
        <Spotlight.Action
          key={label}
          label={label}
          rightSection={keys && <Kbd>{keyCaps(keys, isApple).join(' ')}</Kbd>}
          onClick={run}
        />
      ))}
    </Spotlight.ActionsGroup>
  )
}
