import { outerColumns, outerTile } from './gradient'
import { filterGradientLine, gradientLine, inputLine, pointBytes, points } from './winogradLines'
import { copyOrPoint } from './winogradWindow'

/**
 * The gradient of a 3×3 filter [3, 3, channels, filters], summed over the images of one item and written to the item's
 * own part of `partial`. Items: groups of `group` images; their tiles are taken `block` at a time.
 */
export function winogradFilterGradient(
  x: usize,
  dy: usize,
  partial: usize,
  images: i32,
  group: i32,
  block: i32,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  rows: i32,
  places: i32,
  filters: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const tileColumns = (places + 3) >> 2
  const perImage = ((rows + 3) >> 2) * tileColumns
  const pixel = (<usize>channels) << 2
  const outPixel = (<usize>filters) << 2
  const pointStep = pointBytes(block, channels)
  const outPointStep = pointBytes(block, filters)
  const sumStep = <usize>channels * outPixel
  const half = scratch
  const window = scratch + 1024
  const inputs = window + 36 * max(pixel, outPixel)
  const gradients = inputs + <usize>points * pointStep
  const sums = gradients + <usize>points * outPointStep
  for (let item = from; item < to; item++) {
    const begin = item * group * perImage
    const end = min(images, (item + 1) * group) * perImage
    for (let first = begin; first < end; first += block) {
      const count = min(block, end - first)
      for (let t = 0; t < count; t++) {
        const index = first + t
        const place = index % perImage
        const image = index / perImage
        const y0 = (place / tileColumns) * 4
        const x0 = (place % tileColumns) * 4
        copyOrPoint(x + <usize>(image * height * width) * pixel, height, width, pixel, y0 - top, x0 - left, 6, window)
        let source = load<usize>(window - 16)
        let pitch = load<usize>(window - 8)
        const target = inputs + <usize>t * pixel
        for (let c: usize = 0; c < pixel; c += 16) {
          for (let column: usize = 0; column < 6; column++) {
            inputLine(source + c + column * pixel, pitch, half + (column << 4), 96)
          }
          for (let row: usize = 0; row < 6; row++) {
            inputLine(half + row * 96, 16, target + c + row * 6 * pointStep, pointStep)
          }
        }
        copyOrPoint(dy + <usize>(image * rows * places) * outPixel, rows, places, outPixel, y0, x0, 4, window)
        source = load<usize>(window - 16)
        pitch = load<usize>(window - 8)
        const outTarget = gradients + <usize>t * outPixel
        for (let f: usize = 0; f < outPixel; f += 16) {
          for (let column: usize = 0; column < 4; column++) {
            gradientLine(source + f + column * outPixel, pitch, half + (column << 4), 64)
          }
          for (let row: usize = 0; row < 6; row++) {
            gradientLine(half + row * 64, 16, outTarget + f + row * 6 * outPointStep, outPointStep)
          }
        }
      }
      for (let point: usize = 0; point < 36; point++) {
        for (let c = 0; c < channels; c += 6) {
          for (let f = 0; f < filters; f += outerColumns) {
            outerTile(
              inputs + point * pointStep + ((<usize>c) << 2),
              pixel,
              0,
              gradients + point * outPointStep + ((<usize>f) << 2),
              outPixel,
              0,
              1,
              count,
              sums + point * sumStep + <usize>c * outPixel + ((<usize>f) << 2),
              outPixel,
              channels - c,
              filters - f,
              first == begin,
              true,
              scratch,
            )
          }
        }
      }
    }
    const target = partial + <usize>item * 9 * sumStep
    for (let at: usize = 0; at < sumStep; at += 16) {
      for (let column: usize = 0; column < 6; column++) {
        filterGradientLine(sums + at + column * sumStep, 6 * sumStep, half + (column << 4), 96)
      }
      for (let row: usize = 0; row < 3; row++) {
        filterGradientLine(half + row * 96, 16, target + at + row * 3 * sumStep, sumStep)
      }
    }
  }
}
