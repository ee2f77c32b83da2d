import type { RunSummary } from '../../shared/api/runs.ts'

/** The runs that wait, the next to be started first. */
export function queueOf(runs: readonly RunSummary[]): RunSummary[] {
  const place = ({ queuePlace }: RunSummary): number => queuePlace ?? Number.POSITIVE_INFINITY
  return runs
    .filter(({ status }) => status === 'queued')
    .sort((a, b) => place(a) - place(b) || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
}
