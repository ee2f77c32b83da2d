import { z } from 'zod'
import {
  cifarOptions,
  csvOptions,
  idxOptions,
  imagesOptions,
  numpyOptions,
  parquetOptions,
} from './importOptions.ts'

/*
 * What an import would find, told before it: every format gives the same shape, so that window and command line show all of
 * them in one way. Numbers of a part of the data say that they are.
 */

/** What to look at: the options of the import, where the class of a table may still be open. */
export const previewOptions = z.discriminatedUnion(
  'format',
  [
    idxOptions,
    cifarOptions,
    csvOptions.partial({ label: true }),
    parquetOptions.partial({ label: true }),
    numpyOptions,
    imagesOptions,
  ],
  {
    error: ({ input }) =>
      typeof input === 'object'
        ? 'must be idx, cifar, csv, parquet, numpy or images'
        : 'must be an object of options',
  },
)
export type PreviewInput = z.input<typeof previewOptions>
export type PreviewOptions = z.output<typeof previewOptions>
export type PreviewOf<F extends PreviewOptions['format']> = Extract<PreviewOptions, { format: F }>

const count = z.int().min(0)

/** A number of things, and what is known of it where not all was looked at. */
const amount = z.strictObject({ count, is: z.enum(['exact', 'atLeast', 'atMost']) })
export type Amount = z.infer<typeof amount>

const size = z.strictObject({ height: count, width: count })

const imageFacts = z.strictObject({
  /** Sizes of the images that were looked at, the most frequent first; `sizes` has a few of the `differentSizes`. */
  sizes: z.array(size.extend({ count })),
  differentSizes: count,
  leastHeight: count,
  greatestHeight: count,
  leastWidth: count,
  greatestWidth: count,
  /** Of the same images: how many have colour, and how many more than 8 bits a number. */
  looked: count,
  colour: count,
  deep: count,
  /** What the import makes of each; null while the sizes forbid it. */
  becomes: size.extend({ channels: z.union([z.literal(1), z.literal(3)]), isScaled: z.boolean() }).nullable(),
})
export type ImageFacts = z.infer<typeof imageFacts>

const columnFacts = z.strictObject({
  name: z.string(),
  /** What its cells are, as far as they were read; mixed: numbers and words, which an import refuses. */
  kind: z.enum(['numbers', 'words', 'codes', 'mixed', 'empty']),
  role: z.enum(['class', 'feature', 'left out']),
  /** Cells that are empty or say that there is no value. */
  missing: count,
  /** Different values. */
  different: amount,
  least: z.number().nullable(),
  greatest: z.number().nullable(),
})
export type ColumnFacts = z.infer<typeof columnFacts>

const classCount = z.strictObject({
  name: z.string(),
  train: count,
  test: count,
  /** A few of its images, small, as data addresses. */
  pictures: z.array(z.string()),
})
export type ClassCount = z.infer<typeof classCount>

const brokenPlace = z.strictObject({
  /** A file below the folder, or "line 3". */
  place: z.string(),
  why: z.string(),
})
export type BrokenPlace = z.infer<typeof brokenPlace>

export const dataPreview = z.strictObject({
  format: z.enum(['idx', 'cifar', 'csv', 'parquet', 'numpy', 'images']),
  /** Whether everything was looked at; else `seen` says what the numbers are of. */
  isWhole: z.boolean(),
  seen: z.strictObject({ count, unit: z.enum(['row', 'image']) }),
  /** How far the look is, of the bytes, the files or the images. */
  progress: z.strictObject({ done: count, total: count, unit: z.enum(['byte', 'file', 'image', 'row']) }),
  train: amount,
  /** Null: there is no test part of its own. */
  test: amount.nullable(),
  images: imageFacts.nullable(),
  table: z
    .strictObject({
      /** The first of them; all are counted. */
      columns: z.array(columnFacts),
      columnCount: count,
      /** First rows, a cell for each of `columns`. */
      rows: z.array(z.array(z.string())),
      /** The column of the class: as it was asked for, or guessed for a reason. */
      label: z.strictObject({ column: z.string(), reason: z.string().nullable() }).nullable(),
    })
    .nullable(),
  /** In the order of the import; none where there are too many to be classes. */
  classes: z.array(classCount),
  /** What their counts are of: all examples, those that `seen` tells, or all files by their names, which may hold none. */
  classesOf: z.enum(['all', 'seen', 'files']),
  /** What cannot be used: the first of them, and how many there are. */
  broken: z.strictObject({
    shown: z.array(brokenPlace),
    total: amount,
    /** Whether an import can be had without them (skipUnusable). */
    canSkip: z.boolean(),
  }),
  /** Why an import of what was seen would be refused, in a sentence, broken files that can be skipped aside. */
  refusal: z.string().nullable(),
})
export type DataPreview = z.infer<typeof dataPreview>

/** The most that a preview holds of each list; of the rest the number is told. */
export const mostColumnsShown = 200
export const mostBrokenShown = 100
export const mostClassesShown = 1000

/** For the job that looks at everything; it tells previews that get ever more complete. */
export const previewRequest = z.strictObject({
  options: previewOptions,
  /** An empty folder for what has to be unpacked; whoever asks removes it. */
  scratch: z.string(),
})
export type PreviewRequest = z.output<typeof previewRequest>
export const previewAnswer = z.strictObject({})
export type PreviewAnswer = z.infer<typeof previewAnswer>
