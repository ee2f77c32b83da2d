import { show, UserError } from '../errors.ts'

/**
 * What breaks a rule in a study, in one sentence, before anything is stored.
 * @param what "axis schedule.lrMax" · @param todo what to do next
 */
export function refusal(what: string, rule: string, received: unknown, todo: string): UserError {
  return new UserError(`While planning the study: ${what}: ${rule} (received ${show(received)}); ${todo}.`)
}

/** The reason in an error's sentence, without what was being done, for a sentence of which it is a part. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof UserError)) throw error
  return error.message.replace(/^While [^:]*: /, '').replace(/\.$/, '')
}
