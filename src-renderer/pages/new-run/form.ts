import { createContext, useContext } from 'react'
import type { Problems } from './model/fields.ts'
import type { Path } from './model/tree.ts'

/** What every field of the form reaches for. Its functions stay the same; `problems` only changes with what is wrong. */
export interface Form {
  /** undefined takes the field away. */
  readonly set: (path: Path, value: unknown) => void
  /** For what is made of the old value, so that who changes it need not be drawn anew with it. */
  readonly update: (path: Path, next: (old: unknown) => unknown) => void
  /** A drag begins or ends: what it changes is undone as one. */
  readonly gesture: (begins: boolean) => void
  readonly problems: Problems
}

export const FormContext = createContext<Form>({
  set: () => undefined,
  update: () => undefined,
  gesture: () => undefined,
  problems: {},
})
export const useForm = (): Form => useContext(FormContext)
