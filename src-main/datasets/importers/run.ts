import { basename } from 'node:path'
import {
  type ImportOptions,
  type ImportProgress,
  importOptions,
  type OnProgress,
} from '../../../shared/data/importOptions.ts'
import { parseOrExplain } from '../../../shared/errors.ts'
import { type DatasetWriter, type ImportedDataset, storeDataset } from '../writer.ts'

type CheckedOptions = ReturnType<typeof importOptions.parse>

const formatNames = {
  idx: 'IDX files',
  cifar: 'CIFAR binary files',
  csv: 'CSV table',
  images: 'image folder',
} as const

/**
 * Imports into `<parent>/<id>` and tells how far it is.
 * @throws UserError for wrong options or files; nothing is left behind then
 */
export async function runImport(
  parent: string,
  given: ImportOptions,
  onProgress: OnProgress,
): Promise<ImportedDataset> {
  const options = parseOrExplain(importOptions, given, 'reading the import options')
  const file = basename(options.path)
  const description = {
    name: options.name ?? plainName(file),
    source: options.source ?? `${formatNames[options.format]} ${file}`,
    ...(options.license !== undefined && { license: options.license }),
  }
  let last: ImportProgress | undefined
  const advance: OnProgress = (progress) => {
    last = progress
    onProgress(progress)
  }
  return storeDataset(
    parent,
    `While importing ${file}`,
    description,
    (writer) => produce(options, writer, advance),
    // Flushing a large file takes its time, in which it may have been cancelled.
    () => last && onProgress(last),
  )
}

/** Each importer is loaded when it is first asked for: sharp and the parsers cost start-up time. */
async function produce(
  options: CheckedOptions,
  writer: DatasetWriter,
  onProgress: OnProgress,
): Promise<void> {
  switch (options.format) {
    case 'idx':
      return (await import('./idx.ts')).importIdx(options, writer, onProgress)
    case 'cifar':
      return (await import('./cifar.ts')).importCifar(options, writer, onProgress)
    case 'csv':
      return (await import('./csv.ts')).importCsv(options, writer, onProgress)
    case 'images':
      return (await import('./images.ts')).importImages(options, writer, onProgress)
  }
}

function plainName(file: string): string {
  const plain = file.replace(/(\.tar)?\.[a-z]{1,4}$/i, '').replaceAll(/\p{Cc}/gu, ' ')
  return plain.slice(0, 100) || 'data set'
}
