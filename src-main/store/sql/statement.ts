import { UserError } from '../../../shared/errors.ts'

const readingWords = ['SELECT', 'WITH', 'VALUES', 'EXPLAIN'] as const
const gap = /^(?:\s|\uFEFF|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/

/**
 * Looks at the word that a statement begins with: ATTACH, VACUUM INTO and PRAGMA count as reading for SQLite, though they open,
 * write or change something.
 * @throws UserError unless it is one of those that only read
 */
export function refuseOtherStatements(sql: string): void {
  const text = sql.replace(gap, '')
  if (text === '') throw new UserError('While reading SQL: there is no statement; begin with SELECT.')
  if (text.includes('\0'))
    throw new UserError('While reading SQL: there is a NUL character in it; leave it out.')
  const word = /^\w+/.exec(text)?.[0].toUpperCase() ?? text.charAt(0)
  if (readingWords.some((known) => known === word)) return
  throw new UserError(
    `While reading SQL: a statement must begin with ${readingWords.join(', ')}, but this one begins with ${word}; the lab can only be read here.`,
  )
}
