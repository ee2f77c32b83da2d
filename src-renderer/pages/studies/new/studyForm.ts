import { createContext, useContext } from 'react'
import type { Path } from '../../new-run/model/tree.ts'
import type { StudyDraft } from './studyDraft.ts'

/** What every field of the form reaches for. */
export interface StudyForm extends Pick<StudyDraft, 'tree' | 'texts'> {
  /** undefined takes the field away. */
  readonly set: (path: Path, value: unknown) => void
  /** A part written as JSON: see partTexts.ts. */
  readonly typePart: (path: Path, text: string) => void
  readonly dropText: (path: Path) => void
}

export const StudyFormContext = createContext<StudyForm>({
  tree: {},
  texts: {},
  set: () => undefined,
  typePart: () => undefined,
  dropText: () => undefined,
})
export const useStudyForm = (): StudyForm => useContext(StudyFormContext)
