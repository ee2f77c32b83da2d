import { type ChangeListener, type LiveState, stateAfter } from './liveState.ts'

export interface LiveList<Row> {
  /** Newest first. */
  readonly rows: readonly Row[]
  readonly byId: ReadonlyMap<string, Row>
  readonly state: LiveState
}

interface RowChange<Row> {
  readonly changed: readonly Row[]
  readonly gone: readonly string[]
}

/**
 * Rows of the lab, kept as the host has them by one subscription for the whole window, which begins with the first who
 * looks. Rows are replaced, never changed, so that a row that is the same object is the same row.
 */
export function createLiveList<Row extends { readonly id: string; readonly createdAt: number }, Change>(
  subscribeToHost: (listener: ChangeListener<Change>) => unknown,
  read: (change: Change) => RowChange<Row>,
) {
  let list: LiveList<Row> = { rows: [], byId: new Map(), state: 'connecting' }
  const listeners = new Set<() => void>()
  let isListening = false

  const publish = (next: LiveList<Row>): void => {
    list = next
    for (const listener of listeners) listener()
  }
  const apply = (change: Change): void => {
    const { changed, gone } = read(change)
    const byId = new Map(list.byId)
    for (const row of changed) byId.set(row.id, row)
    for (const id of gone) byId.delete(id)
    const rows = [...byId.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    publish({ rows, byId, state: 'live' })
  }
  const listen = (): void => {
    isListening = true
    subscribeToHost({
      onData: ({ data }) => apply(data),
      onConnectionStateChange(connection) {
        const state = stateAfter(connection.state, list.state)
        if (state !== list.state) publish({ ...list, state })
      },
      onError: () => publish({ ...list, state: 'lost' }),
    })
  }
  return {
    get: (): LiveList<Row> => list,
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      if (!isListening) listen()
      return () => listeners.delete(listener)
    },
  }
}
