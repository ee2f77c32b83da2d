import { count, counted, rate } from '../format/format.ts'
import type { Candidate } from './candidates.ts'

/**
 * What the members cost beside a single model: training up to the last member of each run, and a forward pass each.
 * "One run of 56 epochs paid for all 5 members; predicting takes 5 forward passes instead of 1."
 */
export function costWords(members: readonly Candidate[]): string {
  const trained = new Map<string, number>()
  for (const { runId, epochs } of members) trained.set(runId, Math.max(epochs, trained.get(runId) ?? 0))
  const total = [...trained.values()].reduce((sum, epochs) => sum + epochs, 0)
  const epochs = `${rate(Number(total.toFixed(1)))} ${total === 1 ? 'epoch' : 'epochs'}`
  if (members.length < 2) return `Trained for ${epochs}; predicting takes one forward pass.`
  const paid =
    trained.size === 1
      ? `One run of ${epochs} paid for all ${count(members.length)} members`
      : `${counted(trained.size, 'run')} of ${epochs} together paid for the ${count(members.length)} members`
  return `${paid}; predicting takes ${count(members.length)} forward passes instead of 1.`
}
