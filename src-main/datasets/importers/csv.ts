import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { CsvError, type Parser, parse } from 'csv-parse'
import type { CsvOptions, OnProgress } from '../../../shared/data/importOptions.ts'
import { UserError } from '../../../shared/errors.ts'
import { peek } from '../userPaths.ts'
import { counted } from '../words.ts'
import type { DatasetWriter } from '../writer.ts'
import { lineOf } from './csvFacts.ts'
import type { CsvRow } from './csvLayout.ts'
import { importRows } from './rows.ts'
import type { TableSource } from './table.ts'

/** Characters one row may have; garbage without line ends stops there. */
const MAX_ROW_CHARACTERS = 1 << 20

/** @throws UserError for anything wrong with the file, naming line and column */
export async function importCsv(
  options: CsvOptions,
  writer: DatasetWriter,
  onProgress: OnProgress,
): Promise<void> {
  const source = await csvSource(options)
  await importRows(source, options, writer, onProgress)
}

/**
 * The files of a CSV table.
 * @param mayBeRagged whether rows of another number of cells than the first come too
 */
export async function csvSource(
  options: Pick<CsvOptions, 'path' | 'testPath' | 'delimiter'>,
  mayBeRagged = false,
): Promise<TableSource> {
  const files = options.testPath === undefined ? [options.path] : [options.path, options.testPath]
  const sizes = await Promise.all(files.map(async (file) => (await peek(file, 0)).size))
  return {
    files: files.map((file) => ({
      name: basename(file),
      rows: (advance) => readRows(file, options, advance, mayBeRagged),
    })),
    total: sizes.reduce((a, b) => a + b, 0),
    unit: 'bytes',
    place: lineOf,
  }
}

/**
 * @param mayBeRagged whether rows of another number of cells than the first come too
 * @throws UserError when the file is no such table, at the row where that shows
 */
export async function* readRows(
  path: string,
  { delimiter }: Pick<CsvOptions, 'delimiter'>,
  advance: (bytes: number) => void,
  mayBeRagged = false,
): AsyncGenerator<CsvRow> {
  const name = basename(path)
  // Rows leave the parser a block of text at a time: one by one through its stream they took twice as long.
  let block: CsvRow[] = []
  const parser = parse({
    delimiter,
    bom: true,
    skip_empty_lines: true,
    relax_column_count: mayBeRagged,
    max_record_size: MAX_ROW_CHARACTERS,
    // Each of them ends a line, wherever it stands: tables are joined from files of different systems.
    record_delimiter: ['\r\n', '\n', '\r'],
    // A space may stand before a quote and after it.
    trim: true,
    on_record(cells: string[], { lines }) {
      block.push({ cells, line: lines })
      return null
    },
  })
  // A failure is told by what was written; nothing but its end is read from the stream.
  parser.on('error', () => undefined).resume()
  const rows = function* (): Generator<CsvRow> {
    const own = block
    block = []
    yield* own
  }
  try {
    for await (const text of decode(path, name, advance)) {
      const failure = await written(parser, text)
      yield* rows()
      if (failure !== undefined) throw failure
    }
    const failure = await written(parser)
    yield* rows()
    if (failure !== undefined) throw failure
  } catch (error) {
    if (error instanceof CsvError) throw explain(error, name)
    throw error
  } finally {
    parser.destroy()
  }
}

/** Waits until all of the text is parsed, or the rest where there is no more. @returns what it was refused for */
function written(parser: Parser, text?: string): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const done = (error?: Error | null): void => resolve(error ?? undefined)
    if (text === undefined) parser.once('error', resolve).end(done)
    else parser.write(text, done)
  })
}

async function* decode(path: string, name: string, advance: (bytes: number) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const toText = (bytes?: Buffer): string => {
    try {
      const text = decoder.decode(bytes, { stream: bytes !== undefined })
      if (!text.includes('\0')) return text
    } catch {
      // Told below, together with the zero bytes that text never has.
    }
    throw new UserError(`While reading ${name}: it is not UTF-8 text; save the table as CSV in UTF-8.`)
  }
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 16 })) {
    yield toText(bytes)
    advance(bytes.length)
  }
  yield toText()
}

/** What is wrong with a row of another number of cells than the first. */
export const raggedWords = (cells: number | undefined): string =>
  `${cells === undefined ? 'another number of cells' : counted(cells, 'cell')} where the first line has another number`

/** The parser's findings in our words. */
function explain(error: CsvError, name: string): UserError {
  const line = typeof error.lines === 'number' ? `line ${error.lines}` : 'a line'
  const cells = Array.isArray(error.record) ? error.record.length : undefined
  const what =
    error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH'
      ? `${line} has ${raggedWords(cells)}; give every row the same columns`
      : error.code === 'CSV_QUOTE_NOT_CLOSED'
        ? `a quote is opened and never closed (the file ends at ${line})`
        : error.code === 'CSV_MAX_RECORD_SIZE'
          ? `a row is longer than ${MAX_ROW_CHARACTERS} characters; check the quotes, and that it is a CSV table`
          : `${line} has a quote in a wrong place; double the quotes inside quoted cells`
  return new UserError(`While reading ${name}: ${what}.`, { cause: error })
}
