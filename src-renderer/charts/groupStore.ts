import { useCallback, useSyncExternalStore } from 'react'

/*
 * A value that all charts of a group share. It lives outside React's tree, so that a change re-renders those components
 * alone that use it, and never a whole chart.
 */

interface Group<T> {
  value: T | undefined
  readonly listeners: Set<() => void>
}

export interface GroupStore<T> {
  set(group: string, value: T | undefined): void
  /** The value now, for what reads it once. */
  get(group: string): T | undefined
  useValue(group: string): T | undefined
}

export function createGroupStore<T>(): GroupStore<T> {
  const groups = new Map<string, Group<T>>()
  const groupOf = (name: string): Group<T> => {
    const known = groups.get(name)
    if (known !== undefined) return known
    const made: Group<T> = { value: undefined, listeners: new Set() }
    groups.set(name, made)
    return made
  }
  const get = (name: string): T | undefined => groups.get(name)?.value
  return {
    set(name, value) {
      const group = groupOf(name)
      if (group.value === value) return
      group.value = value
      for (const listener of group.listeners) listener()
    },
    get,
    useValue: function useValue(name) {
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
      return useSyncExternalStore(subscribe, () => get(name))
    },
  }
}
