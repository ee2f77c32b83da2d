import type { DeviceName, EngineName } from '../../../shared/run/spec.ts'
import type { Placement } from '../../../shared/worker/placement.ts'
import type { WorkerAbout } from '../../../shared/worker/protocol.ts'
import { createOffers, type OfferSource, type Offers } from '../../../src-main/workers/offers.ts'
import { type QueueFile, readQueueFile } from '../../../src-main/workers/queueFile.ts'

/** What a store has placed elsewhere, in the order of its queue; tests change it and poke. */
export interface PlacedRuns {
  runs: { id: string; attempt?: number; device?: DeviceName; ranOn?: EngineName; placement?: Placement }[]
  workers: { id: string; state: 'joined' | 'removed'; joinedAt: number; about?: WorkerAbout }[]
}

export const workerOne = { id: 'worker01', state: 'joined', joinedAt: 1 } as const

function sourceOf(placed: PlacedRuns): OfferSource {
  return {
    any: () => placed.workers.some(({ state }) => state !== 'removed'),
    list: () => placed.workers.map((worker) => ({ about: null, ...worker })),
    offerable: () =>
      placed.runs.map(({ id, attempt = 0, device = 'auto', ranOn, placement = { at: 'anyWorker' } }) => ({
        run: { id, attempt, datasetId: '0123456789abcdef', spec: { device }, deviceName: ranOn ?? null },
        placement,
      })),
  }
}

export function offersOf(
  placed: PlacedRuns,
  home: string,
  more: { readonly reconcile?: number; readonly access?: () => QueueFile | undefined } = {},
): Offers & { readonly said: string[] } {
  const said: string[] = []
  const offers = createOffers({
    store: sourceOf(placed),
    access: more.access ?? (() => readQueueFile(home)),
    // Tests poke; where one is about the timer it says so.
    timings: { reconcile: more.reconcile ?? 60_000, retry: 50 },
    protocol: 1,
    log: (line) => said.push(line),
  })
  return { ...offers, said }
}
