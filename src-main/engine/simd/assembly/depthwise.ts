import { placeImage } from './convolution'
import { addLanes, putLanes } from './lanes'
import { loadPart, madd, put } from './simd'

/*
 * Depthwise convolutions: each channel has a filter of its own. Channels lie innermost, so eight of them make a vector,
 * and four places of a row stay in registers while the taps go by. A strip of rows is padded in the cache first, where a
 * channel with several filters is repeated for each: within the loops every filter has a channel of its own, a lane.
 */

const addBias: i32 = 1
const applyRelu: i32 = 2

/** Places of a row that are computed at once. */
const rowPlaces: i32 = 4

/** As placeImage, each channel written `multiplier` times. */
// @ts-ignore: decorator
@inline
function placeLanes(
  image: usize,
  padded: usize,
  height: i32,
  width: i32,
  channels: i32,
  multiplier: i32,
  top: i32,
  left: i32,
  paddedRows: i32,
  paddedWidth: i32,
): void {
  if (multiplier == 1) {
    placeImage(image, padded, height, width, channels, top, left, paddedRows, paddedWidth)
    return
  }
  const pixel = <usize>(channels * multiplier) << 2
  const lastColumn = min(paddedWidth, width + left)
  for (let row = max(0, top); row < min(paddedRows, height + top); row++) {
    for (let column = max(0, left); column < lastColumn; column++) {
      let from = image + ((<usize>(((row - top) * width + column - left) * channels)) << 2)
      let to = padded + <usize>(row * paddedWidth + column) * pixel
      for (let c = 0; c < channels; c++) {
        const value = load<f32>(from)
        for (let m = 0; m < multiplier; m++) {
          store<f32>(to, value)
          to += 4
        }
        from += 4
      }
    }
  }
}

/** Bytes of four places' sums, eight lanes each, that wait to be finished. */
const spareBytes: usize = 128

/** Eight sums to their place, or the first `lanes` of them, with bias and ReLU. */
function finish(sums: usize, to: usize, offset: usize, lanes: i32, bias: usize, mode: i32): void {
  let low = v128.load(sums)
  let high = v128.load(sums, 16)
  if (mode & addBias) {
    low = f32x4.add(low, loadPart(bias + offset, lanes))
    high = f32x4.add(high, loadPart(bias + offset + 16, lanes - 4))
  }
  if (mode & applyRelu) {
    low = f32x4.max(low, f32x4.splat(0))
    high = f32x4.max(high, f32x4.splat(0))
  }
  putLanes(to + offset, low, high, lanes)
}

/** One row of `places`, all its lanes. Steps are bytes. */
function depthwiseRow(
  x: usize,
  placeStep: usize,
  tapRows: i32,
  tapRowStep: usize,
  tapColumns: i32,
  tapStep: usize,
  filter: usize,
  filterRowStep: usize,
  filterStep: usize,
  lanes: i32,
  out: usize,
  outStep: usize,
  places: i32,
  bias: usize,
  mode: i32,
  spare: usize,
): void {
  const nextRow = tapRowStep - <usize>tapColumns * tapStep
  const nextFilterRow = filterRowStep - <usize>tapColumns * filterStep
  const zero = f32x4.splat(0)
  for (let lane = 0; lane < lanes; lane += 8) {
    const offset = (<usize>lane) << 2
    for (let place = 0; place < places; place += rowPlaces) {
      const second = <usize>min(place + 1, places - 1)
      const third = <usize>min(place + 2, places - 1)
      const fourth = <usize>min(place + 3, places - 1)
      const start = x + offset
      let a0 = start + <usize>place * placeStep
      let a1 = start + second * placeStep
      let a2 = start + third * placeStep
      let a3 = start + fourth * placeStep
      let f = filter + offset
      let c00 = zero
      let c01 = zero
      let c10 = zero
      let c11 = zero
      let c20 = zero
      let c21 = zero
      let c30 = zero
      let c31 = zero
      for (let r = tapRows; r > 0; r--) {
        for (let t = tapColumns; t > 0; t--) {
          const f0 = v128.load(f)
          const f1 = v128.load(f, 16)
          c00 = madd(v128.load(a0), f0, c00)
          c01 = madd(v128.load(a0, 16), f1, c01)
          c10 = madd(v128.load(a1), f0, c10)
          c11 = madd(v128.load(a1, 16), f1, c11)
          c20 = madd(v128.load(a2), f0, c20)
          c21 = madd(v128.load(a2, 16), f1, c21)
          c30 = madd(v128.load(a3), f0, c30)
          c31 = madd(v128.load(a3, 16), f1, c31)
          a0 += tapStep
          a1 += tapStep
          a2 += tapStep
          a3 += tapStep
          f += filterStep
        }
        a0 += nextRow
        a1 += nextRow
        a2 += nextRow
        a3 += nextRow
        f += nextFilterRow
      }
      const left = lanes - lane
      // Sums are stored in pairs and unconditionally: else the compiler would not join them (see wide/transforms.ts).
      const direct = mode == 0 && left >= 8
      const to = out + offset
      put(direct ? to + <usize>place * outStep : spare, c00, c01)
      put(direct ? to + second * outStep : spare + 32, c10, c11)
      put(direct ? to + third * outStep : spare + 64, c20, c21)
      put(direct ? to + fourth * outStep : spare + 96, c30, c31)
      if (direct) continue
      finish(spare, out + <usize>place * outStep, offset, left, bias, mode)
      finish(spare + 32, out + second * outStep, offset, left, bias, mode)
      finish(spare + 64, out + third * outStep, offset, left, bias, mode)
      finish(spare + 96, out + fourth * outStep, offset, left, bias, mode)
    }
  }
}

/**
 * A depthwise convolution of images [height, width, channels]: rows × places of an image go to i · outRowStep +
 * j · outPlaceStep of its output. Tap (r, t) of the filter lies at r · filterRowStep + t · filterStep, either may be
 * negative. Items: strips of `stripRows` rows of all images.
 */
export function depthwise(
  x: usize,
  filter: usize,
  out: usize,
  height: i32,
  width: i32,
  channels: i32,
  multiplier: i32,
  top: i32,
  left: i32,
  tapRows: i32,
  tapColumns: i32,
  strideRows: i32,
  strideColumns: i32,
  dilationRows: i32,
  dilationColumns: i32,
  filterRowStep: i32,
  filterStep: i32,
  rows: i32,
  places: i32,
  stripRows: i32,
  outImageBytes: usize,
  outRowStep: usize,
  outPlaceStep: usize,
  bias: usize,
  mode: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const lanes = channels * multiplier
  const pixel = (<usize>lanes) << 2
  const paddedWidth = (places - 1) * strideColumns + (tapColumns - 1) * dilationColumns + 1
  const pitch = <usize>paddedWidth * pixel
  const strips = (rows + stripRows - 1) / stripRows
  const imageBytes = (<usize>(height * width * channels)) << 2
  const reach = (tapRows - 1) * dilationRows + 1
  const whole = multiplier == 1 && top == 0 && left == 0 && paddedWidth == width && (rows - 1) * strideRows + reach <= height
  for (let item = from; item < to; item++) {
    const image = x + <usize>(item / strips) * imageBytes
    const first = (item % strips) * stripRows
    const count = min(stripRows, rows - first)
    const above = first * strideRows
    let padded = scratch + spareBytes
    if (whole) padded = image + <usize>above * pitch
    else {
      const paddedRows = (count - 1) * strideRows + reach
      memory.fill(padded, 0, <usize>paddedRows * pitch)
      placeLanes(image, padded, height, width, channels, multiplier, top - above, left, paddedRows, paddedWidth)
    }
    let target = out + <usize>(item / strips) * outImageBytes + <usize>first * outRowStep
    for (let row = 0; row < count; row++) {
      depthwiseRow(
        padded,
        <usize>strideColumns * pixel,
        tapRows,
        <usize>dilationRows * pitch,
        tapColumns,
        <usize>dilationColumns * pixel,
        filter,
        filterRowStep,
        filterStep,
        lanes,
        target,
        outPlaceStep,
        places,
        bias,
        mode,
        scratch,
      )
      padded += <usize>strideRows * pitch
      target += outRowStep
    }
  }
}

/**
 * The gradient of a depthwise filter [tapRows, tapColumns, lanes], summed over the images of one item and written to the
 * item's own part of `partial`. Nine taps at a time stay in registers. Items: groups of `group` images.
 */
export function depthwiseFilterGradient(
  x: usize,
  dy: usize,
  partial: usize,
  images: i32,
  group: i32,
  height: i32,
  width: i32,
  channels: i32,
  multiplier: i32,
  top: i32,
  left: i32,
  tapRows: i32,
  tapColumns: i32,
  strideRows: i32,
  strideColumns: i32,
  dilationRows: i32,
  dilationColumns: i32,
  rows: i32,
  places: i32,
  stripRows: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const lanes = channels * multiplier
  const pixel = (<usize>lanes) << 2
  const paddedWidth = (places - 1) * strideColumns + (tapColumns - 1) * dilationColumns + 1
  const pitch = <usize>paddedWidth * pixel
  const imageBytes = (<usize>(height * width * channels)) << 2
  const reach = (tapRows - 1) * dilationRows + 1
  const whole = multiplier == 1 && top == 0 && left == 0 && paddedWidth == width && (rows - 1) * strideRows + reach <= height
  const size = <usize>(tapRows * tapColumns) * pixel
  const dyRow = <usize>places * pixel
  for (let item = from; item < to; item++) {
    const target = partial + <usize>item * size
    memory.fill(target, 0, size)
    for (let image = item * group; image < min(images, (item + 1) * group); image++) {
      const source = x + <usize>image * imageBytes
      for (let first = 0; first < rows; first += stripRows) {
        const count = min(stripRows, rows - first)
        const above = first * strideRows
        let padded = scratch
        if (whole) padded = source + <usize>above * pitch
        else {
          const paddedRows = (count - 1) * strideRows + reach
          memory.fill(padded, 0, <usize>paddedRows * pitch)
          placeLanes(source, padded, height, width, channels, multiplier, top - above, left, paddedRows, paddedWidth)
        }
        const gradient = dy + <usize>(image * rows + first) * dyRow
        for (let r = 0; r < tapRows; r += 3) {
          for (let t = 0; t < tapColumns; t += 3) {
            for (let lane = 0; lane < lanes; lane += 8) {
              const offset = (<usize>lane) << 2
              nineTaps(
                padded + <usize>(r * dilationRows) * pitch + <usize>(t * dilationColumns) * pixel + offset,
                <usize>strideColumns * pixel,
                <usize>strideRows * pitch,
                min(3, tapRows - r),
                min(3, tapColumns - t),
                <usize>dilationRows * pitch,
                <usize>dilationColumns * pixel,
                gradient + offset,
                pixel,
                count,
                places,
                target + <usize>(r * tapColumns + t) * pixel + offset,
                <usize>tapColumns * pixel,
                lanes - lane,
              )
            }
          }
        }
      }
    }
  }
}

/** Sums of eight lanes for up to 3 × 3 taps, over rows × places. Of fewer taps the last is summed again, and not kept. */
function nineTaps(
  x: usize,
  placeStep: usize,
  rowStep: usize,
  tapRows: i32,
  tapColumns: i32,
  tapRowStep: usize,
  tapStep: usize,
  dy: usize,
  dyStep: usize,
  rows: i32,
  places: i32,
  out: usize,
  outRow: usize,
  lanes: i32,
): void {
  const zero = f32x4.splat(0)
  let c00 = zero
  let c01 = zero
  let c10 = zero
  let c11 = zero
  let c20 = zero
  let c21 = zero
  let c30 = zero
  let c31 = zero
  let c40 = zero
  let c41 = zero
  let c50 = zero
  let c51 = zero
  let c60 = zero
  let c61 = zero
  let c70 = zero
  let c71 = zero
  let c80 = zero
  let c81 = zero
  const second = <usize>min(1, tapColumns - 1) * tapStep
  const third = <usize>min(2, tapColumns - 1) * tapStep
  const secondRow = <usize>min(1, tapRows - 1) * tapRowStep
  const thirdRow = <usize>min(2, tapRows - 1) * tapRowStep
  const jump = rowStep - <usize>places * placeStep
  for (let row = rows; row > 0; row--) {
    for (let place = places; place > 0; place--) {
      const d0 = v128.load(dy)
      const d1 = v128.load(dy, 16)
      c00 = madd(v128.load(x), d0, c00)
      c01 = madd(v128.load(x, 16), d1, c01)
      let a = x + second
      c10 = madd(v128.load(a), d0, c10)
      c11 = madd(v128.load(a, 16), d1, c11)
      a = x + third
      c20 = madd(v128.load(a), d0, c20)
      c21 = madd(v128.load(a, 16), d1, c21)
      let b = x + secondRow
      c30 = madd(v128.load(b), d0, c30)
      c31 = madd(v128.load(b, 16), d1, c31)
      a = b + second
      c40 = madd(v128.load(a), d0, c40)
      c41 = madd(v128.load(a, 16), d1, c41)
      a = b + third
      c50 = madd(v128.load(a), d0, c50)
      c51 = madd(v128.load(a, 16), d1, c51)
      b = x + thirdRow
      c60 = madd(v128.load(b), d0, c60)
      c61 = madd(v128.load(b, 16), d1, c61)
      a = b + second
      c70 = madd(v128.load(a), d0, c70)
      c71 = madd(v128.load(a, 16), d1, c71)
      a = b + third
      c80 = madd(v128.load(a), d0, c80)
      c81 = madd(v128.load(a, 16), d1, c81)
      x += placeStep
      dy += dyStep
    }
    x += jump
  }
  const next = dyStep
  addLanes(out, c00, c01, lanes)
  if (tapColumns > 1) addLanes(out + next, c10, c11, lanes)
  if (tapColumns > 2) addLanes(out + 2 * next, c20, c21, lanes)
  if (tapRows < 2) return
  out += outRow
  addLanes(out, c30, c31, lanes)
  if (tapColumns > 1) addLanes(out + next, c40, c41, lanes)
  if (tapColumns > 2) addLanes(out + 2 * next, c50, c51, lanes)
  if (tapRows < 3) return
  out += outRow
  addLanes(out, c60, c61, lanes)
  if (tapColumns > 1) addLanes(out + next, c70, c71, lanes)
  if (tapColumns > 2) addLanes(out + 2 * next, c80, c81, lanes)
}

/** out [numbers] = sums of `count` neighbours of x [numbers · count]. Items: numbers. */
export function sumNeighbours(x: usize, out: usize, count: i32, scratch: usize, from: i32, to: i32): void {
  for (let item = from; item < to; item++) {
    let sum: f32 = 0
    for (let i = 0; i < count; i++) sum += load<f32>(x + ((<usize>(item * count + i)) << 2))
    store<f32>(out + ((<usize>item) << 2), sum)
  }
}
