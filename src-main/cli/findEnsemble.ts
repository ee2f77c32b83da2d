import { UserError } from '../../shared/errors.ts'
import type { EnsembleRecord, StoreReads } from '../store/types.ts'
import { findNamed } from './findNamed.ts'
import { moment } from './format.ts'

/** The saved ensemble a user speaks of, by its name or number. @throws UserError when none or more than one is meant */
export function findEnsemble(read: StoreReads, given: string): EnsembleRecord {
  const all = read.ensembles().map((ensemble) => ({ ensemble, id: String(ensemble.id), name: ensemble.name }))
  return findNamed(given, {
    what: 'ensemble',
    byId: (id) => {
      const found = all.find((each) => each.id === id)
      if (found !== undefined) return found
      throw new UserError(`While looking for ensemble ${given}: no ensemble has that number.`)
    },
    candidates: () => all.filter(({ id, name }) => name === given || id === given),
    describe: ({ id, ensemble }) => `${id} (${ensemble.name}, ${moment(ensemble.createdAt)})`,
    names: () => all.map(({ name }) => name),
  }).ensemble
}
