import type { ImportFormat } from '../../../../shared/data/importOptions.ts'
import type { PixelLayout } from '../../../../shared/data/pixels.ts'
import { held } from './held.ts'

/** The fields of the form as they are typed. */
export interface Draft {
  readonly path: string
  /** What the user says it is, where that differs from what it looks like. */
  readonly format: ImportFormat | null
  readonly name: string
  readonly source: string
  readonly license: string
  /** IDX: the labels file. */
  readonly labels: string
  readonly testImages: string
  readonly testLabels: string
  /** With commas between them. */
  readonly classes: string
  /** CIFAR-100: which labels. */
  readonly labelSet: string
  readonly testPath: string
  /** CSV: column of the class. */
  readonly label: string
  readonly header: boolean
  readonly delimiter: string
  readonly categorical: string
  readonly maxCategories: string
  /** Columns of a table that are no features, by name. */
  readonly without: readonly string[]
  /** Of a table: what its rows are. */
  readonly as: 'table' | 'images'
  /** Names of arrays in an archive of NumPy, with commas between them. */
  readonly arrays: string
  /** Of rows that are images in colour; null where it is told by the columns. */
  readonly layout: PixelLayout | null
  readonly height: string
  readonly width: string
  readonly channels: string
}

export const emptyDraft: Draft = {
  path: '',
  format: null,
  name: '',
  source: '',
  license: '',
  labels: '',
  testImages: '',
  testLabels: '',
  classes: '',
  labelSet: 'fine',
  testPath: '',
  label: '',
  header: true,
  delimiter: ',',
  categorical: '',
  maxCategories: '100',
  without: [],
  as: 'table',
  arrays: '',
  layout: null,
  height: '',
  width: '',
  channels: '',
}

/** Kept while other pages are looked at. */
export const importDraft = held(emptyDraft)

/** The fields that name a file or folder. */
export const pathFields = ['path', 'labels', 'testImages', 'testLabels', 'testPath'] as const
export type PathField = (typeof pathFields)[number]

export type RawOptions = Readonly<Record<string, unknown>>

/** What an import is asked for: the fields of that format, those left empty left out. Nothing is checked here. */
export function optionsOf(draft: Draft, format: ImportFormat): RawOptions {
  const { path, name, source, license } = draft
  return dropUndefined({
    format,
    ...ofFormat(draft, format),
    path: filled(path),
    name: filled(name),
    source: filled(source),
    license: filled(license),
  })
}

function ofFormat(draft: Draft, format: ImportFormat): RawOptions {
  const { labels, testImages, testLabels, classes, labelSet, testPath, channels } = draft
  switch (format) {
    case 'idx':
      return {
        labels: filled(labels),
        testImages: filled(testImages),
        testLabels: filled(testLabels),
        classes: listed(classes),
      }
    case 'cifar':
      return { labels: labelSet }
    case 'csv':
      return { ...ofTable(draft), header: draft.header, delimiter: delimiterOf(draft) }
    case 'parquet':
      return ofTable(draft)
    case 'numpy':
      return {
        labels: filled(labels),
        testImages: filled(testImages),
        testLabels: filled(testLabels),
        arrays: listed(draft.arrays),
        layout: draft.layout ?? undefined,
      }
    case 'images':
      return { testPath: filled(testPath), resize: sized(draft), channels: numbered(channels) }
  }
}

function ofTable(draft: Draft): RawOptions {
  const isImages = draft.as === 'images'
  return {
    testPath: filled(draft.testPath),
    label: filled(draft.label),
    without: draft.without.length > 0 ? draft.without : undefined,
    // Said in either case: who has seen the choice wants no hint of it.
    as: draft.as,
    ...(isImages
      ? { layout: draft.layout ?? undefined }
      : { categorical: listed(draft.categorical), maxCategories: numbered(draft.maxCategories) }),
  }
}

export const delimiterOf = ({ delimiter }: Draft): string => (delimiter === '\\t' ? '\t' : delimiter)

const filled = (text: string): string | undefined => text.trim() || undefined

const listed = (text: string): string[] | undefined =>
  filled(text)
    ?.split(',')
    .map((word) => word.trim())

/** Text that is no number stays text, for the check to name it. */
function numbered(text: string): number | string | undefined {
  const typed = filled(text)
  if (typed === undefined) return undefined
  return Number.isFinite(Number(typed)) ? Number(typed) : typed
}

function sized({ height, width }: Draft): RawOptions | undefined {
  const size = { height: numbered(height), width: numbered(width) }
  return size.height === undefined && size.width === undefined ? undefined : size
}

const dropUndefined = (options: RawOptions): RawOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
