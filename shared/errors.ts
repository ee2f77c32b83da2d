import type { z } from 'zod'

/**
 * A mistake in what the user gave us. The message is one sentence a person can act on: what was being done, which
 * rule failed, the value received, what to do next. Doors print it without a stack and exit with status 2.
 */
export class UserError extends Error {
  override readonly name = 'UserError'
}

/** The value as a short piece of text for an error sentence. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = asJson(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // Nested too deep for the stack, or cyclic.
    return Object.prototype.toString.call(value)
  }
}

/**
 * Parses `input` with `schema`; the first failed rule becomes one sentence naming the field, the rule and the value.
 * @throws UserError, its message beginning with `doing` ("reading the run spec")
 */
export function parseOrExplain<T>(schema: z.ZodType<T>, input: unknown, doing: string): T {
  const result = schema.safeParse(input, { reportInput: true })
  if (result.success) return result.data
  const [issue] = result.error.issues
  if (issue === undefined) throw new UserError(`While ${doing}: the value ${show(input)} was refused.`)
  const field = issue.path.length > 0 ? issue.path.map(String).join('.') : 'the whole value'
  // What zod says where a schema has no words of its own; the value received is named anyway.
  const rule = issue.message.replace(/^Invalid input: expected (\S+), received .*$/s, 'must be of type $1')
  throw new UserError(`While ${doing}: ${field}: ${rule} (received ${show(valueAt(input, issue.path))}).`)
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, key)
  }
  return value
}
