import { show, UserError } from '../errors.ts'

/**
 * What breaks a rule in a study, in one sentence, before anything is stored.
 * @param what "axis schedule.lrMax" · @param todo what to do next
 */
export function refusal(what: string, rule: string, received: unknown, todo: string): UserError {
  // A rule that another sentence was about has the value that broke it.
  const told =
    rule.endsWith(')') && rule.includes('(received ') ? rule : `${rule} (received ${show(received)})`
  return new UserError(`While planning the study: ${what}: ${told}; ${todo}.`)
}

/** The reason in an error's sentence, without what was being done and what to do next. */
export const reasonOf = (error: unknown): string => partsOf(error).reason

/** What to do next, as an error's sentence says it; undefined where it says nothing. */
export const adviceOf = (error: unknown): string | undefined => partsOf(error).advice

function partsOf(error: unknown): { readonly reason: string; readonly advice: string | undefined } {
  if (!(error instanceof UserError)) throw error
  const rest = error.message.replace(/^While [^:]*: /, '').replace(/\.$/, '')
  const [, reason = rest, advice] = /^(.*); ([^;]*)$/s.exec(rest) ?? []
  return { reason, advice }
}
