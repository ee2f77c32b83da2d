import type { OnProgress } from '../../../shared/data/importOptions.ts'
import {
  layoutByLook,
  layoutByNames,
  levelOf,
  type PixelLayout,
  pixelShape,
} from '../../../shared/data/pixels.ts'
import { show, UserError } from '../../../shared/errors.ts'
import { checkExtent } from '../meta.ts'
import type { DatasetWriter } from '../writer.ts'
import { checkHeader, checkWidth, noteLabel } from './csvColumns.ts'
import { checkMissing, checkSpelling, emptyFacts, type Place, positions } from './csvFacts.ts'
import { type CsvRow, createLayout, type Layout, type TableOptions, tidy } from './csvLayout.ts'
import { interleave } from './interleave.ts'
import { advanceOver, rowsOf, type TableFile, type TableSource } from './table.ts'

/** Rows by which the layout of colours is guessed. */
const LOOKED_AT = 50

const BYTES_PER_WRITE = 1 << 20

export interface PixelOptions extends TableOptions {
  readonly layout?: PixelLayout | undefined
  /** Where the file says it; otherwise the square that so many levels make. */
  readonly frame?: Frame
}

/** The size of an image, in pixels, and the levels of a pixel. */
export interface Frame {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
}

/** Levels that an image may have: 512 × 512 in colour. */
const MAX_LEVELS = 3 * 512 * 512

interface PixelPlan {
  readonly layout: Layout
  readonly frame: Frame
  readonly order: PixelLayout
  readonly labels: ReadonlyMap<string, number>
  readonly rows: number
}

/**
 * Imports a table whose rows are images, in two passes over its files: the first checks every level and finds the classes,
 * the second writes. What comes out is what the same images give as IDX files.
 * @throws UserError for a cell that is no level, naming row and column
 */
export async function importPixels(
  source: TableSource,
  options: PixelOptions,
  writer: DatasetWriter,
  onProgress: OnProgress,
): Promise<void> {
  const advance = advanceOver(source, 2, onProgress)
  const survey = createPixelSurvey(options, source.place)
  for (const file of source.files) {
    survey.startFile(file.name)
    for await (const row of file.rows(advance)) survey.add(row)
  }
  const plan = survey.finish()
  const note = layoutNote(plan, options)
  if (note !== undefined) writer.note(note)
  const { height, width, channels } = plan.frame
  const form = { kind: 'image', dtype: 'uint8', shape: [height, width, channels] } as const
  await writer.begin({ ...form, classes: [...plan.labels.keys()] }, plan.rows)
  for (const [index, file] of source.files.entries())
    await writeImages(
      file,
      { plan, place: source.place, hasHeader: options.header },
      index === 0 ? 'train' : 'test',
      writer,
      advance,
    )
}

export function createPixelSurvey(options: PixelOptions, place: Place) {
  const facts = emptyFacts(place, 1)
  const looked: Uint8Array[] = []
  let file = ''
  let atHeader = false
  let inFile = 1
  let rows = 0
  let found: { layout: Layout; frame: Frame } | undefined
  const endFile = (): void => {
    if (inFile === 0)
      throw new UserError(`While reading ${file}: there is no row of data in it; give a table with examples.`)
  }
  const add = (row: CsvRow, { layout, frame }: NonNullable<typeof found>): void => {
    const { height, width, channels } = frame
    inFile += 1
    rows += 1
    checkExtent(`While reading ${file}`, 'image', [height, width, channels], 'uint8', rows)
    const name = layout.names[layout.label]
    noteLabel(facts, labelOf(row, layout), row.line, false, (what) =>
      refusal(file, place(row.line), name, what),
    )
    const levels = new Uint8Array(height * width * channels)
    readLevels(row, layout, levels, file, place)
    if (looked.length < LOOKED_AT) looked.push(levels)
  }
  return {
    startFile(name: string): void {
      endFile()
      file = name
      atHeader = options.header
      inFile = 0
    },
    add(row: CsvRow): void {
      found ??= begin(file, row, options)
      checkWidth(found.layout, row, file, place)
      if (!atHeader) add(row, found)
      else checkHeader(found.layout, row, file)
      atHeader = false
    },
    finish(): PixelPlan {
      endFile()
      if (found === undefined)
        throw new UserError(`While reading ${file}: it is empty; give a table with examples.`)
      const { layout, frame } = found
      const refuse = (what: string) =>
        new UserError(`While reading ${file}: column ${show(layout.names[layout.label])}: ${what}.`)
      checkMissing(facts, refuse)
      checkSpelling(facts, refuse)
      const order = options.layout ?? layoutByNames(pixelNames(layout)) ?? layoutByLook(looked, frame.width)
      return { layout, frame, order, labels: positions(facts.values), rows }
    },
  }
}

const refusal = (file: string, where: string, column: string | undefined, what: string): UserError =>
  new UserError(`While reading ${file}: ${where}, column ${show(column)}: ${what}.`)

function begin(file: string, first: CsvRow, options: PixelOptions) {
  const layout = createLayout(file, first, { ...options, categorical: [], maxColumns: MAX_LEVELS + 1000 })
  const levels = layout.names.length - 1
  const frame = options.frame ?? squareOf(levels)
  if (frame === undefined)
    throw new UserError(
      `While reading ${file}: ${levels} columns beside the label are no square image, grey (side × side) or in colour (3 × side × side); leave out the columns that are no pixels, or import it as a table.`,
    )
  return { layout, frame }
}

/** The square that so many levels make. */
export function squareOf(levels: number): Frame | undefined {
  const square = pixelShape(levels)
  return square && { height: square.side, width: square.side, channels: square.channels }
}

const pixelNames = ({ names, label }: Layout): string[] => names.filter((_, c) => c !== label)

const labelOf = ({ cells }: CsvRow, { kept, label }: Layout): string => tidy(cells[kept[label] ?? 0] ?? '')

/** Writes the levels of a row to `out` in the order of the columns. @throws UserError for the first that is none */
function readLevels(
  { cells, line }: CsvRow,
  { kept, names, label }: Layout,
  out: Uint8Array,
  file: string,
  place: Place,
): void {
  let to = 0
  for (const [c, at] of kept.entries()) {
    if (c === label) continue
    const text = cells[at] ?? ''
    const level = levelOf(text) ?? levelOf(text.trim())
    if (level === undefined)
      throw refusal(
        file,
        place(line),
        names[c],
        `${show(text)} is no level of a pixel, which is a whole number from 0 to 255; correct it, leave the column out, or import the file as a table`,
      )
    out[to++] = level
  }
}

/** Colours whose layout nothing names are told, since a wrong one makes noise of the images. */
function layoutNote({ layout, frame, order }: PixelPlan, options: PixelOptions): string | undefined {
  if (frame.channels === 1 || options.layout !== undefined || layoutByNames(pixelNames(layout)) === order)
    return undefined
  const [is, other] =
    order === 'planar'
      ? ['all red levels before all green and all blue ones', 'interleaved']
      : ['the red, green and blue level of each pixel together', 'planar']
  return `The columns do not say how the colours lie; neighbouring pixels are most alike with ${is} (layout ${order}). If the images look wrong, import them with the layout ${other}.`
}

interface Writing {
  readonly plan: PixelPlan
  readonly place: Place
  readonly hasHeader: boolean
}

async function writeImages(
  file: TableFile,
  { plan, place, hasHeader }: Writing,
  part: 'train' | 'test',
  writer: DatasetWriter,
  advance: (done: number) => void,
): Promise<void> {
  const { layout, frame, order, labels: classes } = plan
  const size = frame.height * frame.width * frame.channels
  const most = Math.max(1, Math.floor(BYTES_PER_WRITE / size))
  const images = new Uint8Array(most * size)
  const levels = new Uint8Array(size)
  const labels = new Uint16Array(most)
  let filled = 0
  const flush = async (): Promise<void> => {
    await writer.append(part, images.subarray(0, filled * size), labels.subarray(0, filled))
    filled = 0
  }
  for await (const row of rowsOf(file, hasHeader, advance)) {
    const label = classes.get(labelOf(row, layout))
    if (label === undefined || row.cells.length !== layout.cells)
      throw new UserError(
        `While reading ${file.name}: ${place(row.line)} changed during the import; start again.`,
      )
    readLevels(row, layout, levels, file.name, place)
    if (frame.channels === 3 && order === 'planar')
      interleave(levels, 0, images, filled * size, frame.height * frame.width)
    else images.set(levels, filled * size)
    labels[filled] = label
    filled += 1
    if (filled === most) await flush()
  }
  await flush()
}
