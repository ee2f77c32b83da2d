import { TRPCClientError } from '@trpc/client'
import { z } from 'zod'
import { wordsOf } from '../../shared/errors.ts'

const answered = z.object({ code: z.string() })

/**
 * One sentence for people: a mistake of theirs in the host's own words; of anything else, what it means to them.
 * Never a stack.
 */
export function errorWords(error: unknown): string {
  if (error instanceof TRPCClientError) {
    const data = answered.safeParse(error.data)
    if (!data.success) return 'Anneal does not answer; is it still running?'
    if (data.data.code === 'BAD_REQUEST') return firstLine(error.message)
    return `Anneal failed inside: ${firstLine(error.message)}`
  }
  return firstLine(wordsOf(error))
}

/** Whether the host could not be reached, so that trying again may help. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof TRPCClientError && !answered.safeParse(error.data).success

const firstLine = (text: string): string => text.split('\n', 1)[0]?.trim() || 'No reason was given.'

/**
 * The field that a sentence of `parseOrExplain` speaks of, and what it says of it.
 * "While importing a data set: labels: must be fine (received 1)." → ["labels", "must be fine (received 1)."]
 */
export function fieldOf(sentence: string, fields: readonly string[]): readonly [string, string] | undefined {
  const [, name, rule] = /^While [^:]+: ([\w-]+)(?:\.[\w.-]+)?: (.+)$/s.exec(sentence) ?? []
  return name !== undefined && rule !== undefined && fields.includes(name) ? [name, rule] : undefined
}
