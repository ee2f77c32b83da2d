import { readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import type { ClassPicture } from '../../shared/api/datasets.ts'
import type { ImportFormat } from '../../shared/data/importOptions.ts'
import { UserError } from '../../shared/errors.ts'
import { detectFormat } from './importers/detect.ts'
import { isFolder } from './userPaths.ts'

/** One folder of this machine, for choosing what to import. */
export interface Folder {
  readonly path: string
  readonly parent: string | null
  readonly entries: readonly FolderEntry[]
  /** What the path itself would be imported as, where that can be told. */
  readonly format: ImportFormat | null
  /** Why it cannot be told; null where it can. */
  readonly problem: string | null
  /** Of a folder of images: the first classes. */
  readonly pictures: readonly ClassPicture[]
}

interface FolderEntry {
  readonly name: string
  readonly isFolder: boolean
  readonly bytes: number | null
}

/** A folder of this many entries is data, not a place to look through. */
const mostEntries = 2000

/**
 * Lists a folder, or says what a file is. Hidden names are left out; folders come first.
 * @param given empty: the user's own folder · @throws UserError when it is not there or may not be read
 */
export async function browse(given: string): Promise<Folder> {
  const at = given === '' ? homedir() : path.resolve(given)
  const folder = await isFolder(at)
  const parent = path.dirname(at)
  const { format, problem } = await formatOf(at)
  return {
    path: at,
    parent: parent === at ? null : parent,
    entries: folder ? await entriesOf(at) : [],
    format,
    problem,
    // Loaded when it is first needed: the image library costs start-up time.
    pictures:
      format === 'images' ? await (await import('./importers/imagePreview.ts')).previewImages(at) : [],
  }
}

async function entriesOf(folder: string): Promise<FolderEntry[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new UserError(`While opening ${folder}: it may not be read; choose another folder.`, {
      cause: error,
    })
  })
  const shown = names
    .filter((name) => !name.startsWith('.'))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const entries = await Promise.all(shown.slice(0, mostEntries).map((name) => entryOf(folder, name)))
  return entries
    .filter((entry) => entry !== undefined)
    .sort((a, b) => Number(b.isFolder) - Number(a.isFolder))
}

/** Undefined for what is neither file nor folder, or has gone. */
async function entryOf(folder: string, name: string): Promise<FolderEntry | undefined> {
  const found = await stat(path.join(folder, name)).catch(() => undefined)
  if (found === undefined) return undefined
  if (found.isDirectory()) return { name, isFolder: true, bytes: null }
  return found.isFile() ? { name, isFolder: false, bytes: found.size } : undefined
}

async function formatOf(at: string): Promise<Pick<Folder, 'format' | 'problem'>> {
  try {
    return { format: await detectFormat(at), problem: null }
  } catch (error) {
    if (error instanceof UserError) return { format: null, problem: error.message }
    throw error
  }
}
