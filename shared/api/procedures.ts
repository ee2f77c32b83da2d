import { initTRPC, TRPCError } from '@trpc/server'
import type { z } from 'zod'
import { parseOrExplain, UserError } from '../errors.ts'
import type { Services } from './services.ts'

// No stacks in answers, whatever NODE_ENV says.
const t = initTRPC.context<Services>().create({
  isDev: false,
  errorFormatter: ({ shape, error }) =>
    error.code === 'INTERNAL_SERVER_ERROR' ? { ...shape, message: ourFault(error.message) } : shape,
})

const ourFault = (words: string): string =>
  `Anneal itself failed here (${words.split('\n', 1)[0]?.slice(0, 200)}); where it was started there is more about it.`

export const router = t.router

/** A user's mistake is told in its own sentence; anything else is ours, and its details stay in the host's log. */
export const procedure = t.procedure.use(async ({ next }) => {
  const result = await next()
  if (result.ok) return result
  throw refusal(result.error.cause) ?? result.error
})

/** The same for what a subscription finds only while it goes on. */
export async function* refusing<T>(steps: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  try {
    yield* steps
  } catch (error) {
    throw refusal(error) ?? error
  }
}

function refusal(cause: unknown): TRPCError | undefined {
  if (!(cause instanceof UserError)) return undefined
  return new TRPCError({ code: 'BAD_REQUEST', message: cause.message, cause })
}

/** What tRPC takes as a parser with types of its own. */
interface Parser<In, Out> {
  readonly _input: In
  readonly _output: Out
  parse(raw: unknown): Out
}

/** Input of a procedure, refused in one sentence. @param doing as in "While <doing>: ..." */
export function input<Out, In>(schema: z.ZodType<Out, In>, doing: string): Parser<In, Out> {
  const parse = (raw: unknown): Out => parseOrExplain(schema, raw, doing)
  // Types alone: tRPC reads them from here and never touches the values.
  const types: Pick<Parser<In, Out>, '_input' | '_output'> = Object.create(null)
  return Object.assign(types, { parse })
}
