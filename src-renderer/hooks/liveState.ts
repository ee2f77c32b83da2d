/** connecting: nothing is known yet. lost: what is shown is the last that was known. */
export type LiveState = 'connecting' | 'live' | 'lost'

/** What a subscription tells of; `data` holds a change. */
export interface ChangeListener<Change> {
  readonly onData: (update: { readonly data: Change }) => void
  readonly onConnectionStateChange: (connection: { readonly state: string }) => void
  readonly onError: (error: unknown) => void
}

/** The state after news of the connection: it is lost while it is made anew, and live once it stands again. */
export function stateAfter(connection: string, state: LiveState): LiveState {
  if (connection === 'connecting' && state === 'live') return 'lost'
  return connection === 'pending' && state === 'lost' ? 'live' : state
}
