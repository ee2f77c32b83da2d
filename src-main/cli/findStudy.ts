import type { StudyChange } from '../../shared/api/studies.ts'
import { didYouMean } from '../../shared/didYouMean.ts'
import { show, UserError } from '../../shared/errors.ts'
import type { StoreReads } from '../store/types.ts'

/**
 * The study a user speaks of: by its id or a beginning of it that no other has, or by its name.
 * @throws UserError when no study or more than one is meant
 */
export function findStudy(read: StoreReads, given: string): StudyChange {
  try {
    return read.study(given)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const studies = read.studies()
    const [named, ...others] = studies.filter(({ name }) => name === given)
    if (named !== undefined && others.length === 0) return read.study(named.id)
    if (named === undefined) {
      const names = studies.map(({ name }) => name)
      throw new UserError(
        `${error.message.replace(/\.$/, '')}; no study is named so either${didYouMean(given, names)}.`,
      )
    }
    const ids = [named, ...others].map(({ id }) => id).join(', ')
    throw new UserError(
      `While looking for study ${show(given)}: more than one has this name, ${ids}; give the id of one.`,
    )
  }
}
