import { basename } from 'node:path'
import { type ImportOptions, importOptions, type OnProgress } from '../../../shared/data/importOptions.ts'
import { parseOrExplain } from '../../../shared/errors.ts'
import { type DatasetWriter, type ImportedDataset, storeDataset } from '../writer.ts'

type CheckedOptions = ReturnType<typeof importOptions.parse>

const formatNames = {
  idx: 'IDX files',
  cifar: 'CIFAR binary files',
  csv: 'CSV table',
  parquet: 'Parquet table',
  numpy: 'NumPy arrays',
  images: 'image folder',
} as const

/**
 * Imports into `<parent>/<id>` and tells how far it is.
 * @param checkWanted throws when it has been cancelled: asked a last time before it is stored
 * @throws UserError for wrong options or files; nothing is left behind then
 */
export async function runImport(
  parent: string,
  given: ImportOptions,
  onProgress: OnProgress,
  checkWanted?: () => void,
): Promise<ImportedDataset> {
  const options = parseOrExplain(importOptions, given, 'reading the import options')
  const file = basename(options.path)
  const description = {
    name: options.name ?? plainName(file),
    source: `${options.source ?? `${formatNames[options.format]} ${file}`}${withoutWords(options)}`,
    ...(options.license !== undefined && { license: options.license }),
  }
  return storeDataset(
    parent,
    `While importing ${file}`,
    description,
    (writer) => produce(options, writer, onProgress),
    checkWanted,
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
    case 'parquet':
      return (await import('./parquet.ts')).importParquet(options, writer, onProgress)
    case 'numpy':
      return (await import('./numpy.ts')).importNumpy(options, writer, onProgress)
    case 'images':
      return (await import('./images.ts')).importImages(options, writer, onProgress)
  }
}

const mostNamed = 10

/** Columns left out are a fact of the data set: nobody sees them in it. */
function withoutWords(options: CheckedOptions): string {
  if (!('without' in options) || options.without.length === 0) return ''
  const names = options.without.map((name) => (typeof name === 'number' ? `column ${name}` : name))
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''
  return ` (without ${names.slice(0, mostNamed).join(', ')}${more})`
}

function plainName(file: string): string {
  const plain = file.replace(/(\.tar)?\.([a-z]{1,4}|parquet)$/i, '').replaceAll(/\p{Cc}/gu, ' ')
  return plain.normalize('NFC').slice(0, 100) || 'data set'
}
