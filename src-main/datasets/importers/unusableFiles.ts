import { basename, relative } from 'node:path'
import { skipHint } from '../../../shared/data/importOptions.ts'
import { UserError } from '../../../shared/errors.ts'
import { counted } from '../words.ts'

/** A file of an image folder that cannot be imported. */
export class UnusableFile extends Error {
  override readonly name = 'UnusableFile'
  readonly path: string

  /** @param why "the image is damaged or cut short" */
  constructor(path: string, why: string, options?: ErrorOptions) {
    super(why, options)
    this.path = path
  }
}

/** So many are named; of the rest the number is told. */
const mostNamed = 10

/** The refusal of an import because of these files, one or more. */
export function refusalOf(root: string, [first, ...more]: readonly UnusableFile[]): UserError {
  if (first !== undefined && more.length === 0)
    return new UserError(
      `While importing ${first.path}: ${first.message}; replace it, take it out of the folder, or import without it ${skipHint}.`,
      { cause: first },
    )
  const all = first === undefined ? [] : [first, ...more]
  return new UserError(
    `While importing ${basename(root)}: ${counted(all.length, 'file')} cannot be used: ${named(root, all)}; replace them, take them out of the folder, or import without them ${skipHint}.`,
  )
}

/** What was left out, for the person who asked for it; undefined when nothing was. */
export function leftOutNote(root: string, unusable: readonly UnusableFile[]): string | undefined {
  if (unusable.length === 0) return undefined
  const were = unusable.length === 1 ? 'was' : 'were'
  return `${counted(unusable.length, 'file')} ${were} left out: ${named(root, unusable)}.`
}

/** By reason, because a hundred files mostly have one: "a/1.png, a/2.png and 98 more (the image is damaged)". */
function named(root: string, unusable: readonly UnusableFile[]): string {
  let left = mostNamed
  return [...Map.groupBy(unusable, ({ message }) => message)]
    .map(([why, files]) => {
      // Each reason has one file at least.
      const shown = files.slice(0, Math.max(1, left))
      left -= shown.length
      const rest = files.length - shown.length
      const names = shown.map(({ path }) => relative(root, path)).join(', ')
      return `${names}${rest > 0 ? ` and ${rest} more` : ''} (${why})`
    })
    .join('; ')
}
