import type { SqlAnswer } from '../../../shared/api/sql.ts'
import { api } from '../../client.ts'

export interface SqlAsked {
  readonly sql: string
  readonly seconds: number
}

export type Asked =
  | { readonly state: 'none' | 'cancelled' }
  | { readonly state: 'running'; readonly since: number }
  | { readonly state: 'answered'; readonly answer: SqlAnswer; readonly question: SqlAsked }
  | { readonly state: 'failed'; readonly error: unknown }

/** Asks once. @returns cancels it: its process ends */
export function askOnce(sql: string, seconds: number, tell: (asked: Asked) => void): () => void {
  let answered = false
  tell({ state: 'running', since: Date.now() })
  const subscription = api.sql.ask.subscribe(
    { sql, seconds },
    {
      onData(answer) {
        answered = true
        tell({ state: 'answered', answer, question: { sql, seconds } })
        subscription.unsubscribe()
      },
      onError(error) {
        if (!answered) tell({ state: 'failed', error })
      },
    },
  )
  return () => {
    if (answered) return
    answered = true
    subscription.unsubscribe()
    tell({ state: 'cancelled' })
  }
}

const place = 'anneal-sql-history'
const kept = 30

/** Statements that were asked here, the newest first. */
export function statementsAsked(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(place) ?? '[]')
    return Array.isArray(stored) ? stored.filter((item) => typeof item === 'string').slice(0, kept) : []
  } catch {
    return []
  }
}

export function keepStatement(sql: string): string[] {
  const list = [sql, ...statementsAsked().filter((other) => other !== sql)].slice(0, kept)
  try {
    localStorage.setItem(place, JSON.stringify(list))
  } catch {
    // Where the browser keeps nothing, the list lasts as long as the page.
  }
  return list
}
