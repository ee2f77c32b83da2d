import { show, UserError } from '../../shared/errors.ts'
import type { EnsembleRecord, StoreReads } from '../store/types.ts'
import { findNamed } from './findNamed.ts'
import { moment } from './format.ts'

/** The saved ensemble a user speaks of, by its name or its number. @throws UserError when none or more than one is meant */
export function findEnsemble(read: StoreReads, given: string): EnsembleRecord {
  const kept = read.ensembles()
  const named = kept.map((ensemble) => ({ id: `${ensemble.id}`, name: ensemble.name, ensemble }))
  return findNamed(given, {
    what: 'ensemble',
    byId(id) {
      const found = named.find((each) => each.id === id.trim())
      if (found !== undefined) return found
      throw new UserError(
        `While looking for ensemble ${show(given)}: none of the ${kept.length} that were kept has this number.`,
      )
    },
    candidates: (text) => named.filter(({ id, name }) => id === text || name === text),
    describe: ({ id, name, ensemble }) => `${id} (${name}, ${moment(ensemble.createdAt)})`,
    names: () => named.map(({ name }) => name),
  }).ensemble
}
