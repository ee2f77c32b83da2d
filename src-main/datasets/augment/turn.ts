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
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sourceX = middleX + cos * (x - middleX) + sin * (y - middleY)
      const sourceY = middleY - sin * (x - middleX) + cos * (y - middleY)
      const [left, top] = [Math.floor(sourceX), Math.floor(sourceY)]
      const [right, down] = [sourceX - left, sourceY - top]
      const inLeft = left >= 0 && left < width ? 1 - right : 0
      const inRight = left >= -1 && left < width - 1 ? right : 0
      const inTop = top >= 0 && top < height ? 1 - down : 0
      const inBottom = top >= -1 && top < height - 1 ? down : 0
      const corner = (top * width + left) * channels
      const to = at + (y * width + x) * channels
      for (let c = 0; c < channels; c++) {
        const [first, below] = [corner + c, corner + width * channels + c]
        // A corner beyond the image weighs 0, whatever stands at its place.
        out[to + c] =
          inTop * (inLeft * (source[first] ?? 0) + inRight * (source[first + channels] ?? 0)) +
          inBottom * (inLeft * (source[below] ?? 0) + inRight * (source[below + channels] ?? 0))
      }
    }
  }
}
