/** What is known of a column of a table from its first rows. */
export interface ColumnLook {
  readonly name: string
  /** Whether every cell that is not empty is a number. */
  readonly isNumeric: boolean
  /** How many different values its first rows have, and how many rows these are. */
  readonly different: number
  readonly rows: number
}

export interface LabelGuess {
  readonly column: string
  /** Why this one, to stand after "because": "it is called label". */
  readonly reason: string
}

/** Names of the class in data as they are published, the surest first. */
const likelyNames = [
  ['label', 'labels', 'class', 'target', 'category'],
  ['class_label', 'classlabel', 'target_class', 'label_name', 'class_name', 'classname', 'classes'],
  ['species', 'outcome', 'diagnosis', 'y'],
].flat()

/** A class has few values, each of them several times. */
const mostOfText = 50

/**
 * The column that is most likely the class: by its name, else the only column of words whose values repeat. A person
 * confirms it. @returns undefined where nothing speaks for one column more than for another
 */
export function guessLabel(columns: readonly ColumnLook[]): LabelGuess | undefined {
  if (columns.length < 2) return undefined
  const named = likelyNames
    .map((likely) => columns.find(({ name }) => name.toLowerCase() === likely))
    .find((found) => found !== undefined)
  if (named !== undefined) return { column: named.name, reason: `it is called ${named.name}` }
  const words = columns.filter(({ isNumeric }) => !isNumeric)
  const [only] = words
  if (only === undefined || words.length > 1) return undefined
  const repeats = only.different >= 2 && only.different <= mostOfText && only.different * 2 <= only.rows
  if (!repeats) return undefined
  return { column: only.name, reason: 'it is the only column of words, and its values repeat' }
}
