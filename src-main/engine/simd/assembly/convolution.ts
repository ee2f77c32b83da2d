import { panelColumns, panelRow, tile, tileRoom, tileRows } from './tile'

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
 * A convolution of images [height, width, channels] with a packed filter of tapRows × tapColumns taps. The place (i, j)
 * of the rows × places it computes goes to i · outRowStep + j · outPlaceStep of its image's output. Items: images.
 */
export function convolve(
  x: usize,
  panels: usize,
  out: usize,
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
  let padded = scratch + tileRoom
  const paddedRows = (rows - 1) * strideRows + tapRows
  const paddedWidth = (places - 1) * strideColumns + tapColumns
  const pixel = (<usize>channels) << 2
  const imageBytes = <usize>(height * width) * pixel
  const whole = top == 0 && left == 0 && paddedRows <= height && paddedWidth == width
  if (!whole) memory.fill(padded, 0, <usize>(paddedRows * paddedWidth) * pixel)
  const pitch = <usize>paddedWidth * pixel
  const run = tapColumns * channels
  const panelBytes = <usize>(tapRows * run * panelRow)
  const total = rows * places
  for (let image = from; image < to; image++) {
    const source = x + <usize>image * imageBytes
    if (whole) padded = source
    else placeImage(source, padded, height, width, channels, top, left, paddedRows, paddedWidth)
    const target = out + <usize>image * outImageBytes
    for (let first = 0; first < filters; first += panelColumns) {
      const panel = panels + <usize>(first / panelColumns) * panelBytes
      const columns = min(panelColumns, filters - first)
      let row = 0
      let place = 0
      for (let at = 0; at < total; at += tileRows) {
        const count = min(tileRows, total - at)
        const starts = outputs + 32
        for (let i = 0; i < tileRows; i++) {
          const slot = (<usize>i) << 2
          store<u32>(starts + slot, <u32>(padded + <usize>(row * strideRows) * pitch + <usize>(place * strideColumns) * pixel))
          store<u32>(outputs + slot, <u32>(target + <usize>row * outRowStep + <usize>place * outPlaceStep))
          if (i < count - 1 || (i == count - 1 && at + count < total)) {
            place++
            if (place == places) {
              place = 0
              row++
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
          pitch,
          panel,
          outputs,
          (<usize>first) << 2,
          count,
          columns,
          bias,
          mode,
        )
      }
    }
  }
}
