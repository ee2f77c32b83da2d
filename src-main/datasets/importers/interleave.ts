/** Three planes of `pixels` levels each, from `from` on, to one image whose pixels have theirs together, at `to`. */
export function interleave(
  planes: Uint8Array | Uint16Array,
  from: number,
  image: Uint8Array | Uint16Array,
  to: number,
  pixels: number,
): void {
  for (let p = 0; p < pixels; p++) {
    image[to + 3 * p] = planes[from + p] ?? 0
    image[to + 3 * p + 1] = planes[from + pixels + p] ?? 0
    image[to + 3 * p + 2] = planes[from + 2 * pixels + p] ?? 0
  }
}
