import type { Metadata } from 'sharp'
import type { ImagesOptions, OnProgress } from '../../../shared/data/importOptions.ts'
import { UserError } from '../../../shared/errors.ts'
import { checkExtent, MAX_IMAGE_SIDE } from '../meta.ts'
import type { DatasetWriter } from '../writer.ts'
import { decodeImage, isDeep, openImage, type Target } from './decodeImage.ts'
import { findImages, type ImageFile } from './imageFiles.ts'
import { inOrder } from './inOrder.ts'
import { leftOutNote, refusalOf, UnusableFile } from './unusableFiles.ts'

/**
 * Imports a folder whose sub-folders are the classes (in order of their names), of PNG and JPEG files. Turned upright
 * by their EXIF orientation; transparent pixels stand on black; 16 bits stay 16 where one file has them. All headers are
 * read before the first image is decoded, so that a wrong size is found early. Hidden files are passed over. All files are
 * looked at before one that cannot be used is a reason to refuse: they are told together, or left out where the options
 * say so.
 * @throws UserError for anything wrong with the folder or a file, naming it
 */
export async function importImages(
  options: ImagesOptions,
  writer: DatasetWriter,
  onProgress: OnProgress,
): Promise<void> {
  const found = await findImages(options)
  const unusable = [...found.unusable]
  // Each file is opened twice; half of that is what people count.
  let opened = 0
  const advance = (): void =>
    onProgress({ done: Math.floor(++opened / 2), total: found.files.length, unit: 'examples' })

  const survey = createSurvey(options)
  const files: ImageFile[] = []
  for await (const [file, image] of inOrder(found.files, (file) => orUnusable(openImage(file.path)))) {
    advance()
    if (image instanceof UnusableFile) unusable.push(image)
    else {
      survey.add(file.path, image.metadata)
      files.push(file)
    }
  }
  const target = survey.target()
  const { height, width, channels, depth } = target
  await writer.begin(
    {
      kind: 'image',
      shape: [height, width, channels],
      dtype: depth === 16 ? 'uint16' : 'uint8',
      classes: found.classes,
    },
    files.length,
  )
  for await (const [file, pixels] of inOrder(files, ({ path }) => orUnusable(decodeImage(path, target)))) {
    advance()
    if (pixels instanceof UnusableFile) unusable.push(pixels)
    else if (options.skipUnusable || unusable.length === 0)
      await writer.append(file.part, pixels, [file.label])
  }
  if (unusable.length > 0 && !options.skipUnusable) throw refusalOf(options.path, unusable)
  const note = leftOutNote(options.path, unusable)
  if (note !== undefined) writer.note(note)
}

/** What the work gives, or the file that cannot be used as its result. */
export const orUnusable = <T>(work: Promise<T>): Promise<T | UnusableFile> =>
  work.catch((error: unknown) => {
    if (error instanceof UnusableFile) return error
    throw error
  })

/** Looks at all headers: are they of one size, is there any colour, has one more than 8 bits? */
export function createSurvey({ resize, channels }: Pick<ImagesOptions, 'resize' | 'channels'>) {
  let size: { height: number; width: number; path: string } | undefined
  let colour = false
  let deep = false
  return {
    add(path: string, metadata: Metadata): void {
      // The size as seen, upright.
      const { height, width } = metadata.autoOrient
      colour ||= metadata.space !== 'b-w' && metadata.space !== 'grey16'
      deep ||= isDeep(metadata)
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
      return {
        height,
        width,
        channels: channels ?? (colour ? 3 : 1),
        resize: resize !== undefined,
        depth: deep ? 16 : 8,
      }
    },
  }
}
