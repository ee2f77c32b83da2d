import type { SimdBackend } from '../backend.ts'
import type { Convolution } from './windows.ts'

/** Columns of the widest panel: builds with narrower ones join as many places, so that all give the same bits. */
const panel = 16
/** How many times less work it must be. */
const worthwhile = 1.2

/**
 * Convolutions to few channels leave most columns of a panel empty. So neighbouring places of a row are made one place with
 * the filters of all, each filter at its own taps among zeros; their results lie behind one another as before.
 *
 *   places      j     j+1            2 places of 5 taps to 6 channels each
 *   taps      0 1 2 3 4              ─► 1 place of 6 taps to 12 channels: 6 tiles of work, not 10
 *               0 1 2 3 4
 *
 * @returns the same convolution of joined places, and the blocks to free behind it; undefined where it would save little
 */
export function joinPlaces(
  backend: SimdBackend,
  c: Convolution,
): { readonly joined: Convolution; readonly blocks: readonly number[] } | undefined {
  const count = placesToJoin(c)
  if (count === 1) return undefined
  const { filters, channels, slices, rows, columns } = c
  const taps = columns.taps + (count - 1) * columns.stride
  const wide = count * filters
  const sliceStep = rows.taps * taps * channels * wide * 4
  const filter = backend.heap.allocate(slices.taps * sliceStep)
  backend.pool.dispatch('fill', [filter, 0], (slices.taps * sliceStep) / 4, 262_144)
  for (let slice = 0; slice < slices.taps; slice++) {
    for (let place = 0; place < count; place++) {
      const to = filter + slice * sliceStep + place * (columns.stride * channels * wide + filters) * 4
      copyTaps(backend, c, c.filter.from + slice * c.filter.sliceStep, to, [taps, wide])
    }
  }
  const bias = c.bias === 0 ? 0 : backend.heap.allocate(wide * 4)
  if (c.bias !== 0) {
    const parameters = [c.bias, bias, 1, 1, filters, 0, 0, 0, 4, filters * 4, 0, 0, 4]
    backend.pool.dispatch('copyRows', parameters, count, count)
  }
  const [volumeStep, ofSlice, rowStep, placeStep] = c.steps
  const joined = {
    ...c,
    filters: wide,
    columns: { ...columns, out: columns.out / count, taps, stride: columns.stride * count },
    filter: { from: filter, sliceStep, taps: [1, 0, 1, 0, rows.taps * taps * channels, wide * 4, wide, 4] },
    steps: [volumeStep, ofSlice, rowStep, placeStep * count] as const,
    bias,
  }
  return { joined, blocks: bias === 0 ? [filter] : [filter, bias] }
}

function placesToJoin({ filters, columns, steps }: Convolution): number {
  const { out, taps, stride, dilation } = columns
  if (dilation > 1 || steps[3] !== filters * 4) return 1
  let [best, least] = [1, 1 / worthwhile]
  for (let count = 2; count * filters <= panel; count++) {
    const work = (taps + (count - 1) * stride) / (count * taps)
    if (out % count === 0 && work < least) [best, least] = [count, work]
  }
  return best
}

/** Copies the taps of a slice to [rows, taps, channels, wide]. */
function copyTaps(
  backend: SimdBackend,
  { channels, filters, filter, rows, columns }: Convolution,
  from: number,
  to: number,
  [taps, wide]: readonly [number, number],
): void {
  const [, rowStep = 0, , columnStep = 0, , innerStep = 0, , filterStep = 0] = filter.taps
  const target = [taps * channels * wide * 4, channels * wide * 4, wide * 4, 4]
  const walk = [columns.taps, channels, filters, rowStep, columnStep, innerStep, filterStep, ...target]
  const items = rows.taps * columns.taps * channels
  backend.pool.dispatch('copyRows', [from, to, ...walk], items, 4096)
}
