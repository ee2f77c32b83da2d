import { addToOutput, panelColumns, panelRow, tile, tileRoom, tileRows } from './tile'

/**
 * Copies one image into `padded`, [paddedRows, paddedWidth, channels], its first row at `top` and its first column at
 * `left` (both may be negative: then it is cut). Only what the image covers is written.
 */
export function placeImage(
  image: usize,
  padded: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  paddedRows: i32,
  paddedWidth: i32,
): void {
  const pixel = (<usize>channels) << 2
  const firstRow = max(0, top)
  const lastRow = min(paddedRows, height + top)
  const firstColumn = max(0, left)
  const lastColumn = min(paddedWidth, width + left)
  if (lastColumn <= firstColumn) return
  const bytes = <usize>(lastColumn - firstColumn) * pixel
  for (let row = firstRow; row < lastRow; row++) {
    memory.copy(
      padded + <usize>(row * paddedWidth + firstColumn) * pixel,
      image + <usize>((row - top) * width + firstColumn - left) * pixel,
      bytes,
    )
  }
}

/**
 * As placeImage, with the columns of a padded row in the order in which a filter dilated by `dilation` meets them: those
 * with remainder 0 first, then those with 1 and so on, `part` of each. So a filter's taps are neighbours again.
 */
export function placeByRemainder(
  image: usize,
  padded: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  paddedRows: i32,
  paddedWidth: i32,
  dilation: i32,
  part: i32,
): void {
  const pixel = (<usize>channels) << 2
  const lastColumn = min(paddedWidth, width + left)
  for (let row = max(0, top); row < min(paddedRows, height + top); row++) {
    const from = image + <usize>((row - top) * width - left) * pixel
    const to = padded + <usize>(row * dilation * part) * pixel
    for (let column = max(0, left); column < lastColumn; column++) {
      const place = (column % dilation) * part + column / dilation
      memory.copy(to + <usize>place * pixel, from + <usize>column * pixel, pixel)
    }
  }
}

/**
 * A convolution of volumes [slices, height, width, channels] (an image has one slice) with filters packed by packPanels,
 * those of each slice of taps by themselves. The place (s, i, j) goes to s · outSliceStep + i · outRowStep +
 * j · outPlaceStep of its volume's output. Columns are either dilated or a stride apart. Places of `group` images make
 * tiles together while a panel passes; volumes come one by one. Items: output slices of all volumes.
 */
export function convolve(
  x: usize,
  panels: usize,
  out: usize,
  slices: i32,
  height: i32,
  width: i32,
  channels: i32,
  front: i32,
  top: i32,
  left: i32,
  tapSlices: i32,
  tapRows: i32,
  tapColumns: i32,
  strideSlices: i32,
  strideRows: i32,
  strideColumns: i32,
  dilationSlices: i32,
  dilationRows: i32,
  dilationColumns: i32,
  outSlices: i32,
  rows: i32,
  places: i32,
  filters: i32,
  outVolumeBytes: usize,
  outSliceStep: usize,
  outRowStep: usize,
  outPlaceStep: usize,
  bias: usize,
  mode: i32,
  group: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const outputs = scratch
  const room = scratch + tileRoom
  const paddedRows = (rows - 1) * strideRows + (tapRows - 1) * dilationRows + 1
  const paddedWidth = (places - 1) * strideColumns + (tapColumns - 1) * dilationColumns + 1
  const part = (paddedWidth + dilationColumns - 1) / dilationColumns
  const pixel = (<usize>channels) << 2
  const sliceBytes = <usize>(height * width) * pixel
  const plain = dilationColumns == 1
  const whole = plain && top == 0 && left == 0 && paddedRows <= height && paddedWidth == width
  const pitch = <usize>(part * dilationColumns) * pixel
  const paddedBytes = whole ? sliceBytes : <usize>paddedRows * pitch
  if (!whole) memory.fill(room, 0, <usize>group * paddedBytes)
  const run = tapColumns * channels
  const panelBytes = <usize>(tapRows * run * panelRow)
  const tapSliceBytes = <usize>((filters + panelColumns - 1) / panelColumns) * panelBytes
  for (let item = from; item < to; item += group) {
    const images = min(group, to - item)
    const total = images * rows * places
    const target = out + <usize>(item / outSlices) * outVolumeBytes + <usize>(item % outSlices) * outSliceStep
    let finish = mode
    let fresh = true
    for (let tap = 0; tap < tapSlices; tap++) {
      const slice = (item % outSlices) * strideSlices + tap * dilationSlices - front
      if (slice < 0 || slice >= slices) continue
      const source = x + <usize>((item / outSlices) * slices + slice) * sliceBytes
      let padded = room
      if (whole) padded = source
      else {
        for (let i = 0; i < images; i++) {
          const image = source + <usize>i * sliceBytes
          const own = room + <usize>i * paddedBytes
          if (plain) placeImage(image, own, height, width, channels, top, left, paddedRows, paddedWidth)
          else placeByRemainder(image, own, height, width, channels, top, left, paddedRows, paddedWidth, dilationColumns, part)
        }
      }
      for (let first = 0; first < filters; first += panelColumns) {
        const panel = panels + <usize>tap * tapSliceBytes + <usize>(first / panelColumns) * panelBytes
        const columns = min(panelColumns, filters - first)
        let row = 0
        let place = 0
        let image = 0
        for (let at = 0; at < total; at += tileRows) {
          const count = min(tileRows, total - at)
          const starts = outputs + 32
          for (let i = 0; i < tileRows; i++) {
            const slot = (<usize>i) << 2
            const column = plain ? place * strideColumns : (place % dilationColumns) * part + place / dilationColumns
            const start = padded + <usize>image * paddedBytes + <usize>(row * strideRows) * pitch + <usize>column * pixel
            store<u32>(starts + slot, <u32>start)
            const output = target + <usize>image * outVolumeBytes + <usize>row * outRowStep + <usize>place * outPlaceStep
            store<u32>(outputs + slot, <u32>output)
            if (i < count - 1 || (i == count - 1 && at + count < total)) {
              place++
              if (place == places) {
                place = 0
                row++
                if (row == rows) {
                  row = 0
                  image++
                }
              }
            }
          }
          tile(
            <usize>load<u32>(starts),
            <usize>load<u32>(starts, 4),
            <usize>load<u32>(starts, 8),
            <usize>load<u32>(starts, 12),
            <usize>load<u32>(starts, 16),
            <usize>load<u32>(starts, 20),
            tapRows,
            run,
            <usize>dilationRows * pitch,
            panel,
            outputs,
            (<usize>first) << 2,
            count,
            columns,
            bias,
            finish,
          )
        }
      }
      fresh = false
      finish = addToOutput
    }
    if (fresh) clear(target, rows, places, outRowStep, outPlaceStep, (<usize>filters) << 2)
  }
}

/** What no tap meets. */
function clear(out: usize, rows: i32, places: i32, rowStep: usize, placeStep: usize, bytes: usize): void {
  for (let row = 0; row < rows; row++) {
    for (let place = 0; place < places; place++) {
      memory.fill(out + <usize>row * rowStep + <usize>place * placeStep, 0, bytes)
    }
  }
}

/**
 * `convolve` for images of few places and filters of many channels: a tile is one place of six images, and what would
 * meet padding is left out instead of being multiplied by zeros. Every place must meet the image. Items: blocks of `block` images × panels, the panel
 * changing fastest.
 */
export function convolveClipped(
  x: usize,
  panels: usize,
  out: usize,
  images: i32,
  block: i32,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  tapRows: i32,
  tapColumns: i32,
  strideRows: i32,
  strideColumns: i32,
  rows: i32,
  places: i32,
  filters: i32,
  outImageBytes: usize,
  outRowStep: usize,
  outPlaceStep: usize,
  bias: usize,
  mode: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const outputs = scratch
  const pixel = (<usize>channels) << 2
  const imageBytes = <usize>(height * width) * pixel
  const panelCount = (filters + panelColumns - 1) / panelColumns
  const tapBytes = <usize>(channels * panelRow)
  for (let item = from; item < to; item++) {
    const start = (item / panelCount) * block
    const end = min(images, start + block)
    const panel = panels + <usize>((item % panelCount) * tapRows * tapColumns) * tapBytes
    const filter = (item % panelCount) * panelColumns
    for (let row = 0; row < rows; row++) {
      const above = row * strideRows - top
      const firstTap = max(0, -above)
      const lastTap = min(tapRows, height - above) - 1
      for (let place = 0; place < places; place++) {
        const ahead = place * strideColumns - left
        const firstColumn = max(0, -ahead)
        const run = (min(tapColumns, width - ahead) - firstColumn) * channels
        const target = out + <usize>row * outRowStep + <usize>place * outPlaceStep
        for (let tap = firstTap; tap <= lastTap; tap++) {
          const own = panel + <usize>(tap * tapColumns + firstColumn) * tapBytes
          const pixels = x + <usize>((above + tap) * width + ahead + firstColumn) * pixel
          const finish = (tap == firstTap ? 0 : addToOutput) | (tap == lastTap ? mode : 0)
          for (let image = start; image < end; image += tileRows) {
            const count = min(tileRows, end - image)
            for (let i = 0; i < count; i++) {
              store<u32>(outputs + ((<usize>i) << 2), <u32>(target + <usize>(image + i) * outImageBytes))
            }
            const a = pixels + <usize>image * imageBytes
            tile(
              a,
              a + <usize>min(1, count - 1) * imageBytes,
              a + <usize>min(2, count - 1) * imageBytes,
              a + <usize>min(3, count - 1) * imageBytes,
              a + <usize>min(4, count - 1) * imageBytes,
              a + <usize>min(5, count - 1) * imageBytes,
              1,
              run,
              (<usize>run) << 2,
              own,
              outputs,
              (<usize>filter) << 2,
              count,
              min(panelColumns, filters - filter),
              bias,
              finish,
            )
          }
        }
      }
    }
  }
}
