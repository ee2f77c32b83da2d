import { held } from './held.ts'

/** Whether the import form stands beside the list. */
export const importPanel = held(false)
