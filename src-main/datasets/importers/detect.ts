import { basename, join } from 'node:path'
import type { ImportFormat } from '../../../shared/data/importOptions.ts'
import { UserError } from '../../../shared/errors.ts'
import { looksLikeTar, openPlain } from '../byteSource.ts'
import { isFolder, namesIn } from '../userPaths.ts'
import { CIFAR_TRAIN_FILES } from './cifar.ts'
import { idxFilesIn } from './idx.ts'

/**
 * Which importer a file or folder is for, by its content; names count only inside folders.
 * @throws UserError when it is for none
 */
export async function detectFormat(path: string): Promise<ImportFormat> {
  return (await isFolder(path)) ? ofFolder(path) : ofFile(path)
}

async function ofFolder(path: string): Promise<ImportFormat> {
  const names = await namesIn(path)
  if ((await idxFilesIn(path)).length > 0) return 'idx'
  if (names.some((name) => CIFAR_TRAIN_FILES.has(name))) return 'cifar'
  for (const name of names) if (!name.startsWith('.') && (await isFolder(join(path, name)))) return 'images'
  throw new UserError(
    `While looking at ${path}: the folder has neither IDX files, nor CIFAR batches, nor a folder for each class; check the path.`,
  )
}

async function ofFile(path: string): Promise<ImportFormat> {
  const plain = await openPlain(path)
  try {
    const head = (await plain.next()) ?? Buffer.alloc(0)
    if (head.length === 0)
      throw new UserError(
        `While looking at ${basename(path)}: it is empty, and so neither IDX, nor a CIFAR archive, nor a CSV table; choose another file.`,
      )
    if (looksLikeTar(head)) return 'cifar'
    if (head.toString('latin1', 0, 4) === 'PAR1') return 'parquet'
    if (looksLikeNumpy(head)) return 'numpy'
    if (head.length >= 4 && [0x0801, 0x0803].includes(head.readUInt32BE())) return 'idx'
    if (!plain.gzipped && !head.includes(0)) return 'csv'
    throw new UserError(
      `While looking at ${basename(path)}: it is neither IDX, nor a CIFAR archive, nor a CSV table, nor Parquet, nor NumPy arrays; name the format.`,
    )
  } finally {
    plain.close()
  }
}

/** An array, or an archive whose first entry is one: a name that ends on .npy, of the length at byte 26, stands at byte 30. */
function looksLikeNumpy(head: Buffer): boolean {
  if (head.toString('latin1', 0, 6) === '\x93NUMPY') return true
  if (head.toString('latin1', 0, 4) !== 'PK\x03\x04' || head.length < 30) return false
  return head.toString('latin1', 30, 30 + head.readUInt16LE(26)).endsWith('.npy')
}
