import { count, counted, rate } from '../format/format.ts'
import type { Candidate } from './candidates.ts'

/**
 * What the members cost beside a single model: training up to the last member of each run, and a forward pass each.
 * "One run of 56 epochs paid for all 5 members (21,875 steps); predicting takes 5 forward passes instead of 1."
 * @param steps of training for all of them, a trunk that runs share counted once; null where that is not known
 */
export function costWords(members: readonly Candidate[], steps: number | null): string {
  if (steps === null)
    return `What they cost to train is unknown: another program trained some of them. Predicting takes ${counted(members.length, 'forward pass', 'forward passes')}.`
  const trained = new Map<string, number>()
  for (const { runId, epochs } of members) trained.set(runId, Math.max(epochs, trained.get(runId) ?? 0))
  const total = [...trained.values()].reduce((sum, epochs) => sum + epochs, 0)
  const epochs = `${rate(Number(total.toFixed(1)))} ${total === 1 ? 'epoch' : 'epochs'}`
  if (members.length < 2) return `Trained for ${epochs}; predicting takes one forward pass.`
  const paid =
    trained.size === 1
      ? `One run of ${epochs} paid for all ${count(members.length)} members`
      : `${counted(trained.size, 'run')} of ${epochs} together paid for the ${count(members.length)} members`
  return `${paid} (${counted(steps, 'step')}); predicting takes ${count(members.length)} forward passes instead of 1.`
}
