import {
  type Amount,
  type BrokenPlace,
  type ClassCount,
  type DataPreview,
  mostBrokenShown,
  mostColumnsShown,
  type PreviewOptions,
} from '../../../shared/data/preview.ts'
import { raggedWords } from '../importers/csv.ts'
import { positions } from '../importers/csvFacts.ts'
import { type CsvRow, columnNames, tidy } from '../importers/csvLayout.ts'
import type { TableSource } from '../importers/table.ts'
import { type ColumnTally, createColumnTally, mostValues } from './columns.ts'
import { createPixelPictures } from './pixelPictures.ts'
import type { TableLook } from './tableLook.ts'
import { createTolerantSurvey } from './tableSurvey.ts'

/** Rows shown as they are, and characters of a cell. */
const rowsShown = 5
const cellLength = 40

type Progress = Pick<DataPreview['progress'], 'done' | 'total'>

/** The columns, once the first line has told them. */
interface Columns {
  readonly names: readonly string[]
  readonly tallies: readonly ColumnTally[]
  /** Positions: −1 where the class is open, or no column is called so. */
  readonly label: number
  readonly left: ReadonlySet<number>
  readonly codes: ReadonlySet<number>
  readonly pixels: ReturnType<typeof createPixelPictures> | undefined
}

/** Everything that is counted of a table, over its files. */
export function createTableTally(
  format: PreviewOptions['format'],
  { place, files, unit }: TableSource,
  options: TableLook,
) {
  const survey = createTolerantSurvey(options, place)
  const rows = { train: 0, test: 0 }
  const first: string[][] = []
  const broken: BrokenPlace[] = []
  const classes = new Map<string, { train: number; test: number }>()
  let brokenCount = 0
  let part: 'train' | 'test' = 'train'
  let file = ''
  let atHeader = true
  let columns: Columns | undefined
  let areClassesMany = false
  let isCut = false
  let wasTrainCut = false
  const noteClass = (name: string): void => {
    const own = classes.get(name) ?? { train: 0, test: 0 }
    own[part] += 1
    if (classes.has(name) || classes.size < mostValues) classes.set(name, own)
    else areClassesMany = true
  }
  const noteBroken = ({ line, cells }: CsvRow): void => {
    brokenCount += 1
    const why = `has ${raggedWords(cells.length)}`
    const where = place(line)
    if (broken.length < mostBrokenShown)
      broken.push({ place: part === 'test' ? `${file}, ${where}` : where, why })
    survey.refuse(`While reading ${file}: ${where} ${why}; give every row the same columns.`)
  }
  const leave = (): void => {
    isCut = true
    if (part === 'train') wasTrainCut = true
  }
  const preview = async (progress: Progress, isWhole = false): Promise<DataPreview> => {
    const pictures = (await columns?.pixels?.pictures()) ?? new Map<string, string[]>()
    const isTrainRead = isWhole ? !wasTrainCut : part === 'test' && !wasTrainCut
    return {
      format,
      isWhole,
      seen: { count: rows.train + rows.test, unit: 'row' },
      progress: { ...progress, unit: unit === 'bytes' ? 'byte' : 'row' },
      train: amountOf(rows.train, isTrainRead),
      test: files.length < 2 ? null : amountOf(rows.test, isWhole),
      images: columns?.pixels?.facts(rows.train + rows.test) ?? null,
      table: tableFacts(columns, first, options),
      classes: areClassesMany ? [] : classCounts(classes, pictures),
      classesOf: isWhole ? 'all' : 'seen',
      broken: { shown: broken, total: amountOf(brokenCount, isWhole), canSkip: false },
      refusal: survey.refusal(),
    }
  }
  return {
    startFile(name: string, of: 'train' | 'test') {
      file = name
      part = of
      atHeader = options.header
      survey.startFile(name)
    },
    add(row: CsvRow) {
      const { cells } = row
      columns ??= columnsOf(cells, options)
      const isHeader = atHeader
      atHeader = false
      if (cells.length !== columns.names.length) return noteBroken(row)
      survey.add(row)
      if (isHeader) return
      rows[part] += 1
      if (part === 'train' && first.length < rowsShown) first.push(cells.map((cell) => shortened(tidy(cell))))
      for (const [c, cell] of cells.entries()) columns.tallies[c]?.add(tidy(cell))
      const label = tidy(cells[columns.label] ?? '')
      if (label === '') return
      noteClass(label)
      columns.pixels?.add(row, label)
    },
    /** What follows in this file is not looked at. */
    leave,
    /** Nothing can be read after this. */
    refuse(words: string) {
      leave()
      survey.refuse(words)
    },
    preview,
    finish(progress: Progress): Promise<DataPreview> {
      if (!isCut) survey.finish()
      return preview(progress, !isCut)
    },
  }
}

function columnsOf(cells: readonly string[], options: TableLook): Columns {
  const names = columnNames(cells, options.header)
  const at = (wanted: string | number) => positionOf(names, wanted)
  const label = options.label === undefined ? -1 : at(options.label.column)
  const left = new Set(options.without.map(at))
  const kept = [...names.keys()].filter((c) => c !== label && !left.has(c))
  return {
    ...{ names, label, left },
    tallies: names.map(createColumnTally),
    codes: new Set(options.categorical.map(at)),
    pixels:
      options.as === 'images'
        ? createPixelPictures(
            options,
            kept,
            kept.map((c) => names[c] ?? ''),
          )
        : undefined,
  }
}

/** As the import counts positions; −1 where there is none, of which its survey tells. */
function positionOf(names: readonly string[], wanted: string | number): number {
  const named = typeof wanted === 'string' ? names.indexOf(tidy(wanted)) : -1
  if (named >= 0) return named
  const position = /^\d+$/.test(String(wanted)) ? Number(wanted) : -1
  return position < names.length ? position : -1
}

function tableFacts(
  columns: Columns | undefined,
  first: readonly string[][],
  { label }: TableLook,
): DataPreview['table'] {
  if (columns === undefined) return { columns: [], columnCount: 0, rows: [], label: null }
  const { names, tallies, left, codes } = columns
  const named = names[columns.label]
  return {
    columns: tallies
      .slice(0, mostColumnsShown)
      .map((tally, c) =>
        tally.facts(
          names[c] ?? '',
          c === columns.label ? 'class' : left.has(c) ? 'left out' : 'feature',
          codes.has(c),
        ),
      ),
    columnCount: names.length,
    rows: first.map((cells) => cells.slice(0, mostColumnsShown)),
    label: named === undefined ? null : { column: named, reason: label?.reason ?? null },
  }
}

function classCounts(
  classes: ReadonlyMap<string, { train: number; test: number }>,
  pictures: ReadonlyMap<string, string[]>,
): ClassCount[] {
  const order = positions(new Map([...classes].map(([name, own]) => [name, own.train + own.test])))
  return [...order.keys()].map((name) => ({
    name,
    ...(classes.get(name) ?? { train: 0, test: 0 }),
    pictures: pictures.get(name) ?? [],
  }))
}

const amountOf = (count: number, isAll: boolean): Amount => ({ count, is: isAll ? 'exact' : 'atLeast' })

const shortened = (text: string): string =>
  text.length > cellLength ? `${text.slice(0, cellLength - 1)}…` : text
