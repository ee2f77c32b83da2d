import type { Dropped } from './dropped.ts'

/** One kind of thing that can be dropped anywhere in the window. */
export interface DropKind {
  /** By the names alone, while nothing has been read. */
  takes(dropped: Dropped): boolean
  /** @param go to the page that shows it */
  open(dropped: Dropped, go: (to: '/' | '/data' | '/ensembles') => void): Promise<void>
}

/** Loaded when the first is dropped. */
const data: DropKind = {
  takes: () => true,
  open: async (dropped, go) => (await import('../../pages/data/import/dataDrop.ts')).openDropped(dropped, go),
}

/** The first that takes what was dropped gets it; data, which may be anything, stand last. */
export const dropKinds: readonly DropKind[] = [data]
