import { queryOptions } from '@tanstack/react-query'
import type { ReadPredictions } from '../../shared/ensemble/predictions.ts'
import { createWorkbench, type StoredAnswers, type Workbench } from '../../shared/ensemble/workbench.ts'
import { keyOf, loadAnswers } from './loadAnswers.ts'
import { loadPredictions } from './loadPredictions.ts'
import { tellProgress } from './loadProgress.ts'
import { untilAnswered } from './mixtureQuery.ts'

/*
 * Stored answers never change, so that each is fetched, checked and scored once, as long as some workbench holds it. 300
 * snapshots with 10,000 validation and test examples of 10 classes are 250 MB: whoever leaves them lets them go.
 */
const remembered = new Map<string, WeakRef<Exclude<ReadPredictions, string | null>>>()

/** What came of a loading that did not get to its end. */
const begun = new Map<string, ReadPredictions>()

/** Lets go of what no workbench holds yet: nobody is waiting for it any more. */
export const forgetBegun = (): void => begun.clear()

export const workbenchKey = (snapshotIds: readonly number[]) => ['workbench', ...snapshotIds] as const

/** The snapshots side by side, ready for arithmetic. Cancelled, it goes on from where it was. */
export const workbenchQuery = (snapshotIds: readonly number[]) =>
  queryOptions({
    queryKey: workbenchKey(snapshotIds),
    queryFn: async ({ signal }) => {
      // Whoever asks for an answer does so in the same task.
      await new Promise((done) => setTimeout(done))
      const kept = new Map([...stillHeld(snapshotIds), ...begun])
      try {
        const answers = await loadAnswers(snapshotIds, {
          kept,
          fetch: async (...asked) => {
            await untilAnswered()
            return loadPredictions(...asked)
          },
          signal,
          onProgress: (progress) => tellProgress(snapshotIds, progress),
        })
        remember(answers)
        begun.clear()
        const workbench = createWorkbench(answers)
        await sumUp(workbench)
        return workbench
      } catch (error) {
        for (const [key, found] of kept) begun.set(key, found)
        throw error
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    structuralSharing: false,
  })

/** Sums over hundreds are begun some members at a time, so that the page is not held up by the first answer. */
async function sumUp({ snapshotIds, validation, test }: Workbench): Promise<void> {
  for (let upTo = atOnce; upTo < snapshotIds.length; upTo += atOnce) {
    const choice = { method: 'average', ticked: snapshotIds.map((_, k) => k < upTo), weights: [] } as const
    validation?.mixture(choice)
    test?.mixture(choice)
    await new Promise((done) => setTimeout(done))
  }
}

const atOnce = 32

function remember(answers: readonly StoredAnswers[]): void {
  for (const [key, held] of remembered) if (held.deref() === undefined) remembered.delete(key)
  for (const { snapshotId, ...of } of answers)
    for (const part of ['validation', 'test'] as const) {
      const found = of[part]
      if (found !== null && found !== 'damaged') remembered.set(keyOf(snapshotId, part), new WeakRef(found))
    }
}

function stillHeld(snapshotIds: readonly number[]): [string, ReadPredictions][] {
  return snapshotIds.flatMap((id) =>
    (['validation', 'test'] as const).flatMap((part): [string, ReadPredictions][] => {
      const found = remembered.get(keyOf(id, part))?.deref()
      return found === undefined ? [] : [[keyOf(id, part), found]]
    }),
  )
}
