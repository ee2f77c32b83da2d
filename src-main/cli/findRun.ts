import { didYouMean } from '../../shared/didYouMean.ts'
import { show, UserError } from '../../shared/errors.ts'
import type { RunRecord, StoreReads } from '../store/types.ts'
import { moment } from './format.ts'

/** Runs whose names are looked through for one that was meant. */
const mostSearched = 1000

/**
 * The run a user speaks of: by its name, or by its id or a beginning of it that no other run has. A whole id goes before
 * names.
 * @throws UserError when no run or more than one is meant
 */
export function findRun(read: StoreReads, given: string): RunRecord {
  const byId = tryToRead(read, given)
  if (byId instanceof UserError) {
    const [named, ...others] = runsNamed(read, given)
    if (named !== undefined && others.length === 0) return named
    throw named === undefined ? nothingFound(read, given, byId) : severalFound(given, [named, ...others])
  }
  if (byId.id === given.trim().toLowerCase()) return byId
  const others = runsNamed(read, given).filter(({ id }) => id !== byId.id)
  if (others.length > 0) throw severalFound(given, [byId, ...others])
  return byId
}

function tryToRead(read: StoreReads, given: string): RunRecord | UserError {
  try {
    return read.run(given)
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
}

const runsNamed = (read: StoreReads, name: string): RunRecord[] =>
  read.runs({ text: name }).filter((run) => run.name === name)

function severalFound(given: string, runs: readonly RunRecord[]): UserError {
  const listed = runs.map(
    ({ id, name, status, createdAt }) => `${id} (${name}, ${status}, ${moment(createdAt)})`,
  )
  return new UserError(
    `While looking for run ${show(given)}: more than one is meant, ${listed.join(', ')}; give the id of one.`,
  )
}

function nothingFound(read: StoreReads, given: string, byId: UserError): UserError {
  const names = read.runs({ limit: mostSearched }).map(({ name }) => name)
  return new UserError(
    `${byId.message.replace(/\.$/, '')}; no run is named so either${didYouMean(given, names)}.`,
  )
}
