import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import type { ClassPicture } from '../../../shared/api/datasets.ts'
import { asValues } from '../meta.ts'
import { toSeeable } from '../seeable.ts'
import { namesIn } from '../userPaths.ts'
import { isDeep, openImage } from './decodeImage.ts'

/** Classes that are looked at, and what a picture of one may cost. */
const mostClasses = 8
const mostFileBytes = 16 * 1024 ** 2
const mostPixels = 25_000_000
/** Pixels of a picture. */
const box = { height: 48, width: 96 }

/**
 * The first image of the first class folders, small, for a look before an import. What cannot be read is left out: the
 * import will tell of it.
 */
export async function previewImages(folder: string): Promise<ClassPicture[]> {
  const found: ClassPicture[] = []
  const names = (await namesIn(folder)).filter((name) => !name.startsWith('.'))
  for (const name of names) {
    if (found.length === mostClasses) break
    const picture = await pictureOf(join(folder, name)).catch(() => undefined)
    if (picture !== undefined) found.push({ name: name.normalize('NFC'), ...picture })
  }
  return found
}

async function pictureOf(folder: string): Promise<Omit<ClassPicture, 'name'> | undefined> {
  // A link may lead out of the folders that the person at a browser may look into.
  if (!(await lstat(folder)).isDirectory()) return undefined
  const files = (await namesIn(folder)).filter((name) => /\.(png|jpe?g|jpe|jfif)$/i.test(name))
  const [first] = files
  if (first === undefined) return undefined
  const path = join(folder, first)
  const entry = await lstat(path)
  if (!entry.isFile() || entry.size > mostFileBytes) return undefined
  const { image, metadata } = await openImage(path)
  const { height, width } = metadata.autoOrient
  if (height * width > mostPixels) return undefined
  const small = image.autoOrient().resize({ ...box, fit: 'inside', withoutEnlargement: true })
  const png = await (isDeep(metadata) ? await stretched(small) : small).toColourspace('srgb').png().toBuffer()
  return {
    files: files.length,
    height,
    width,
    bits: isDeep(metadata) ? 16 : 8,
    picture: `data:image/png;base64,${png.toString('base64')}`,
  }
}

async function stretched(image: Sharp): Promise<Sharp> {
  const wide = image.flatten({ background: '#000' }).toColourspace('rgb16').raw({ depth: 'ushort' })
  const { data, info } = await wide.toBuffer({ resolveWithObject: true })
  return sharp(toSeeable(asValues('uint16', Uint8Array.from(data))), {
    raw: { height: info.height, width: info.width, channels: 3 },
  })
}
