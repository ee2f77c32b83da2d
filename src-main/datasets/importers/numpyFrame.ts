import type { PixelLayout } from '../../../shared/data/pixels.ts'
import { UserError } from '../../../shared/errors.ts'
import type { Frame } from './pixelRows.ts'

interface Framed {
  readonly layout?: PixelLayout | undefined
  /** Absent where it is told by the number of levels: a square. */
  readonly frame?: Frame
}

/**
 * What images of these axes are: [h, w], [h, w, c] with the levels of a pixel together, or [c, h, w] with planes.
 * @param name of the array
 * @throws UserError where they are none, or where both may be and nothing says which
 */
export function frameOf(name: string, axes: readonly number[], layout: PixelLayout | undefined): Framed {
  const [a = 0, b = 0, c = 0] = axes
  const shape = axes.join(' × ')
  if (axes.length < 2) return { layout }
  if (axes.length === 2) return { frame: { height: a, width: b, channels: 1 } }
  const [first, last] = [channelsOf(a), channelsOf(c)]
  if (axes.length > 3 || (first === undefined && last === undefined))
    throw new UserError(
      `While reading ${name}: its examples are ${shape}, which are no images with 1 level (grey) or 3 (colour) a pixel; save them as such, or import them as a table (as: table, --as table).`,
    )
  if (first !== undefined && last !== undefined && layout === undefined)
    throw new UserError(
      `While reading ${name}: its examples are ${shape}, which may be ${a} planes of ${b} × ${c} pixels or ${a} × ${b} pixels of ${c}; say the layout planar or interleaved (layout, --layout).`,
    )
  const order = layout ?? (last === undefined ? 'planar' : 'interleaved')
  const channels = order === 'planar' ? first : last
  if (channels === undefined)
    throw new UserError(
      `While reading ${name}: its examples are ${shape}, which cannot lie in the layout ${order}; say the other layout, or none.`,
    )
  const [height, width] = order === 'planar' ? [b, c] : [a, b]
  return { layout: order, frame: { height, width, channels } }
}

const channelsOf = (axis: number): 1 | 3 | undefined => (axis === 1 || axis === 3 ? axis : undefined)
