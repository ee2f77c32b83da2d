/*
 * Tables whose rows are images: one number from 0 to 255 for each level of each pixel, of squares, grey or in colour.
 */

/** How the levels of colours lie in a row: all red ones before all green and all blue ones, or the three of a pixel together. */
export const pixelLayouts = ['planar', 'interleaved'] as const
export type PixelLayout = (typeof pixelLayouts)[number]

export interface PixelShape {
  /** Height and width. */
  readonly side: number
  readonly channels: 1 | 3
}

/** Sides below are offered to nobody: 4 or 12 whole numbers in a row are mostly no image. */
const leastSide = 8

/** The square images that have so many levels: side² grey ones, or 3 · side² in colour; no number is both. */
export function pixelShape(levels: number): PixelShape | undefined {
  for (const channels of [1, 3] as const) {
    const side = Math.sqrt(levels / channels)
    if (Number.isInteger(side) && side > 0) return { side, channels }
  }
  return undefined
}

/** The level that a cell says, undefined where it is no whole number from 0 to 255. "12.0" is 12. */
export function levelOf(text: string): number | undefined {
  if (!/^\d{1,3}(\.0*)?$/.test(text)) return undefined
  const level = Number(text)
  return level <= 255 ? level : undefined
}

/**
 * The images that the rows of a table may be, by some of them: as many levels as a square has, none of them text or out of
 * range, and not all of them 0 or 1, as flags are.
 * @param rows cells without that of the label
 */
export function looksLikePixels(rows: readonly (readonly string[])[]): PixelShape | undefined {
  const [first] = rows
  const shape = first && pixelShape(first.length)
  if (shape === undefined || shape.side < leastSide) return undefined
  const levels = rows.flat().map(levelOf)
  return levels.every((level) => level !== undefined) && levels.some((level) => level > 1) ? shape : undefined
}

/** The layout that the names of the columns tell, as "r0 … g0 … b0 …" or "0_r, 0_g, 0_b, …" do. */
export function layoutByNames(names: readonly string[]): PixelLayout | undefined {
  const channels = names.map(channelOf)
  const third = names.length / 3
  if (channels.every((channel, at) => channel === Math.floor(at / third))) return 'planar'
  return channels.every((channel, at) => channel === at % 3) ? 'interleaved' : undefined
}

const colours = ['r', 'g', 'b']

function channelOf(name: string): number {
  const [, before, after] =
    /^(red|green|blue|r|g|b)(?![a-z])|(?<![a-z])(red|green|blue|r|g|b)$/i.exec(name) ?? []
  return colours.indexOf((before ?? after ?? '').charAt(0).toLowerCase())
}

/**
 * The layout in which the pixels of some images differ least from those below them: neighbours are alike.
 * @param images levels of each, 3 · side²
 */
export function layoutByLook(images: readonly ArrayLike<number>[], side: number): PixelLayout {
  const steps = { planar: side, interleaved: 3 * side }
  const change = (step: number): number => {
    let sum = 0
    let pairs = 0
    for (const image of images)
      for (let at = 0; at + step < image.length; at++) {
        sum += Math.abs((image[at + step] ?? 0) - (image[at] ?? 0))
        pairs += 1
      }
    return sum / Math.max(1, pairs)
  }
  return change(steps.interleaved) < change(steps.planar) ? 'interleaved' : 'planar'
}

/** What images of a shape are called: "28 × 28 pixels", "32 × 32 pixels in colour". */
export const pixelWords = ({ side, channels }: PixelShape): string =>
  `${side} × ${side} pixels${channels === 3 ? ' in colour' : ''}`
