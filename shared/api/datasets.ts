import { z } from 'zod'
import type { ColumnLook } from '../data/guessLabel.ts'
import { csvOptions, type ImportFormat } from '../data/importOptions.ts'

/** A stored data set as the pages show it. */
export interface DatasetInfo {
  readonly id: string
  readonly name: string
  /** Names under which the same content was imported again; it is found by these, too. */
  readonly otherNames: readonly string[]
  readonly kind: 'image' | 'table'
  /** [height, width, channels], or [features]. */
  readonly shape: readonly number[]
  readonly classes: readonly string[]
  readonly trainCount: number
  /** 0: it has no test part of its own, and runs split one off. */
  readonly testCount: number
  /** Examples of each class, in the order of `classes`. */
  readonly trainPerClass: readonly number[]
  readonly testPerClass: readonly number[]
  readonly bytes: number
  readonly source: string | null
  readonly license: string | null
  /** Whether it ships with Anneal (it comes back when removed). */
  readonly embedded: boolean
  /** Stored runs that trained on it. */
  readonly runs: number
  /** The features of a table, by name. */
  readonly features: readonly string[] | null
}

export interface DamagedDatasetInfo {
  readonly id: string
  /** The sentence that says what is wrong. */
  readonly problem: string
}

export interface DatasetList {
  readonly whole: readonly DatasetInfo[]
  readonly damaged: readonly DamagedDatasetInfo[]
}

export const datasetId = z.strictObject({ id: z.string().min(1).max(200) })
export const hostPath = z.strictObject({ path: z.string().max(4096) })

/** One folder of the machine Anneal runs on, for choosing what to import. */
export interface FolderListing {
  readonly path: string
  readonly parent: string | null
  readonly entries: readonly {
    readonly name: string
    readonly isFolder: boolean
    readonly bytes: number | null
  }[]
  /** What an import of this path itself would be taken for, where that can be told. */
  readonly format: ImportFormat | null
  /** Why it cannot be told, in a sentence; null where it can. */
  readonly problem: string | null
  /** Of a folder of images: the first classes. */
  readonly pictures: readonly ClassPicture[]
}

/** One class of a folder of images that may be imported. */
export interface ClassPicture {
  readonly name: string
  readonly files: number
  /** Of the first image, in pixels as it is stored. */
  readonly height: number
  readonly width: number
  readonly bits: 8 | 16
  /** The first image, small, as a data address. */
  readonly picture: string
}

export const csvColumns = z.strictObject({
  path: hostPath.shape.path,
  delimiter: csvOptions.shape.delimiter,
  header: csvOptions.shape.header,
})

/** A column of a table that may be imported. Its name is that in the header, or "column 3". */
export interface TableColumn extends ColumnLook {
  /** Some different values of the first rows. */
  readonly samples: readonly string[]
  /** Its cells in the first rows, the same rows for every column. */
  readonly first: readonly string[]
}

/** Ending the subscription cancels the import, which then leaves nothing behind. */
export type ImportStep =
  | {
      readonly type: 'progress'
      readonly done: number
      readonly total: number | null
      readonly unit: 'examples' | 'bytes'
    }
  | { readonly type: 'done'; readonly dataset: DatasetInfo; readonly warnings: readonly string[] }

/** Rows of a table to look at (images come as pictures, see urls.ts). */
export interface TableSample {
  readonly features: readonly string[]
  readonly rows: readonly { readonly label: string; readonly values: readonly number[] }[]
}
