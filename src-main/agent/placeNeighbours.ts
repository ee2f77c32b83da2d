import type { Neighbours } from '../devices/neighbours.ts'
import type { Place } from './place.ts'

export interface PlaceNeighbours extends Neighbours {
  /** A run has begun to train at its place. */
  began(runId: string): void
}

/** The runs of the other places, as those who measure devices ask for them. */
export function placeNeighbours(places: readonly Place[]): PlaceNeighbours {
  const watchers = new Set<Set<string>>()
  const beside = (asking?: string): string | undefined =>
    places.find(({ isTraining, running }) => isTraining && running !== undefined && running.runId !== asking)
      ?.running?.runId
  return {
    training: beside,
    // Measuring is one at a time here.
    measuringElsewhere: () => undefined,
    watch(asking) {
      const began = new Set<string>()
      watchers.add(began)
      return () => {
        watchers.delete(began)
        return [...began].find((runId) => runId !== asking) ?? beside(asking)
      }
    },
    sweep: () => undefined,
    began(runId) {
      for (const began of watchers) began.add(runId)
    },
  }
}
