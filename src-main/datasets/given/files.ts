import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isFolder, unreadable } from '../userPaths.ts'

export interface GivenFile {
  readonly path: string
  /** As a user knows it: the path within the folder that was given. */
  readonly name: string
}

/**
 * The file itself, or every file in a folder and its folders, in order of the names. Hidden ones are passed over, as by an
 * import, and links to folders are not followed: one may lead back to where it is.
 * @throws UserError when the path is not there or cannot be read
 */
export async function givenFiles(path: string): Promise<GivenFile[]> {
  if (!(await isFolder(path))) return [{ path, name: path }]
  const found: GivenFile[] = []
  const waiting = ['']
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const folder = join(path, at)
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      throw unreadable(folder, error)
    })
    const shown = entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => order(a.name, b.name))
    const folders: string[] = []
    for (const entry of shown) {
      const name = at === '' ? entry.name : `${at}/${entry.name}`
      if (entry.isDirectory()) folders.push(name)
      else if (entry.isFile() || (await isLinkToFile(join(path, name))))
        found.push({ path: join(path, name), name })
    }
    waiting.push(...folders.reverse())
  }
  return found
}

/** By code point, the same on every system. */
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const isLinkToFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
