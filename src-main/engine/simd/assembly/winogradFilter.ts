import { filterLine, points } from './winogradLines'

/**
 * A filter to its 36 points, each packed as panels of `columns` filters, 8 or 16: [point, panel, channel, columns]. The
 * taps lie rowStep and tapStep apart, channels and filters channelStep and filterStep. Items: panels × channels, the
 * channel changing fastest.
 */
export function winogradFilter(
  source: usize,
  packed: usize,
  channels: i32,
  filters: i32,
  columns: i32,
  rowStep: i32,
  tapStep: i32,
  channelStep: i32,
  filterStep: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const panels = (filters + columns - 1) / columns
  const pointStep = (<usize>(panels * channels * columns)) << 2
  const taps = scratch
  const half = scratch + 256
  for (let item = from; item < to; item++) {
    const panel = item / channels
    const c = item % channels
    const target = packed + ((<usize>(item * columns)) << 2)
    for (let part = 0; part < columns; part += 4) {
      const first = panel * columns + part
      if (first >= filters) {
        for (let point = 0; point < points; point++) {
          v128.store(target + <usize>point * pointStep + ((<usize>part) << 2), f32x4.splat(0))
        }
        continue
      }
      const start = source + <usize>(c * channelStep + first * filterStep)
      for (let tap = 0; tap < 9; tap++) {
        const at = start + <usize>((tap / 3) * rowStep + (tap % 3) * tapStep)
        const own = taps + ((<usize>tap) << 4)
        if (filterStep == 4) {
          v128.store(own, v128.load(at))
          continue
        }
        store<f32>(own, load<f32>(at))
        store<f32>(own, load<f32>(at + <usize>filterStep), 4)
        store<f32>(own, load<f32>(at + <usize>(2 * filterStep)), 8)
        store<f32>(own, load<f32>(at + <usize>(3 * filterStep)), 12)
      }
      // Columns first: three of three numbers each to [6, 3], then its six rows to [6, 6].
      for (let column: usize = 0; column < 3; column++) {
        filterLine(taps + (column << 4), 48, half + (column << 4), 48)
      }
      for (let row: usize = 0; row < 6; row++) {
        filterLine(half + row * 48, 16, target + row * 6 * pointStep + ((<usize>part) << 2), pointStep)
      }
    }
  }
}
