import { wordsOf } from '../../shared/errors.ts'
/** An error within a sentence. */
export const inWords = (error: unknown): string => wordsOf(error).replace(/\.$/, '')
