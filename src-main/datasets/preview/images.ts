import { relative } from 'node:path'
import type { Metadata } from 'sharp'
import type { ImagesOptions } from '../../../shared/data/importOptions.ts'
import { type DataPreview, type ImageFacts, mostBrokenShown } from '../../../shared/data/preview.ts'
import { UserError } from '../../../shared/errors.ts'
import { decodeOpened, isDeep, openImage } from '../importers/decodeImage.ts'
import { findImages, type ImageFile } from '../importers/imageFiles.ts'
import { createSurvey, orUnusable } from '../importers/images.ts'
import { inOrder } from '../importers/inOrder.ts'
import { UnusableFile } from '../importers/unusableFiles.ts'
import { createPace, type LookBounds } from './look.ts'
import { classesPictured, pictureOf, picturesEach } from './pictures.ts'

/** Sizes that are told one by one. */
const sizesShown = 5

interface Looked {
  readonly metadata: Metadata
  readonly picture: string | undefined
}

/**
 * A folder of images before its import: files are counted by their names at once; each that is opened is decoded whole, as
 * the import does, so that what is broken is known.
 */
export async function* lookAtImages(
  options: ImagesOptions,
  bounds: LookBounds,
): AsyncGenerator<DataPreview, void, undefined> {
  const found = await findImages(options)
  const chosen = choose(found.files, bounds.files)
  const pictured = new Set(picturedOf(found.files))
  const tally = createTally(options, found)
  const isDue = createPace()
  let opened = 0
  let bytes = 0
  const look = (file: ImageFile) => orUnusable(lookAt(file.path, pictured.has(file)))
  for await (const [file, looked] of inOrder(chosen, look)) {
    opened += 1
    if (looked instanceof UnusableFile) tally.addBroken(file, looked)
    else {
      tally.add(file, looked)
      bytes += looked.metadata.size ?? 0
    }
    if (bytes > bounds.bytes && opened < chosen.length) break
    if (isDue()) yield tally.preview(opened)
  }
  yield tally.preview(opened)
}

async function lookAt(path: string, isPictured: boolean): Promise<Looked> {
  const own = await openImage(path)
  const { metadata } = own
  const { height, width } = metadata.autoOrient
  const picture = isPictured
    ? await pictureOf(own.image.clone(), { height, width }, isDeep(metadata)).catch(() => undefined)
    : undefined
  const depth = isDeep(metadata) ? 16 : 8
  await decodeOpened(path, own, { height, width, channels: 3, resize: false, depth })
  return { metadata, picture }
}

/** All of them, or some at even distances: a folder is sorted by class. */
function choose(files: readonly ImageFile[], most: number): readonly ImageFile[] {
  if (files.length <= most) return files
  const spread = Array.from({ length: most }, (_, i) => files[Math.floor((i * files.length) / most)])
  const wanted = new Set([...picturedOf(files), ...spread])
  return files.filter((file) => wanted.has(file))
}

/** The first of the first classes. */
function picturedOf(files: readonly ImageFile[]): ImageFile[] {
  const ofClass = new Map<number, ImageFile[]>()
  for (const file of files) {
    if (file.part === 'test' || file.label >= classesPictured) continue
    const own = ofClass.get(file.label) ?? []
    if (own.length < picturesEach) own.push(file)
    ofClass.set(file.label, own)
  }
  return [...ofClass.values()].flat()
}

type Found = Awaited<ReturnType<typeof findImages>>

function createTally(options: ImagesOptions, { classes, files, unusable }: Found) {
  const survey = createSurvey(options)
  const counts = classes.map(() => ({ train: 0, test: 0 }))
  for (const { label, part } of files) {
    const own = counts[label]
    if (own !== undefined) own[part] += 1
  }
  const broken = [...unusable]
  const pictures: string[][] = classes.map(() => [])
  const sizes = new Map<string, { height: number; width: number; count: number }>()
  let colour = 0
  let deep = 0
  let refusal: string | null = null
  return {
    add({ path, label }: ImageFile, { metadata, picture }: Looked): void {
      const { height, width } = metadata.autoOrient
      const own = sizes.get(`${height} ${width}`) ?? { height, width, count: 0 }
      own.count += 1
      sizes.set(`${height} ${width}`, own)
      colour += Number(metadata.space !== 'b-w' && metadata.space !== 'grey16')
      deep += Number(isDeep(metadata))
      if (picture !== undefined) pictures[label]?.push(picture)
      try {
        survey.add(path, metadata)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        refusal ??= error.message
      }
    },
    addBroken({ label, part }: ImageFile, file: UnusableFile): void {
      broken.push(file)
      const own = counts[label]
      if (own !== undefined) own[part] -= 1
    },
    preview(opened: number): DataPreview {
      const isWhole = opened === files.length
      const is = isWhole ? 'exact' : 'atMost'
      const sum = (part: 'train' | 'test') => counts.reduce((total, own) => total + own[part], 0)
      const { height, width, channels } = survey.target()
      const becomes = { height, width, channels, isScaled: options.resize !== undefined }
      return {
        format: 'images',
        isWhole,
        seen: { count: opened, unit: 'image' },
        progress: { done: opened, total: files.length, unit: 'file' },
        train: { count: sum('train'), is },
        test: options.testPath === undefined ? null : { count: sum('test'), is },
        images: {
          ...sizeFacts([...sizes.values()]),
          ...{ colour, deep },
          becomes: refusal === null && sizes.size > 0 ? becomes : null,
        },
        table: null,
        classes: classes.map((name, c) => ({
          name,
          ...(counts[c] ?? { train: 0, test: 0 }),
          pictures: pictures[c] ?? [],
        })),
        classesOf: isWhole ? 'all' : 'files',
        broken: {
          shown: broken
            .slice(0, mostBrokenShown)
            .map(({ path, message }) => ({ place: placeOf(options, path), why: message })),
          total: { count: broken.length, is: isWhole ? 'exact' : 'atLeast' },
          canSkip: true,
        },
        refusal,
      }
    },
  }
}

/** Below the folder of its part. */
function placeOf({ path, testPath }: ImagesOptions, file: string): string {
  const own = relative(path, file)
  return own.startsWith('..') && testPath !== undefined ? `test: ${relative(testPath, file)}` : own
}

function sizeFacts(
  sizes: readonly { height: number; width: number; count: number }[],
): Omit<ImageFacts, 'colour' | 'deep' | 'becomes'> {
  const heights = sizes.map(({ height }) => height)
  const widths = sizes.map(({ width }) => width)
  const least = (all: readonly number[]) => all.reduce((a, b) => Math.min(a, b), all[0] ?? 0)
  const greatest = (all: readonly number[]) => all.reduce((a, b) => Math.max(a, b), 0)
  return {
    sizes: sizes.toSorted((a, b) => b.count - a.count).slice(0, sizesShown),
    differentSizes: sizes.length,
    leastHeight: least(heights),
    greatestHeight: greatest(heights),
    leastWidth: least(widths),
    greatestWidth: greatest(widths),
    looked: sizes.reduce((sum, { count }) => sum + count, 0),
  }
}
