import type { StudyChange } from '../../shared/api/studies.ts'
import type { StoreReads } from '../store/types.ts'
import { findNamed } from './findNamed.ts'
import { moment } from './format.ts'

/** The study a user speaks of. @throws UserError when no study or more than one is meant */
export function findStudy(read: StoreReads, given: string): StudyChange {
  const { id } = findNamed(given, {
    what: 'study',
    byId: (prefix) => read.study(prefix).study,
    candidates: () => read.studies(),
    describe: (study) => `${study.id} (${study.name}, ${study.status}, ${moment(study.createdAt)})`,
    names: () => read.studies().map(({ name }) => name),
  })
  return read.study(id)
}
