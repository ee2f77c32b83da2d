import { countText, thin } from '../numberText.ts'
import type { Amount, ColumnFacts, DataPreview, ImageFacts } from './preview.ts'

/* The numbers of a preview in words, the same in the window and on the command line. */

/** How a door writes whole numbers. */
type Count = (value: number) => string

export interface PreviewFact {
  readonly name: string
  readonly value: string
}

/** What a preview says of the data as a whole, a fact a line. */
export function previewFacts(preview: DataPreview, count: Count = countText): PreviewFact[] {
  const { table, images, train, test } = preview
  const noun = preview.seen.unit === 'row' ? 'Rows' : 'Images'
  const facts: PreviewFact[] = [{ name: noun, value: partsText(train, test, count) }]
  if (images !== null && images.looked > 0) facts.push({ name: 'Size', value: sizeText(images, count) })
  if (table !== null && table.columnCount > 0) {
    facts.push({ name: 'Columns', value: columnsText(table, count) })
    const missing = missingText(table.columns, count)
    if (missing !== undefined) facts.push({ name: 'Missing', value: missing })
    facts.push({ name: 'Class column', value: labelText(table.label) })
  }
  facts.push({ name: 'Classes', value: classesText(preview, count) })
  return facts
}

/** What the numbers are of: "all rows", "the first 20 000 rows". */
export function extentText(
  { isWhole, seen, progress, format }: DataPreview,
  count: Count = countText,
): string {
  const noun = seen.count === 1 ? seen.unit : `${seen.unit}s`
  if (format === 'images')
    return isWhole
      ? `Every file was opened (${count(seen.count)}).`
      : `Counted by the names of ${count(progress.total)} files, of which ${count(seen.count)} were opened so far.`
  if (format === 'idx' || format === 'cifar')
    return isWhole
      ? `Counted over all labels; every image was read (${count(seen.count)}).`
      : `Counted over all labels; of the images ${count(seen.count)} were read so far.`
  return isWhole
    ? `Counted over all ${count(seen.count)} ${noun}.`
    : `Of the first ${count(seen.count)} ${noun}.`
}

export const amountText = ({ count: n, is }: Amount, count: Count = countText): string =>
  `${is === 'exact' ? '' : is === 'atLeast' ? 'at least ' : 'at most '}${count(n)}`

function partsText(train: Amount, test: Amount | null, count: Count): string {
  const tests = test === null ? 'no test part of its own' : `${amountText(test, count)} for test`
  return `${amountText(train, count)} for training, ${tests}`
}

function sizeText(facts: ImageFacts, count: Count): string {
  const { sizes, differentSizes, looked, colour, deep, becomes } = facts
  const [first] = sizes
  const own =
    differentSizes === 1 && first !== undefined
      ? pixels(first)
      : `${count(differentSizes)} sizes, from ${range(facts.leastHeight, facts.greatestHeight)} high and ${range(facts.leastWidth, facts.greatestWidth)} wide`
  const colours =
    colour === 0 ? 'grey' : colour === looked ? 'colour' : `${count(colour)} of ${count(looked)} in colour`
  const bits = deep === 0 ? '' : `, 16 bits in ${deep === looked ? 'each' : count(deep)}`
  const then =
    becomes?.isScaled === true
      ? `; scaled to ${pixels(becomes)}, ${becomes.channels === 3 ? 'colour' : 'grey'}`
      : ''
  return `${own}, ${colours}${bits}${then}`
}

const range = (least: number, greatest: number): string =>
  least === greatest ? String(least) : `${least} to ${greatest}`

const pixels = ({ height, width }: { readonly height: number; readonly width: number }): string =>
  `${height}${thin}×${thin}${width} pixels`

const kindWords: Readonly<Record<ColumnFacts['kind'], string>> = {
  numbers: 'of numbers',
  words: 'of words',
  codes: 'of codes',
  mixed: 'of numbers and words mixed',
  empty: 'empty',
}

function columnsText({ columns, columnCount }: NonNullable<DataPreview['table']>, count: Count): string {
  const features = columns.filter(({ role }) => role === 'feature')
  const kinds = (['numbers', 'words', 'codes', 'mixed', 'empty'] as const).flatMap((kind) => {
    const n = features.filter((column) => column.kind === kind).length
    return n === 0 ? [] : [`${count(n)} ${kindWords[kind]}`]
  })
  const left = columns.filter(({ role }) => role === 'left out').length
  const more = columnCount - columns.length
  const parts = [
    ...kinds,
    ...(left === 0 ? [] : [`${count(left)} left out`]),
    ...(columns.some(({ role }) => role === 'class') ? ['the class'] : []),
  ]
  const of = more > 0 ? `; of the first ${count(columns.length)}: ` : ': '
  return `${count(columnCount)}${of}${parts.join(', ')}`
}

const mostNamed = 5

function missingText(columns: readonly ColumnFacts[], count: Count): string | undefined {
  const lacking = columns.filter(({ missing, role }) => missing > 0 && role !== 'left out')
  if (lacking.length === 0) return undefined
  const shown = lacking.slice(0, mostNamed).map(({ name, missing }) => `${name} ${count(missing)}`)
  const more = lacking.length - shown.length
  return `cells without a value: ${shown.join(', ')}${more > 0 ? ` and ${count(more)} more columns` : ''}`
}

function labelText(label: NonNullable<DataPreview['table']>['label']): string {
  if (label === null) return 'not chosen yet: nothing speaks for one column more than for another'
  return label.reason === null ? label.column : `${label.column}, guessed because ${label.reason}`
}

function classesText({ classes, classesOf, table, seen }: DataPreview, count: Count): string {
  if (classes.length === 0)
    return table !== null && table.label === null
      ? 'not known before their column is'
      : 'none that can be told'
  const sums = classes.map(({ train, test }) => train + test)
  const [least, greatest] = [Math.min(...sums), Math.max(...sums)]
  const each =
    least === greatest ? `${count(least)} in each` : `${count(least)} to ${count(greatest)} in a class`
  const of = {
    all: '',
    seen: `, in the first ${count(seen.count)} ${seen.unit}s`,
    files: ', counted by the names of their files',
  }[classesOf]
  return `${count(classes.length)}, ${each}${of}`
}

/** "2 files cannot be used"; undefined where nothing broken was met. */
export function brokenText(
  { broken: { total }, seen }: DataPreview,
  count: Count = countText,
): string | undefined {
  if (total.count === 0) return undefined
  const noun = seen.unit === 'row' ? 'row' : 'file'
  return `${amountText(total, count)} ${noun}${total.count === 1 ? '' : 's'} cannot be used`
}
