/* Windows of an image for the kernels of Winograd; see winogradLines.ts. */

/** Copies the pixels of a window of rows × columns at (top, left) of an image, and zeros where it reaches beyond. */
export function copyWindow(
  image: usize,
  height: i32,
  width: i32,
  pixel: usize,
  top: i32,
  left: i32,
  rows: i32,
  columns: i32,
  out: usize,
): void {
  const first = max(0, -left)
  const last = max(first, min(columns, width - left))
  for (let row = 0; row < rows; row++) {
    const y = top + row
    const inside = y >= 0 && y < height
    const start = out + <usize>(inside ? first : columns) * pixel
    const stop = out + <usize>(inside ? last : columns) * pixel
    const end = out + <usize>columns * pixel
    for (; out < start; out += 16) v128.store(out, f32x4.splat(0))
    let from = image + <usize>(y * width + left + first) * pixel
    for (; out < stop; out += 16) {
      v128.store(out, v128.load(from))
      from += 16
    }
    for (; out < end; out += 16) v128.store(out, f32x4.splat(0))
  }
}

/**
 * Where a window of size × size can be read, to the two places before `window`: its address and the pitch of its rows. It
 * is read where it stands if the image covers it, and from a copy in `window` if not.
 */
export function copyOrPoint(
  image: usize,
  height: i32,
  width: i32,
  pixel: usize,
  y0: i32,
  x0: i32,
  size: i32,
  window: usize,
): void {
  if (y0 >= 0 && x0 >= 0 && y0 + size <= height && x0 + size <= width) {
    store<usize>(window - 16, image + <usize>(y0 * width + x0) * pixel)
    store<usize>(window - 8, <usize>width * pixel)
    return
  }
  copyWindow(image, height, width, pixel, y0, x0, size, size, window)
  store<usize>(window - 16, window)
  store<usize>(window - 8, <usize>size * pixel)
}
