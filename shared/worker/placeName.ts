import type { RunInfo } from '../api/runs.ts'
import type { Placement } from './placement.ts'

/**
 * Where a run trains or trained, in a word or two: "here", "gpu-box", "any worker", "Slurm", "another program"; of a run that
 * waits for one worker, only that it is one.
 */
export function placeName({ kind, place }: Pick<RunInfo, 'kind' | 'place'>): string {
  if (kind === 'elsewhere') return 'another program'
  if (place === null) return 'here'
  return place.worker?.name ?? placementShort(place.placement)
}

export const placementShort = ({ at }: Placement): string =>
  at === 'slurm' ? 'Slurm' : at === 'anyWorker' ? 'any worker' : 'a worker'
