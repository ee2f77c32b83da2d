/** An error within a sentence. */
export const inWords = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
