import { Spotlight, spotlight } from '@mantine/spotlight'
import { lazy, Suspense, useState } from 'react'
import { FindIcon } from '../icons.tsx'
import classes from './Finder.module.css'

/** What can be found comes with the pages' code, or when it is first asked for. */
export const fetchFinder = () => import('./FinderList.tsx')
const FinderList = lazy(fetchFinder)

export const openFinder = (): void => spotlight.open()

/** Everything that has a name, and everything that can be done, by a few letters. */
export function Finder({ onShowShortcuts }: { readonly onShowShortcuts: () => void }) {
  const [query, setQuery] = useState('')
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      scrollable
      maxHeight={420}
      transitionProps={{ duration: 80 }}
      overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
      classNames={{ action: classes.action, actionDescription: classes.description }}
      attributes={{ content: { 'aria-label': 'Find' } }}
    >
      <Spotlight.Search
        placeholder="Find anything: a run, a data set, a command"
        aria-label="Find anything: a run, a data set, a command"
        leftSection={<FindIcon />}
      />
      <Suspense fallback={<Spotlight.ActionsList />}>
        <FinderList query={query} onShowShortcuts={onShowShortcuts} />
      </Suspense>
    </Spotlight.Root>
  )
}
