import type { RunRecord, StoreReads } from '../store/types.ts'
import { findNamed } from './findNamed.ts'
import { moment } from './format.ts'

/** Runs whose names are looked through for one that was meant. */
const mostSearched = 1000

/** The run a user speaks of. @throws UserError when no run or more than one is meant */
export const findRun = (read: StoreReads, given: string): RunRecord =>
  findNamed(given, {
    what: 'run',
    byId: (id) => read.run(id),
    candidates: (text) => read.runs({ text }),
    describe: ({ id, name, status, createdAt }) => `${id} (${name}, ${status}, ${moment(createdAt)})`,
    names: () => read.runs({ limit: mostSearched }).map(({ name }) => name),
  })
