import { useMemo } from 'react'
import type { RunSummary } from '../../shared/api/runs.ts'
import { type Candidate, candidatesOf } from './candidates.ts'

/** The candidates of some runs: the same array until one comes, goes or is renamed, though a run in training changes at every moment. */
export function useCandidates(runs: readonly RunSummary[]): readonly Candidate[] {
  const now = candidatesOf(runs)
  const signature = JSON.stringify(now)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature is all there is in `now`
  return useMemo(() => now, [signature])
}
