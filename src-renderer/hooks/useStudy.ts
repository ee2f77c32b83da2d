import type { StudyChange } from '../../shared/api/studies.ts'
import { api } from '../client.ts'
import { applyStudyChange, emptyStudyWatch, type StudyWatch } from './studyWatch.ts'
import { type Live, useWatch } from './useWatch.ts'

export interface LiveStudy extends StudyWatch, Live {}

const studies = {
  empty: emptyStudyWatch,
  subscribe: (id: string, listener: Parameters<typeof api.studies.watch.subscribe>[1]) =>
    api.studies.watch.subscribe({ id }, listener),
  apply: (watch: StudyWatch, change: StudyChange) => applyStudyChange(watch, change),
}

/** One study as its runs train. */
export const useStudy = (id: string): LiveStudy => useWatch<StudyWatch, StudyChange>(studies, id)
