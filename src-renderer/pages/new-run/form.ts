import { createContext, useContext } from 'react'
import type { Problems } from './model/fields.ts'
import type { Path } from './model/tree.ts'

/** What every field of the form reaches for. Its functions stay the same; `problems` only changes with what is wrong. */
export interface Form {
  /** undefined takes the field away. */
  readonly set: (path: Path, value: unknown) => void
  readonly problems: Problems
}

export const FormContext = createContext<Form>({ set: () => undefined, problems: {} })
export const useForm = (): Form => useContext(FormContext)
