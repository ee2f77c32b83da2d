import type { Sharp } from 'sharp'
import { asValues, type Values } from '../meta.ts'
import { toSeeable } from '../seeable.ts'

/** Classes of which pictures are shown, and how many of each. */
export const classesPictured = 8
export const picturesEach = 4

/** Pixels of a picture. */
const box = { height: 48, width: 96 }
/** A larger image is not made small for a look. */
const mostPixels = 25_000_000

/** A small picture of an opened image, as a data address; undefined for one too large for a look. */
export async function pictureOf(
  image: Sharp,
  { height, width }: { readonly height: number; readonly width: number },
  isDeep: boolean,
): Promise<string | undefined> {
  if (height * width > mostPixels) return undefined
  const small = image.autoOrient().resize({ ...box, fit: 'inside', withoutEnlargement: true })
  return address((isDeep ? await stretched(small) : small).toColourspace('srgb'))
}

/** A picture of raw numbers of 8 bits, [height, width, channels] row-major. */
export async function pictureOfValues(values: Values, shape: readonly number[]): Promise<string> {
  const [height = 1, width = 1, channels = 1] = shape
  const { default: sharp } = await import('sharp')
  const raw = { height, width, channels: channels === 3 ? 3 : 1 } as const
  return address(
    sharp(toSeeable(values), { raw }).resize({ ...box, fit: 'inside', withoutEnlargement: true }),
  )
}

const address = async (image: Sharp): Promise<string> =>
  `data:image/png;base64,${(await image.png().toBuffer()).toString('base64')}`

async function stretched(image: Sharp): Promise<Sharp> {
  const wide = image.flatten({ background: '#000' }).toColourspace('rgb16').raw({ depth: 'ushort' })
  const { data, info } = await wide.toBuffer({ resolveWithObject: true })
  const { default: sharp } = await import('sharp')
  return sharp(toSeeable(asValues('uint16', Uint8Array.from(data))), {
    raw: { height: info.height, width: info.width, channels: 3 },
  })
}
