import { Kbd } from '@mantine/core'
import { Spotlight } from '@mantine/spotlight'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { useRuns } from '../../hooks/useRuns.ts'
import { keyCaps } from '../keys.ts'
import { isApple } from '../shortcuts.ts'
import { useCommands } from './commands.ts'
import { bestMatches, nearMatches } from './finderMatch.ts'
import type { Found, FoundGroup } from './found.ts'
import { useRunCommands } from './runCommands.ts'
import {
  useDatasetItems,
  useEnsembleItems,
  useMistakesItems,
  usePageItems,
  usePresetItems,
  useRunItems,
  useSnapshotItems,
  useStudyItems,
} from './things.ts'

interface FinderListProps {
  readonly query: string
  readonly onShowShortcuts: () => void
}

/** Mounted while the finder is open, so that nothing is computed while it is not. */
export default function FinderList({ query, onShowShortcuts }: FinderListProps) {
  const groups = useGroups(onShowShortcuts)
  const found = findIn(groups, query)
  return (
    <Spotlight.ActionsList>
      {found.map(({ title, items }) => (
        <Spotlight.ActionsGroup key={title} label={title}>
          {items.map((item) => (
            <Item key={item.key} item={item} />
          ))}
        </Spotlight.ActionsGroup>
      ))}
      {found.length === 0 && <Spotlight.Empty>Nothing is called so.</Spotlight.Empty>}
    </Spotlight.ActionsList>
  )
}

const wordsOf = ({ label, also = [] }: Found): readonly string[] => [label, ...also]

function findIn(groups: readonly FoundGroup[], query: string): FoundGroup[] {
  if (query.trim() === '')
    return groups
      .map((group) => ({ ...group, items: group.atOnce ? group.items.slice(0, group.most) : [] }))
      .filter(({ items }) => items.length > 0)
  const by = (match: typeof bestMatches): FoundGroup[] =>
    groups
      .map((group) => ({ ...group, items: match(group.items, query, wordsOf).slice(0, group.most) }))
      .filter(({ items }) => items.length > 0)
  const exact = by(bestMatches)
  return exact.length > 0 ? exact : by(nearMatches)
}

function useGroups(onShowShortcuts: () => void): FoundGroup[] {
  const { runs } = useRuns()
  return [
    { title: 'Commands', items: useCommands(onShowShortcuts), most: 20, atOnce: true },
    { title: 'Pages', items: usePageItems(), most: 6, atOnce: true },
    { title: 'Runs', items: useRunItems(runs), most: 8, atOnce: true },
    { title: 'Studies', items: useStudyItems(), most: 5, atOnce: false },
    { title: 'Data sets', items: useDatasetItems(), most: 5, atOnce: false },
    { title: 'Ensembles', items: useEnsembleItems(), most: 5, atOnce: false },
    { title: 'Do to a run', items: useRunCommands(runs), most: 8, atOnce: false },
    { title: 'New run with the schedule', items: usePresetItems(), most: 5, atOnce: false },
    { title: 'Mistakes', items: useMistakesItems(runs), most: 5, atOnce: false },
    { title: 'Snapshots', items: useSnapshotItems(runs), most: 5, atOnce: false },
  ]
}

function Item({ item: { label, detail, status, keys, run } }: { readonly item: Found }) {
  return (
    <Spotlight.Action
      label={label}
      {...(detail !== undefined && { description: detail })}
      rightSection={
        status === undefined ? (
          keys && <Kbd>{keyCaps(keys, isApple).join(' ')}</Kbd>
        ) : (
          <StatusBadge status={status} />
        )
      }
      dimmedSections={status === undefined}
      onClick={run}
    />
  )
}
