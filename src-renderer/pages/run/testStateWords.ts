import type { RunSummary } from '../../../shared/api/runs.ts'
import { count } from '../../format/format.ts'
import { type StateWords, stateWords } from './stateWords.ts'

/**
 * What is to be known of a range test that did not come to its end. It is not resumed: another one is as short, and what was
 * measured stands.
 */
export function testStateWords(
  run: RunSummary,
  around: Parameters<typeof stateWords>[1],
): StateWords | undefined {
  const { status, stepsDone, totalSteps } = run
  const measured =
    stepsDone === 0
      ? 'Nothing was measured; start another test.'
      : `What was measured in ${count(stepsDone)} of ${count(totalSteps)} steps stands; start another test to see the rest.`
  const reason = run.reason === null ? '' : `${run.reason} `
  switch (status) {
    // The header tells how it ended.
    case 'completed':
    case 'stopped':
      return undefined
    case 'interrupted':
      return { tone: 'attention', title: 'Interrupted', text: `${reason}${measured}`, actions: [] }
    case 'failed':
      return { tone: 'failure', title: 'Failed', text: `${reason}${measured}`, actions: [] }
    default:
      return stateWords(run, around)
  }
}
