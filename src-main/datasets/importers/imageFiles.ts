import { join } from 'node:path'
import type { ImagesOptions } from '../../../shared/data/importOptions.ts'
import { show, UserError } from '../../../shared/errors.ts'
import type { Part } from '../contentWriter.ts'
import { isFolder, namesIn } from '../userPaths.ts'
import { UnusableFile } from './unusableFiles.ts'

export interface ImageFile {
  readonly path: string
  readonly part: Part
  readonly label: number
}

interface FoundImages {
  readonly classes: readonly string[]
  /** Training images first. */
  readonly files: readonly ImageFile[]
  readonly unusable: readonly UnusableFile[]
}

/** The files of all class folders, in order of the names. @throws UserError for a folder that holds no classes */
export async function findImages({ path, testPath }: ImagesOptions): Promise<FoundImages> {
  const folders = await classFolders(path)
  const classes = [...folders.keys()]
  const train = await listFiles(path, [...folders.values()].entries(), 'train')
  if (testPath === undefined) return { classes, ...train }
  const tests = [...(await classFolders(testPath))].map(([name, own]): [number, string[]] => {
    const label = classes.indexOf(name)
    if (label < 0)
      throw new UserError(
        `While importing ${testPath}: class ${show(name)} has no folder among the training images; use the same class folders.`,
      )
    return [label, own]
  })
  const test = await listFiles(testPath, tests, 'test')
  return {
    classes,
    files: [...train.files, ...test.files],
    unusable: [...train.unusable, ...test.unusable],
  }
}

/**
 * Class names, in order, each with its folders: most have one. Two whose names are the same text in Unicode's composed and
 * decomposed form ("é" as one character and as two) are one class.
 */
async function classFolders(folder: string): Promise<ReadonlyMap<string, string[]>> {
  const names = (await namesIn(folder)).filter((name) => !name.startsWith('.'))
  const areFolders = await Promise.all(names.map((name) => isFolder(join(folder, name))))
  const grouped = Map.groupBy(
    names.filter((_, i) => areFolders[i] === true),
    (name) => name.normalize('NFC'),
  )
  if (grouped.size < 2)
    throw new UserError(
      `While importing ${folder}: it has ${grouped.size} folders of images, and a classifier needs at least two classes; put each class into a folder of its own.`,
    )
  return new Map([...grouped].sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function listFiles(
  root: string,
  classes: Iterable<readonly [label: number, folders: readonly string[]]>,
  part: Part,
): Promise<{ files: ImageFile[]; unusable: UnusableFile[] }> {
  const files: ImageFile[] = []
  const unusable: UnusableFile[] = []
  for (const [label, folders] of classes) {
    const entries = await entriesOf(root, folders)
    if (part === 'train' && entries.length === 0)
      throw new UserError(
        `While importing ${root}: class ${show(folders[0])} has no image in its folder; add some or take the folder away.`,
      )
    for (const entry of entries) {
      const path = join(root, entry)
      if (/\.(png|jpe?g|jpe|jfif)$/i.test(entry)) files.push({ path, part, label })
      else unusable.push(new UnusableFile(path, 'it is neither a .png nor a .jpg file'))
    }
  }
  return { files, unusable }
}

/** The entries of the folders of one class, as paths below `root`. Hidden files are passed over. */
async function entriesOf(root: string, folders: readonly string[]): Promise<string[]> {
  const entries: string[] = []
  for (const folder of folders)
    for (const name of await namesIn(join(root, folder)))
      if (!/^(\.|thumbs\.db$|desktop\.ini$)/i.test(name)) entries.push(join(folder, name))
  return entries
}
