import { Spotlight, spotlight } from '@mantine/spotlight'
import { useState } from 'react'
import classes from './Finder.module.css'
import { FinderList } from './FinderList.tsx'
import { FindIcon } from './icons.tsx'

export const openFinder = (): void => spotlight.open()

/** Runs, pages and actions by a few letters of their names. */
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
        placeholder="Find a run, a page or an action"
        aria-label="Find a run, a page or an action"
        leftSection={<FindIcon />}
      />
      <FinderList query={query} onShowShortcuts={onShowShortcuts} />
    </Spotlight.Root>
  )
}
