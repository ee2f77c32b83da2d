import { UserError, wordsOf } from '../../shared/errors.ts'

const words: Readonly<Record<string, { readonly why: string; readonly remedy: string }>> = {
  ENOSPC: { why: 'the disk is full', remedy: 'make room on it and try again' },
  EDQUOT: { why: 'your share of the disk is used up', remedy: 'make room and try again' },
  EROFS: { why: 'the disk is read-only', remedy: 'make it writable or choose another data folder' },
  EACCES: { why: 'permission is denied', remedy: 'change who may use it or choose another data folder' },
  EPERM: { why: 'permission is denied', remedy: 'change who may use it or choose another data folder' },
  ENOENT: { why: 'there is no such file or folder', remedy: 'check that the folder is still there' },
  ENOTDIR: { why: 'a part of its path is not a folder', remedy: 'choose another data folder' },
  EEXIST: { why: 'a part of its path is not a folder', remedy: 'choose another data folder' },
  EIO: { why: 'the disk failed', remedy: 'check the disk' },
  EMFILE: { why: 'too many files are open', remedy: 'close other programs and try again' },
}

/** Why the system refused a file, in words: "the disk is full". */
export const reasonOf = (error: unknown): string => words[codeOf(error)]?.why ?? oneLine(error)

/**
 * An error of the file system as one sentence; any other error as it is.
 * @param doing the beginning of the sentence · @param folder where the data sets are stored
 */
export function storageTrouble(doing: string, folder: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  const { remedy } = words[codeOf(error)] ?? { remedy: 'check the data folder' }
  const path = 'path' in error && typeof error.path === 'string' ? error.path : folder
  // Names below the folder are ours and tell a person nothing.
  const named = path.startsWith(folder) ? folder : path
  return new UserError(`${doing}: ${named} cannot be used (${reasonOf(error)}); ${remedy}.`, { cause: error })
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const oneLine = (error: unknown): string => wordsOf(error).replace(/[\s\p{Cc}]+/gu, ' ')
