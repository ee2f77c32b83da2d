import { type ReactNode, useSyncExternalStore } from 'react'
import { EmptyState } from '../components/EmptyState.tsx'
import { lockout } from '../hostKey.ts'

/** The app, or why the host does not talk to this page. */
export function LockedOut({ children }: { readonly children: ReactNode }) {
  const reason = useSyncExternalStore(lockout.subscribe, lockout.get)
  if (reason === undefined) return children
  return (
    <main>
      <EmptyState title="This page is not let in" text={reason} />
    </main>
  )
}
