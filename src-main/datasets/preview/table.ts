import { basename } from 'node:path'
import { guessLabel } from '../../../shared/data/guessLabel.ts'
import type { CsvOptions } from '../../../shared/data/importOptions.ts'
import {
  type Amount,
  type BrokenPlace,
  type ClassCount,
  type DataPreview,
  mostBrokenShown,
  mostColumnsShown,
  type PreviewOf,
} from '../../../shared/data/preview.ts'
import { UserError } from '../../../shared/errors.ts'
import { raggedWords, readRows } from '../importers/csv.ts'
import { createSurvey, type Survey } from '../importers/csvColumns.ts'
import { positions } from '../importers/csvFacts.ts'
import { type CsvRow, columnNames, tidy } from '../importers/csvLayout.ts'
import { previewCsv } from '../importers/csvPreview.ts'
import { peek } from '../userPaths.ts'
import { type ColumnTally, createColumnTally, mostValues } from './columns.ts'
import { createPace, type LookBounds } from './look.ts'

/** Rows shown as they are, and characters of a cell. */
const rowsShown = 5
const cellLength = 40

/**
 * A CSV table before its import. Rows that the import would refuse are counted and listed; what it would say to all that was
 * read is asked of its own survey.
 */
export async function* lookAtTable(
  options: PreviewOf<'csv'>,
  bounds: LookBounds,
): AsyncGenerator<DataPreview, void, undefined> {
  const files = options.testPath === undefined ? [options.path] : [options.path, options.testPath]
  const sizes = await Promise.all(files.map(async (file) => (await peek(file, 0)).size))
  const total = sizes.reduce((a, b) => a + b, 0)
  const label = await labelOf(options)
  const tally = createTableTally(options, label)
  const isDue = createPace()
  let read = 0
  for (const [i, file] of files.entries()) {
    const part = i === 0 ? 'train' : 'test'
    tally.startFile(basename(file), part)
    let ofFile = 0
    let rows = 0
    const advance = (bytes: number): void => {
      ofFile += bytes
      read += bytes
    }
    try {
      for await (const row of readRows(file, options, advance, true)) {
        if (rows >= bounds.rows + Number(options.header) || ofFile > bounds.bytes) {
          tally.leave()
          break
        }
        tally.add(row)
        rows += 1
        if (rows % 1000 === 0 && isDue()) yield tally.preview({ done: Math.min(read, total), total })
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      tally.refuse(error.message)
      break
    }
  }
  yield tally.finish({ done: Math.min(read, total), total })
}

interface Label {
  readonly column: string | number
  readonly reason: string | null
}

async function labelOf(options: PreviewOf<'csv'>): Promise<Label | undefined> {
  if (options.label !== undefined) return { column: options.label, reason: null }
  return guessLabel(await previewCsv(options.path, options, true))
}

type Progress = Pick<DataPreview['progress'], 'done' | 'total'>

/** Everything that is counted of a table, over its files. */
function createTableTally(options: PreviewOf<'csv'>, label: Label | undefined) {
  const survey = createTolerantSurvey(options, label)
  const rows = { train: 0, test: 0 }
  const first: string[][] = []
  const broken: BrokenPlace[] = []
  let brokenCount = 0
  let part: 'train' | 'test' = 'train'
  let file = ''
  let atHeader = true
  let names: string[] | undefined
  let columns: ColumnTally[] = []
  let labelAt = -1
  const classes = new Map<string, { train: number; test: number }>()
  let areClassesMany = false
  let isCut = false
  const noteLabel = (text: string): void => {
    const own = classes.get(text) ?? { train: 0, test: 0 }
    own[part] += 1
    if (classes.size < mostValues || classes.has(text)) classes.set(text, own)
    else areClassesMany = true
  }
  const noteBroken = ({ line, cells }: CsvRow): void => {
    brokenCount += 1
    if (broken.length < mostBrokenShown)
      broken.push({
        place: `${part === 'test' ? `${file}, ` : ''}line ${line}`,
        why: raggedWords(cells.length),
      })
    survey.refuse(
      `While reading ${file}: line ${line} has ${raggedWords(cells.length)}; give every row the same columns.`,
    )
  }
  const preview = (progress: Progress, isWhole = false): DataPreview => {
    const shown = (names ?? []).slice(0, mostColumnsShown)
    const isRead = isWhole && !isCut
    const named = names?.[labelAt]
    return {
      format: 'csv',
      isWhole: isRead,
      seen: { count: rows.train + rows.test, unit: 'row' },
      progress: { ...progress, unit: 'byte' },
      train: amountOf(rows.train, isRead || (part === 'test' && !wasTrainCut)),
      test: options.testPath === undefined ? null : amountOf(rows.test, isRead),
      images: null,
      table: {
        columns: shown.map((name, c) =>
          (columns[c] ?? createColumnTally()).facts(
            name,
            c === labelAt ? 'class' : 'feature',
            isCode(options, name, c),
          ),
        ),
        columnCount: names?.length ?? 0,
        rows: first.map((cells) => cells.slice(0, mostColumnsShown)),
        label: named === undefined ? null : { column: named, reason: label?.reason ?? null },
      },
      classes: areClassesMany ? [] : classCounts(classes),
      classesOf: isRead ? 'all' : 'seen',
      broken: { shown: broken, total: amountOf(brokenCount, isRead), canSkip: false },
      refusal: survey.refusal(),
    }
  }
  let wasTrainCut = false
  return {
    startFile(name: string, of: 'train' | 'test') {
      file = name
      part = of
      atHeader = options.header
      survey.startFile(name)
    },
    add(row: CsvRow) {
      const { cells } = row
      if (names === undefined) {
        names = columnNames(cells, options.header)
        columns = names.map(createColumnTally)
        labelAt = label === undefined ? -1 : positionOf(names, label.column)
      }
      const isHeader = atHeader
      atHeader = false
      if (cells.length !== names.length) return noteBroken(row)
      survey.add(row)
      if (isHeader) return
      rows[part] += 1
      if (part === 'train' && first.length < rowsShown) first.push(cells.map((cell) => shortened(tidy(cell))))
      for (const [c, cell] of cells.entries()) {
        const text = tidy(cell)
        columns[c]?.add(text)
        if (c === labelAt && text !== '') noteLabel(text)
      }
    },
    /** What follows in this file is not looked at. */
    leave() {
      isCut = true
      if (part === 'train') wasTrainCut = true
    },
    refuse(words: string) {
      isCut = true
      if (part === 'train') wasTrainCut = true
      survey.refuse(words)
    },
    preview,
    finish(progress: Progress): DataPreview {
      if (!isCut) survey.finish()
      return preview(progress, true)
    },
  }
}

/** The import's own survey, which stops at the first thing it refuses; here the look goes on. */
function createTolerantSurvey(options: PreviewOf<'csv'>, label: Label | undefined) {
  let survey: Survey | undefined =
    label === undefined ? undefined : createSurvey({ ...options, label: label.column } satisfies CsvOptions)
  let refusal: string | null = null
  const refuse = (words: string): void => {
    refusal ??= words
    survey = undefined
  }
  const ask = (what: (survey: Survey) => void): void => {
    if (survey === undefined) return
    try {
      what(survey)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      refuse(error.message)
    }
  }
  return {
    startFile: (name: string) => ask((each) => each.startFile(name)),
    add: (row: CsvRow) => ask((each) => each.add(row)),
    finish: () => ask((each) => void each.finish()),
    refuse,
    refusal: () => refusal,
  }
}

/** As the import counts positions; -1 where there is none, of which the survey tells. */
function positionOf(names: readonly string[], wanted: string | number): number {
  const named = typeof wanted === 'string' ? names.indexOf(tidy(wanted)) : -1
  if (named >= 0) return named
  const position = /^\d+$/.test(String(wanted)) ? Number(wanted) : -1
  return position < names.length ? position : -1
}

const isCode = ({ categorical }: PreviewOf<'csv'>, name: string, position: number): boolean =>
  categorical.some((each) => each === name || String(each) === String(position))

function classCounts(classes: ReadonlyMap<string, { train: number; test: number }>): ClassCount[] {
  const order = positions(new Map([...classes].map(([name, own]) => [name, own.train + own.test])))
  return [...order.keys()].map((name) => ({
    name,
    train: classes.get(name)?.train ?? 0,
    test: classes.get(name)?.test ?? 0,
    pictures: [],
  }))
}

const amountOf = (count: number, isAll: boolean): Amount => ({ count, is: isAll ? 'exact' : 'atLeast' })

const shortened = (text: string): string =>
  text.length > cellLength ? `${text.slice(0, cellLength - 1)}…` : text
