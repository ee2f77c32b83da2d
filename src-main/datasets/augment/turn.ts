/**
 * Writes the image `source` [h, w, c], turned clockwise about its centre by so many degrees, into `out` from `at`. Values
 * between pixels are bilinear, and all beyond the image is 0: SciPy's ndimage.rotate(-degrees, order=1, mode='grid-constant').
 */
export function turn(
  source: Float32Array,
  out: Float32Array,
  at: number,
  [height = 1, width = 1, channels = 1]: readonly number[],
  degrees: number,
): void {
  const angle = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2]
  const row = width * channels
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sourceX = middleX + cos * (x - middleX) + sin * (y - middleY)
      const sourceY = middleY - sin * (x - middleX) + cos * (y - middleY)
      const left = Math.floor(sourceX)
      const top = Math.floor(sourceY)
      // A corner beyond the image weighs 0, and is read where the image has a pixel.
      const inRight = left >= -1 && left < width - 1 ? sourceX - left : 0
      const inLeft = left >= 0 && left < width ? 1 - sourceX + left : 0
      const inBottom = top >= -1 && top < height - 1 ? sourceY - top : 0
      const inTop = top >= 0 && top < height ? 1 - sourceY + top : 0
      const x0 = inLeft === 0 ? 0 : left * channels
      const x1 = inRight === 0 ? 0 : (left + 1) * channels
      const y0 = inTop === 0 ? 0 : top * row
      const y1 = inBottom === 0 ? 0 : (top + 1) * row
      const to = at + y * row + x * channels
      for (let c = 0; c < channels; c++) {
        out[to + c] =
          inTop * (inLeft * (source[y0 + x0 + c] ?? 0) + inRight * (source[y0 + x1 + c] ?? 0)) +
          inBottom * (inLeft * (source[y1 + x0 + c] ?? 0) + inRight * (source[y1 + x1 + c] ?? 0))
      }
    }
  }
}
