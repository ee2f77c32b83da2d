import { workerName } from '../../../shared/worker/placement.ts'

/** What is wrong with the name of a new worker; undefined: nothing. */
export function nameProblem(text: string): string | undefined {
  const name = text.trim()
  if (name === '') return 'Give it a name.'
  const [issue] = workerName.safeParse(name).error?.issues ?? []
  return issue === undefined ? undefined : `It ${issue.message}.`
}
