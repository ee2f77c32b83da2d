import { useSyncExternalStore } from 'react'

/** A value that outlives the page that shows it. */
export interface Held<T> {
  get(): T
  set(next: T): void
  use(): T
}

export function held<T>(initial: T): Held<T> {
  let value = initial
  const listeners = new Set<() => void>()
  const get = (): T => value
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    get,
    set(next) {
      value = next
      for (const listener of listeners) listener()
    },
    use: () => useSyncExternalStore(subscribe, get),
  }
}
