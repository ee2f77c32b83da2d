import type { DataPreview } from '../../../shared/data/preview.ts'

/** How far a look at data goes. */
export interface LookBounds {
  /** Rows of a table, each file for itself. */
  readonly rows: number
  /** Bytes of each file, or of the images that are opened. */
  readonly bytes: number
  /** Files of a folder of images that are opened. */
  readonly files: number
}

/** What is looked at before an answer, within a moment. */
export const firstLook: LookBounds = { rows: 20_000, bytes: 16 * 1024 ** 2, files: 200 }
export const wholeLook: LookBounds = {
  rows: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
  files: Number.POSITIVE_INFINITY,
}

/**
 * How one format is looked at before an import: previews that get ever more complete, the last of them as complete as the
 * bounds allow; none where a bounded look cannot tell anything. A new format needs one such function, and its place in index.ts.
 * @param scratch an empty folder, used by a look without bounds alone
 * @throws UserError where nothing can be told
 */
export type Look<Options> = (
  options: Options,
  bounds: LookBounds,
  scratch: string,
) => AsyncGenerator<DataPreview, void, undefined>

/** Milliseconds between two previews of a long look. */
const pace = 250

/** Says when it is time for the next preview. */
export function createPace(): () => boolean {
  let last = performance.now()
  return () => {
    const now = performance.now()
    if (now - last < pace) return false
    last = now
    return true
  }
}
