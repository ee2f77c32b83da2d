import { readFile } from 'node:fs/promises'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { peek } from '../userPaths.ts'
import { UnusableFile } from './unusableFiles.ts'

/** The most pixels one file may have before it is scaled; a small file can unpack to any number. */
const MAX_PIXELS = 100_000_000
const MAX_FILE_BYTES = 256 * 1024 ** 2

/** What every image must become. */
export interface Target {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  readonly resize: boolean
  /** Bits of one number. */
  readonly depth: 8 | 16
}

export interface OpenImage {
  readonly image: Sharp
  readonly metadata: Metadata
}

/**
 * Reads the file and its header. The first bytes decide, not the name: the image library also knows formats that
 * fetch other files.
 * @throws UnusableFile for what is no whole PNG or JPEG; UserError when the file cannot be read
 */
export async function openImage(path: string): Promise<OpenImage> {
  const { size } = await peek(path, 0)
  if (size > MAX_FILE_BYTES)
    throw new UnusableFile(path, `it has ${size} bytes, more than the 256 MiB an image may have`)
  const bytes = await readFile(path)
  const isPng = bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
  const isJpeg = bytes.length > 2 && bytes.readUIntBE(0, 3) === 0xffd8ff
  if (!isPng && !isJpeg) throw new UnusableFile(path, 'its content is neither PNG nor JPEG')
  // A JPEG whose scan is cut or zeroed is only a warning to the decoder, which fills the rest with grey.
  const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'warning' })
  try {
    const metadata = await image.metadata()
    const { height, width } = metadata.autoOrient
    if (height * width > MAX_PIXELS) throw new Error('pixel limit')
    return { image, metadata }
  } catch (error) {
    throw badImage(path, error)
  }
}

/** Whether the file has more than 8 bits a number. */
export const isDeep = ({ depth }: Metadata): boolean => depth === 'ushort'

/**
 * The pixels as the target wants them, row-major: turned upright by EXIF, transparent ones on black.
 * @throws UnusableFile when the image is damaged
 */
export async function decodeImage(path: string, target: Target): Promise<Uint8Array | Uint16Array> {
  return decodeOpened(path, await openImage(path), target)
}

/** The same of a file whose header has been read. @throws UnusableFile when the image is damaged */
export async function decodeOpened(
  path: string,
  { image, metadata }: OpenImage,
  target: Target,
): Promise<Uint8Array | Uint16Array> {
  try {
    return await decodePixels(image, isDeep(metadata), target)
  } catch (error) {
    throw badImage(path, error)
  }
}

async function decodePixels(
  image: Sharp,
  deep: boolean,
  { height, width, channels, resize, depth }: Target,
): Promise<Uint8Array | Uint16Array> {
  let work = image.autoOrient().flatten({ background: '#000' })
  if (resize) work = work.resize({ height, width, fit: 'cover' })
  // Each file is decoded at its own depth: what it has 16 bits of stays exact, and 8 bits are widened below.
  const isDeepTarget = deep && depth === 16
  const space = channels === 1 ? (isDeepTarget ? 'grey16' : 'b-w') : isDeepTarget ? 'rgb16' : 'srgb'
  const raw = work.toColourspace(space).raw({ depth: isDeepTarget ? 'ushort' : 'uchar' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  if (info.height !== height || info.width !== width || info.channels !== channels)
    throw new Error(`decoded to ${info.height} x ${info.width} x ${info.channels}`)
  if (isDeepTarget) return new Uint16Array(Uint8Array.from(data).buffer)
  // 255 becomes 65,535.
  return depth === 16 ? Uint16Array.from(data, (value) => value * 257) : data
}

function badImage(path: string, error: unknown): UnusableFile {
  const tooLarge = error instanceof Error && error.message.includes('pixel limit')
  const why = tooLarge ? `it has more than ${MAX_PIXELS} pixels` : 'the image is damaged or cut short'
  return new UnusableFile(path, why, { cause: error })
}
