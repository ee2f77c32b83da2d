import { held } from '../pages/data/import/held.ts'

export type ElsewhereDialog = 'log' | 'predictions'

/** Which of the two imports is open. */
export const elsewhereDialog = held<ElsewhereDialog | undefined>(undefined)
