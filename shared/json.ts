import { UserError } from './errors.ts'

/**
 * For JSON.stringify: NaN and the infinities as the texts "NaN", "Infinity" and "-Infinity". JSON has no such numbers, and
 * null would not tell them from what was never measured.
 */
export const keepNonFinite = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value

/** Levels of brackets that JSON from outside may have. */
const deepestJson = 200

/**
 * For JSON text before it is parsed: checking a value of thousands of levels would run out of stack. Brackets inside of
 * text count too: no harm at this many.
 * @param what as in "<what> is nested too deep" · @throws UserError
 */
export function refuseDeepNesting(text: string, what: string, doing: string): void {
  let depth = 0
  for (const character of text) {
    if (character === '[' || character === '{') depth += 1
    else if (character === ']' || character === '}') depth -= 1
    if (depth <= deepestJson) continue
    throw new UserError(
      `While ${doing}: ${what} is nested more than ${deepestJson} levels deep; write it flatter.`,
    )
  }
}
