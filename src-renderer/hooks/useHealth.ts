import { useMemo, useSyncExternalStore } from 'react'
import type { DamageInfo, LabHealth } from '../../shared/api/lab.ts'
import { api } from '../client.ts'

/* Whether the lab can store, and what of it is damaged, by one subscription for the whole window. */

let health: LabHealth = { access: 'write', fault: null, damage: [] }
const listeners = new Set<() => void>()
let listening = false

function listen(): void {
  listening = true
  api.lab.health.subscribe(
    {},
    {
      onData({ data }) {
        health = data
        for (const listener of listeners) listener()
      },
    },
  )
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (!listening) listen()
  return () => listeners.delete(listener)
}

/** The last that was known. */
export const useHealth = (): LabHealth => useSyncExternalStore(subscribe, () => health)

/** What of the run is damaged, as far as it has been read. */
export function useDamage(runId: string): readonly DamageInfo[] {
  const { damage } = useHealth()
  return useMemo(() => damage.filter((one) => one.runId === runId), [damage, runId])
}
