import { UserError } from '../../shared/errors.ts'
import type { EnsembleRecord, StoreReads } from '../store/types.ts'
import { findNamed } from './findNamed.ts'
import { moment } from './format.ts'

/** The saved ensemble a user speaks of, by its name or number. @throws UserError when none or more than one is meant */
export function findEnsemble(read: StoreReads, given: string): EnsembleRecord {
  const all = read
    .ensembles()
    .map((ensemble) => ({ ...ensemble, number: ensemble.id, id: String(ensemble.id) }))
  const { number } = findNamed(given, {
    what: 'ensemble',
    byId(id) {
      // A number names one whole ensemble, or none: 1 is no beginning of 12.
      const found = all.find((each) => each.id === id.trim())
      if (found !== undefined) return found
      throw new UserError(`While looking for ensemble ${given}: there is none; see "anneal ensembles list".`)
    },
    candidates: (text) => all.filter(({ id, name }) => name === text || id === text),
    describe: ({ id, name, createdAt }) => `${id} (${name}, ${moment(createdAt)})`,
    names: () => all.map(({ name }) => name),
  })
  const found = read.ensembles().find(({ id }) => id === number)
  if (found === undefined) throw new Error(`ensemble ${number} was there a moment ago`)
  return found
}
