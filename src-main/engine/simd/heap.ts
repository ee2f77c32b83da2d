import { UserError } from '../../../shared/errors.ts'

const pageBytes = 65_536
/** What 32 bits can address. */
const heapLimit = 65_536 * pageBytes
/** Below it lie the constants of the kernels' module. */
const firstByte = pageBytes
/** The memory grows by this much at least: growing is dear. */
const growthBytes = 16 * 2 ** 20
/** Kernels read up to this many bytes beyond the last number of a tensor; they never store them. */
const slack = 64

/**
 * Allocates the memory that tensors and kernels share.
 *
 *   0        64 KiB                                    #top                    limit
 *   │ constants │ block │ free block │ block │ block ... │ not allocated yet ...  │
 *
 * Blocks come in classes of size, eight to each power of two, and a freed block serves the next request of its class: a
 * training step asks for the same sizes over and over, so after the first step the memory stops growing.
 */
export class Heap {
  readonly memory: WebAssembly.Memory
  readonly #limit: number
  /** Addresses of the free blocks of each class, by its size in bytes. */
  readonly #free = new Map<number, number[]>()
  /** The size of each allocated block, by its address. */
  readonly #allocated = new Map<number, number>()
  #top = firstByte
  #size = firstByte
  #inUse = 0
  #buffer: SharedArrayBuffer

  /** @param limit bytes it may grow to */
  constructor(limit = heapLimit) {
    this.#limit = Math.min(limit, heapLimit)
    const maximum = Math.ceil(this.#limit / pageBytes)
    this.memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true })
    this.#buffer = this.memory.buffer
  }

  /** Bytes in allocated blocks, including their unused ends. */
  get bytesInUse(): number {
    return this.#inUse
  }

  /** About the most bytes that were ever allocated at once. */
  get bytesReserved(): number {
    return this.#top
  }

  /**
   * @returns the address of a block of at least `bytes`, at a multiple of 64, with arbitrary content
   * @throws UserError when the memory cannot grow that far
   */
  allocate(bytes: number): number {
    const size = blockSize(bytes + slack)
    const address = this.#free.get(size)?.pop() ?? this.#extend(size) ?? this.#largerFree(size)
    if (address === undefined) throw this.#exhausted(bytes)
    this.#allocated.set(address, size)
    this.#inUse += size
    return address
  }

  /** @throws Error for an address that is not that of an allocated block: two tensors would share a block freed twice */
  free(address: number): void {
    const size = this.#allocated.get(address)
    if (size === undefined)
      throw new Error(`While freeing memory of a tensor: no block is allocated at address ${address}.`)
    this.#allocated.delete(address)
    this.#inUse -= size
    const list = this.#free.get(size)
    if (list === undefined) this.#free.set(size, [address])
    else list.push(address)
  }

  floats(address: number, length: number): Float32Array<SharedArrayBuffer> {
    return new Float32Array(this.#buffer, address, length)
  }

  integers(address: number, length: number): Int32Array<SharedArrayBuffer> {
    return new Int32Array(this.#buffer, address, length)
  }

  /** Makes a new block at the end. @returns undefined beyond the limit */
  #extend(size: number): number | undefined {
    const end = this.#top + size
    if (end > this.#limit) return undefined
    if (end > this.#size && !this.#grow(end)) return undefined
    const address = this.#top
    this.#top = end
    return address
  }

  #grow(end: number): boolean {
    for (const wanted of [Math.min(this.#limit, this.#size + growthBytes), end]) {
      const pages = Math.ceil((Math.max(wanted, end) - this.#size) / pageBytes)
      try {
        this.memory.grow(pages)
      } catch {
        continue
      }
      this.#size += pages * pageBytes
      this.#buffer = this.memory.buffer
      return true
    }
    return false
  }

  /** At the limit, a free block of a larger class serves. From then on it belongs to the smaller class, and its rest is lost. */
  #largerFree(size: number): number | undefined {
    const larger = [...this.#free]
      .filter(([own, list]) => own > size && list.length > 0)
      .sort(([a], [b]) => a - b)
    return larger[0]?.[1].pop()
  }

  #exhausted(bytes: number): UserError {
    return new UserError(
      `While making a tensor: ${mebibytes(bytes)} MiB more do not fit into the ${mebibytes(this.#limit)} MiB that this device can hold (${mebibytes(this.#inUse)} MiB are taken); choose a smaller batch or a smaller model.`,
    )
  }
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 3 : 0)

/** Up to 512 bytes in steps of 64, above in eighths of the power of two below. */
function blockSize(bytes: number): number {
  const step = bytes <= 512 ? 64 : 2 ** (Math.floor(Math.log2(bytes - 1)) - 3)
  return Math.ceil(bytes / step) * step
}
