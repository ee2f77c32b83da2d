import { useCallback, useSyncExternalStore } from 'react'

/*
 * Where the pointer is, in x values, for all charts of a group. It lives outside React's tree, so that moving the pointer
 * re-renders the legends and cursor lines alone and never a chart.
 */

interface Group {
  x: number | undefined
  readonly listeners: Set<() => void>
}

const groups = new Map<string, Group>()

function groupOf(name: string): Group {
  const known = groups.get(name)
  if (known !== undefined) return known
  const made: Group = { x: undefined, listeners: new Set() }
  groups.set(name, made)
  return made
}

export function setCursor(name: string, x: number | undefined): void {
  const group = groupOf(name)
  if (group.x === x) return
  group.x = x
  for (const listener of group.listeners) listener()
}

/** Where the cursor of a group is now, for what reads it once. */
export const cursorOf = (name: string): number | undefined => groups.get(name)?.x

/** The cursor of a group in x values, or undefined while the pointer is elsewhere. */
export function useCursor(name: string): number | undefined {
  const subscribe = useCallback(
    (listener: () => void) => {
      const group = groupOf(name)
      group.listeners.add(listener)
      return () => {
        group.listeners.delete(listener)
        if (group.listeners.size === 0) groups.delete(name)
      }
    },
    [name],
  )
  return useSyncExternalStore(subscribe, () => groups.get(name)?.x)
}
