import { simdBackend } from '../../../../src-main/engine/simd/load.ts'

/**
 * From now on every block that the current backend allocates begins as numbers that are none, its slack too: whatever a
 * kernel reads before it was written, or beyond it, shows in a result.
 */
export function poisonNewBlocks(): void {
  const { heap } = simdBackend()
  if (poisoned.has(heap)) return
  poisoned.add(heap)
  const allocate = heap.allocate.bind(heap)
  heap.allocate = (bytes) => {
    const address = allocate(bytes)
    // What is only traced has no memory.
    if (heap.tracing === undefined) heap.floats(address, Math.ceil(bytes / 4) + slackNumbers).fill(Number.NaN)
    return address
  }
}

const poisoned = new WeakSet<object>()

/** Beyond the last number of a block. */
const slackNumbers = 16
