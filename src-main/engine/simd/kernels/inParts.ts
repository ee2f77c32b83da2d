import type { SimdBackend } from '../backend.ts'

interface Sums {
  readonly parts: number
  /** Numbers of a sum. */
  readonly size: number
  /** Address of what the parts' sums come to. */
  readonly to: number
}

/**
 * Sums that are taken in parts, which depend on shapes alone, and joined in the parts' order.
 * @param sumEach sums each part to `partial`, one behind another
 */
export function inParts(
  backend: SimdBackend,
  { parts, size, to }: Sums,
  sumEach: (partial: number) => void,
): void {
  const partial = parts === 1 ? to : backend.heap.allocate(parts * size * 4)
  sumEach(partial)
  if (parts === 1) return
  backend.pool.dispatch('sumParts', [partial, to, parts, size], size, 4096)
  backend.heap.free(partial)
}
