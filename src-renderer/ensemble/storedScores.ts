import { useMemo } from 'react'
import type { RunSummary } from '../../shared/api/runs.ts'

/** As they were measured when the snapshot was stored, 0..1. */
export interface StoredScores {
  readonly valAccuracy: number | null
  readonly testAccuracy: number | null
}

export type ScoresById = ReadonlyMap<number, StoredScores>

export function useStoredScores(runs: readonly RunSummary[]): ScoresById {
  return useMemo(
    () => new Map(runs.flatMap(({ snapshots }) => snapshots.map((snapshot) => [snapshot.id, snapshot]))),
    [runs],
  )
}
