import type { Metadata } from 'sharp'
import { decodeOpened, isDeep, openImage, type Target } from '../importers/decodeImage.ts'

/** An image as the training's are, and what had to be done to it. */
interface FittedImage {
  readonly pixels: Uint8Array | Uint16Array
  /** In words, null where nothing had to be. */
  readonly note: string | null
}

/**
 * Decodes an image as an import would have done it: upright, on black, scaled to the size of the data set with what
 * overhangs cut off.
 * @throws UnusableFile for what is no whole PNG or JPEG; UserError when the file cannot be read
 */
export async function fitImage(
  path: string,
  [height = 1, width = 1, channels = 1]: readonly number[],
  dtype: 'uint8' | 'uint16',
): Promise<FittedImage> {
  const opened = await openImage(path)
  const { autoOrient } = opened.metadata
  const target: Target = {
    height,
    width,
    channels: channels === 3 ? 3 : 1,
    resize: autoOrient.height !== height || autoOrient.width !== width,
    depth: dtype === 'uint16' ? 16 : 8,
  }
  const pixels = await decodeOpened(path, opened, target)
  const changes = changesOf(opened.metadata, target)
  return { pixels, note: changes.length === 0 ? null : changes.join(', ') }
}

function changesOf(metadata: Metadata, { height, width, channels, resize, depth }: Target): string[] {
  const { autoOrient, orientation = 1, space, hasAlpha } = metadata
  const isGrey = space === 'b-w' || space === 'grey16'
  const isCut = autoOrient.height * width !== autoOrient.width * height
  const deep = isDeep(metadata)
  return [
    orientation > 1 ? 'turned upright' : '',
    hasAlpha ? 'transparent parts laid on black' : '',
    resize
      ? `scaled from ${autoOrient.height} × ${autoOrient.width} to ${height} × ${width} pixels${isCut ? ' with its edges cut' : ''}`
      : '',
    channels === 1 && !isGrey ? 'made grey' : '',
    channels === 3 && isGrey ? 'its grey taken for all three colours' : '',
    deep && depth === 8 ? '16 bits cut to 8' : '',
    !deep && depth === 16 ? '8 bits widened to 16' : '',
  ].filter((words) => words !== '')
}
