import { UserError } from '../../../shared/errors.ts'
import { NotRecordable } from '../notRecordable.ts'
import { FreeBlocks } from './freeBlocks.ts'

const pageBytes = 65_536
/** What 32 bits can address. */
const heapLimit = 65_536 * pageBytes
/** Below it lie the constants of the kernels' module. */
const firstByte = pageBytes
/** The memory grows by this much at least: growing is dear. */
const growthBytes = 16 * 2 ** 20
/** Kernels read, and fill, up to this many bytes beyond the last number of a tensor; no result comes of them. */
const slack = 64
/** Blocks begin at multiples of it. */
const alignment = 64

/** Stands in for the memory and for the kernels that work on it while a step is only traced; see trace.ts. */
export interface Tracing {
  allocate(bytes: number): number
  free(address: number): void
  dispatch(job: Job): void
}

/** A kernel, and all that it is told. */
export interface Job {
  readonly kernel: string
  readonly parameters: readonly number[]
  readonly items: number
  /** Items at a time. */
  readonly chunk: number
  /** Of working memory for each thread. */
  readonly scratchBytes: number
  readonly slices?: Slices | undefined
}

/**
 * Of a kernel whose items are cut like the leading axis of some tensors: items k·n up to (k+1)·n read and write of these
 * slice k alone, where n is the number of items over the number of slices. Whatever else a kernel is pointed to, it only reads.
 */
export interface Slices {
  /** Length of the leading axis. */
  readonly count: number
  /** Places of the parameters that point to such tensors: of those that are only read, and of those that are written. */
  readonly reads: readonly number[]
  readonly writes: readonly number[]
}

/** Addresses from here on are those of traced blocks, which have no memory. */
export const firstTracedAddress = 2 ** 33

/** @throws Error for the address of a traced block: a kernel that is told one would write into another tensor's memory */
export function realAddress(address: number): number {
  if (address < firstTracedAddress) return address
  throw new Error(
    'A tensor that was made while a step was only traced has no numbers; something kept it beyond the trace.',
  )
}

/**
 * Allocates the memory that tensors and kernels share.
 *
 *   0        64 KiB                                    #top                    limit
 *   │ constants │ block │ free block │ block │ block ... │ not allocated yet ...  │
 *
 * A request is served by the smallest free block that it fits into, the lowest of several; what it leaves of it stays free.
 * Free neighbours are joined. The same requests in the same order get the same addresses.
 */
export class Heap {
  readonly memory: WebAssembly.Memory
  /** What stands in for the memory at the moment, if anything does. */
  tracing: Tracing | undefined
  readonly #limit: number
  readonly #free = new FreeBlocks()
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

  /** The most bytes that blocks have reached so far. */
  get bytesReserved(): number {
    return this.#top
  }

  /**
   * @returns the address of a block of at least `bytes`, at a multiple of 64, with arbitrary content
   * @throws UserError when the memory cannot grow that far
   */
  allocate(bytes: number): number {
    if (this.tracing !== undefined) return this.tracing.allocate(bytes)
    const size = Math.ceil((bytes + slack) / alignment) * alignment
    const address = this.#free.take(size) ?? this.#extend(size)
    if (address === undefined) throw this.#exhausted(bytes)
    this.#allocated.set(address, size)
    this.#inUse += size
    return address
  }

  /** @throws Error for an address that is not that of an allocated block: two tensors would share a block freed twice */
  free(address: number): void {
    if (address >= firstTracedAddress) {
      this.tracing?.free(address)
      return
    }
    const size = this.#allocated.get(address)
    if (size === undefined)
      throw new Error(`While freeing memory of a tensor: no block is allocated at address ${address}.`)
    this.#allocated.delete(address)
    this.#inUse -= size
    this.#free.add(address, size)
  }

  floats(address: number, length: number): Float32Array<SharedArrayBuffer> {
    return new Float32Array(this.#buffer, this.#real(address), length)
  }

  integers(address: number, length: number): Int32Array<SharedArrayBuffer> {
    return new Int32Array(this.#buffer, this.#real(address), length)
  }

  /** @throws NotRecordable while a step is traced: what JavaScript reads or writes then would be missing from the record */
  #real(address: number): number {
    if (this.tracing !== undefined) throw new NotRecordable('JavaScript asks for the numbers of a tensor')
    return realAddress(address)
  }

  /** Makes a block that ends beyond all others; a free one at the end becomes its beginning. @returns undefined beyond the limit */
  #extend(size: number): number | undefined {
    const last = this.#free.endingAt(this.#top)
    const address = last ?? this.#top
    const end = address + size
    if (end > this.#limit) return undefined
    if (end > this.#size && !this.#grow(end)) return undefined
    if (last !== undefined) this.#free.remove(last)
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

  #exhausted(bytes: number): UserError {
    return new UserError(
      `While making a tensor: ${mebibytes(bytes)} MiB more do not fit into the ${mebibytes(this.#limit)} MiB that this device can hold (${mebibytes(this.#inUse)} MiB are taken); choose a smaller batch or a smaller model.`,
    )
  }
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 3 : 0)
