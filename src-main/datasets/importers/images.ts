import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Metadata, type Sharp } from 'sharp'
import type { ImagesOptions, OnProgress } from '../../../shared/data/importOptions.ts'
import { show, UserError } from '../../../shared/errors.ts'
import type { Part } from '../contentWriter.ts'
import { checkExtent, MAX_IMAGE_SIDE } from '../meta.ts'
import { isFolder, namesIn, peek } from '../userPaths.ts'
import type { DatasetWriter } from '../writer.ts'

/** The most pixels one file may have before it is scaled; a small file can unpack to any number. */
const MAX_PIXELS = 100_000_000
const MAX_FILE_BYTES = 256 * 1024 ** 2

/** Files decoded at the same time; the order of what is written does not depend on it. */
const AT_ONCE = 4

interface ImageFile {
  readonly path: string
  readonly part: Part
  readonly label: number
}

/** What every image must become. */
interface Target {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  readonly resize: boolean
}

/**
 * Imports a folder whose sub-folders are the classes (in order of their names), of PNG and JPEG files. Turned upright
 * by their EXIF orientation; transparent pixels stand on black; 16 bits become 8. All headers are read before the first
 * image is decoded, so that a wrong size is found early. Hidden files are passed over, others refused.
 * @throws UserError for anything wrong with the folder or a file, naming it
 */
export async function importImages(
  options: ImagesOptions,
  writer: DatasetWriter,
  onProgress: OnProgress,
): Promise<void> {
  const { classes, files } = await findImages(options)
  // Each file is opened twice; half of that is what people count.
  let opened = 0
  const advance = (): void =>
    onProgress({ done: Math.floor(++opened / 2), total: files.length, unit: 'examples' })

  const survey = createSurvey(options)
  for await (const [file, image] of inOrder(files, openImage)) {
    survey.add(file.path, image.metadata)
    advance()
  }
  const target = survey.target()
  const shape = [target.height, target.width, target.channels]
  await writer.begin({ kind: 'image', shape, dtype: 'uint8', classes }, files.length)
  for await (const [file, pixels] of inOrder(files, (file) => decode(file, target))) {
    await writer.append(file.part, pixels, [file.label])
    advance()
  }
}

/** Training images first. */
async function findImages({
  path,
  testPath,
}: ImagesOptions): Promise<{ classes: string[]; files: ImageFile[] }> {
  const classes = await classFolders(path)
  const files = await listFiles(path, classes.entries(), 'train')
  if (testPath === undefined) return { classes, files }
  const labels = (await classFolders(testPath)).map((name): [number, string] => [classes.indexOf(name), name])
  for (const [label, name] of labels)
    if (label < 0)
      throw new UserError(
        `While importing ${testPath}: class ${show(name)} has no folder among the training images; use the same class folders.`,
      )
  return { classes, files: [...files, ...(await listFiles(testPath, labels, 'test'))] }
}

/** Works on a few items at a time and gives the results in the order of the items. */
async function* inOrder<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<[Item, Result]> {
  const running: Promise<Result>[] = []
  try {
    for (const [i, item] of items.entries()) {
      while (running.length < AT_ONCE && i + running.length < items.length) {
        const next = items[i + running.length]
        if (next === undefined) break
        const result = work(next)
        // It is awaited later; until then a failure must not count as unhandled.
        result.catch(() => undefined)
        running.push(result)
      }
      const result = running.shift()
      if (result !== undefined) yield [item, await result]
    }
  } finally {
    await Promise.allSettled(running)
  }
}

async function classFolders(folder: string): Promise<string[]> {
  const names = (await namesIn(folder)).filter((name) => !name.startsWith('.'))
  const folders = await Promise.all(names.map((name) => isFolder(join(folder, name))))
  const classes = names.filter((_, i) => folders[i] === true)
  if (classes.length < 2)
    throw new UserError(
      `While importing ${folder}: it has ${classes.length} folders of images, and a classifier needs at least two classes; put each class into a folder of its own.`,
    )
  return classes
}

async function listFiles(
  folder: string,
  classes: Iterable<readonly [label: number, name: string]>,
  part: Part,
): Promise<ImageFile[]> {
  const files: ImageFile[] = []
  for (const [label, name] of classes) {
    const shown = (await namesIn(join(folder, name))).filter(
      (entry) => !/^(\.|thumbs\.db$|desktop\.ini$)/i.test(entry),
    )
    if (part === 'train' && shown.length === 0)
      throw new UserError(
        `While importing ${folder}: class ${show(name)} has no image in its folder; add some or take the folder away.`,
      )
    for (const entry of shown) {
      if (!/\.(png|jpe?g)$/i.test(entry))
        throw new UserError(
          `While importing ${folder}: ${show(join(name, entry))} is neither a .png nor a .jpg file; take it out of the class folder.`,
        )
      files.push({ path: join(folder, name, entry), part, label })
    }
  }
  return files
}

interface OpenImage {
  readonly image: Sharp
  readonly metadata: Metadata
}

/**
 * Reads the file and its header. The first bytes decide, not the name: the image library also knows formats that
 * fetch other files.
 */
async function openImage({ path }: ImageFile): Promise<OpenImage> {
  const { size } = await peek(path, 0)
  if (size > MAX_FILE_BYTES)
    throw new UserError(
      `While importing ${path}: it has ${size} bytes, more than the 256 MiB an image may have; take it out of the folder.`,
    )
  const bytes = await readFile(path)
  const isPng = bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
  const isJpeg = bytes.length > 2 && bytes.readUIntBE(0, 3) === 0xffd8ff
  if (!isPng && !isJpeg)
    throw new UserError(
      `While importing ${path}: its content is neither PNG nor JPEG; take it out of the folder.`,
    )
  const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
  try {
    return { image, metadata: await image.metadata() }
  } catch (error) {
    throw badImage(path, error)
  }
}

function badImage(path: string, error: unknown): UserError {
  const tooLarge = error instanceof Error && error.message.includes('pixel limit')
  const why = tooLarge ? `it has more than ${MAX_PIXELS} pixels` : 'the image is damaged or cut short'
  return new UserError(`While importing ${path}: ${why}; replace it or take it out of the folder.`, {
    cause: error,
  })
}

/** Looks at all headers: are they of one size, is there any colour? */
function createSurvey({ resize, channels }: ImagesOptions) {
  let size: { height: number; width: number; path: string } | undefined
  let colour = false
  return {
    add(path: string, metadata: Metadata): void {
      // The size as seen, upright.
      const { height, width } = metadata.autoOrient
      if (height * width > MAX_PIXELS) throw badImage(path, new Error('pixel limit'))
      colour ||= metadata.space !== 'b-w' && metadata.space !== 'grey16'
      size ??= { height, width, path }
      if (!resize && Math.max(height, width) > MAX_IMAGE_SIDE)
        checkExtent(`While importing ${path}`, 'image', [height, width, 1], 'uint8', 1)
      if (!resize && (size.height !== height || size.width !== width))
        throw new UserError(
          `While importing ${path}: it is ${height} x ${width} pixels, but ${size.path} is ${size.height} x ${size.width}; give a size to scale all images to.`,
        )
    },
    target(): Target {
      const { height, width } = resize ?? size ?? { height: 1, width: 1 }
      return { height, width, channels: channels ?? (colour ? 3 : 1), resize: resize !== undefined }
    },
  }
}

async function decode(file: ImageFile, { height, width, channels, resize }: Target): Promise<Uint8Array> {
  const { image } = await openImage(file)
  try {
    let work = image.autoOrient().flatten({ background: '#000' })
    if (resize) work = work.resize({ height, width, fit: 'cover' })
    work = channels === 1 ? work.toColourspace('b-w') : work.toColourspace('srgb')
    const { data, info } = await work.raw().toBuffer({ resolveWithObject: true })
    if (info.height !== height || info.width !== width || info.channels !== channels)
      throw new Error(`decoded to ${info.height} x ${info.width} x ${info.channels}`)
    return data
  } catch (error) {
    throw badImage(file.path, error)
  }
}
