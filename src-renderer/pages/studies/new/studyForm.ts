import { createContext, useContext } from 'react'
import type { Path } from '../../new-run/model/tree.ts'

/** What every field of the form reaches for. */
export interface StudyForm {
  readonly tree: unknown
  /** undefined takes the field away. */
  readonly set: (path: Path, value: unknown) => void
}

export const StudyFormContext = createContext<StudyForm>({ tree: {}, set: () => undefined })
export const useStudyForm = (): StudyForm => useContext(StudyFormContext)
