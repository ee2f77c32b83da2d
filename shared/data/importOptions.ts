import { z } from 'zod'
import { pixelLayouts } from './pixels.ts'

const path = z.string().min(1, 'must name a file or folder')

/** One line that can stand in a table and in a run spec. */
const name = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]+$/u, 'must be one line of printable text')
  .normalize('NFC')

const className = z.string().min(1).max(200).normalize('NFC')

const common = {
  /** How people will call it; by default the name of the file or folder. */
  name: name.optional(),
  /** Where it came from, in words. */
  source: z.string().max(2000).optional(),
  license: z.string().max(2000).optional(),
}

/** IDX as published by LeCun for MNIST, each file gzipped or not. */
export const idxOptions = z.strictObject({
  format: z.literal('idx'),
  /** The training images, or a folder with files of the standard names (train-images-idx3-ubyte, ...). */
  path,
  /** Needed when `path` is a file. */
  labels: path.optional(),
  testImages: path.optional(),
  testLabels: path.optional(),
  /** Names of labels 0, 1, ..., or of the labels in use where these are as many; by default the numbers themselves. */
  classes: z.array(className).min(2).max(256).optional(),
  ...common,
})

/** CIFAR-10 or CIFAR-100 in its binary layout: the folder, or the archive as published (.tar.gz, .tar). */
export const cifarOptions = z.strictObject({
  format: z.literal('cifar'),
  path,
  /** Which of CIFAR-100's two label sets; CIFAR-10 has only one. */
  labels: z.enum(['fine', 'coarse'], { error: 'must be fine or coarse' }).default('fine'),
  ...common,
})

/** Whether rows are examples as they stand, or the pixels of images. */
const rowsAs = z.enum(['table', 'images'], { error: 'must be table or images' })
/** Of images in colour; guessed when absent. */
const layout = z.enum(pixelLayouts, { error: 'must be planar or interleaved' })

const columnRule = 'must be the name of a column, or its position counted from 0'
const column = z.union([z.string(), z.int().min(0, columnRule)], { error: columnRule })

/**
 * A table in UTF-8 text, an example a row. Spaces around a cell are no part of it, quoted or not; otherwise text counts as
 * it is written, so that "cat" and "Cat" are two values.
 */
export const csvOptions = z.strictObject({
  format: z.literal('csv'),
  path,
  /** A second file of the same columns, kept as the official test part. */
  testPath: path.optional(),
  /** The column of the class: its name in the header, or (also as text, when no column is called so) its position from 0. */
  label: column,
  /** Whether the first line names the columns. */
  header: z.boolean().default(true),
  /** One character; a backslash and "t" mean a tab, which a shell and a field of a form do not take. */
  delimiter: z
    .string()
    .transform((text) => (text === '\\t' ? '\t' : text))
    .pipe(z.string().length(1, 'must be one character'))
    .default(','),
  /** Columns whose numbers are codes: one feature per value, as for columns of text. */
  categorical: z.array(column).default([]),
  /** The most different values one categorical column may have. */
  maxCategories: z.int().min(2).max(10_000).default(100),
  /** Columns that are no features: numbers of rows, times, names. They may hold what no feature may. */
  without: z.array(column).default([]),
  /** Images: each column but the label is a level from 0 to 255, side² of grey ones or 3 · side² of those in colour. */
  as: rowsAs.optional(),
  layout: layout.optional(),
  ...common,
})

/** A table in Parquet, whose columns have names and kinds; what its cells are is what a CSV of the same table would say. */
export const parquetOptions = csvOptions
  .omit({ header: true, delimiter: true })
  .extend({ format: z.literal('parquet') })

/**
 * Arrays of NumPy: an archive (.npz) that has examples and labels, or a file (.npy) of examples with another of labels. The
 * first axis counts the examples; images are [n, h, w], [n, h, w, c] or [n, c, h, w].
 */
export const numpyOptions = z.strictObject({
  format: z.literal('numpy'),
  path,
  /** Needed when `path` is a .npy file. */
  labels: path.optional(),
  /** Examples and labels of the test part, each a .npy file, whatever the examples are. */
  testImages: path.optional(),
  testLabels: path.optional(),
  /** Of an archive: the names of examples and labels, and of those of the test part; told by the names when absent. */
  arrays: z
    .array(z.string().min(1))
    .refine(({ length }) => length === 2 || length === 4, 'must be 2 names, or 4 with the test part')
    .optional(),
  /** Absent: images where there are three axes or more. */
  as: rowsAs.optional(),
  layout: layout.optional(),
  ...common,
})

const side = z.int().min(1).max(4096)

/** A folder with a folder for each class, holding PNG or JPEG files. */
export const imagesOptions = z.strictObject({
  format: z.literal('images'),
  path,
  /** A second folder with the same class folders, kept as the official test part. */
  testPath: path.optional(),
  /** Scale to this size, cutting what overhangs from the middle. Absent: all images must have one size. */
  resize: z.strictObject({ height: side, width: side }).optional(),
  /** 1 grey, 3 colour. Absent: grey when every image is grey. */
  channels: z.literal([1, 3], { error: 'must be 1 (grey) or 3 (colour)' }).optional(),
  /** Imports without the files that cannot be used, and tells which these are. Otherwise one such file refuses all. */
  skipUnusable: z.boolean().default(false),
  ...common,
})

/** What to import and how; one shape for the window, the command line and the server. */
export const importOptions = z.discriminatedUnion(
  'format',
  [idxOptions, cifarOptions, csvOptions, parquetOptions, numpyOptions, imagesOptions],
  {
    error: ({ input }) =>
      typeof input === 'object'
        ? 'must be idx, cifar, csv, parquet, numpy or images'
        : 'must be an object of options',
  },
)

/** As a caller writes it: fields with a default may be left out. */
export type ImportOptions = z.input<typeof importOptions>

export type ImportFormat = ImportOptions['format']
export type IdxOptions = z.output<typeof idxOptions>
export type CifarOptions = z.output<typeof cifarOptions>
export type CsvOptions = z.output<typeof csvOptions>
export type ParquetOptions = z.output<typeof parquetOptions>
export type NumpyOptions = z.output<typeof numpyOptions>
export type ImagesOptions = z.output<typeof imagesOptions>

/** Whether an import that was refused can be had without the files that were the reason. */
export const canSkipUnusable = (refusal: string): boolean => refusal.includes(skipHint)

/** How such a refusal names the option, for the command line and for other programs. */
export const skipHint = '(skipUnusable, --skip-unusable)'

/** How far an import is. `total` is absent while it is not known; `done` never goes back. */
export interface ImportProgress {
  readonly done: number
  readonly total?: number
  readonly unit: 'examples' | 'bytes'
}

export type OnProgress = (progress: ImportProgress) => void
