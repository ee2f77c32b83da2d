import type { RecordingBackend } from './backend.ts'

/** As tfjs has it for tensors: a buffer may become one's, and be given back with it. */
const tensorUsage = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST

/** Buffers of tfjs's own store that recorded steps have for their time, all of them the same ones: one step follows another. */
export class Arena {
  readonly #backend: RecordingBackend
  readonly #bySize = new Map<number, GPUBuffer[]>()

  constructor(backend: RecordingBackend) {
    this.#backend = backend
  }

  /** @returns one buffer for each size; another call may be given the same ones */
  share(sizes: readonly number[]): GPUBuffer[] {
    const taken = new Map<number, number>()
    return sizes.map((size) => {
      const place = taken.get(size) ?? 0
      taken.set(size, place + 1)
      const ofSize = this.#bySize.get(size) ?? []
      this.#bySize.set(size, ofSize)
      const buffer = ofSize[place] ?? this.own(size)
      ofSize[place] = buffer
      return buffer
    })
  }

  /** @returns a buffer that nobody else has */
  own(size: number): GPUBuffer {
    return this.#backend.bufferManager.acquireBuffer(size, tensorUsage())
  }

  /** Frees what tfjs's store has of such sizes for later tensors. Commands that name them must have been submitted. */
  shrinkStore(sizes: Iterable<number>): void {
    const { bufferManager } = this.#backend
    for (const size of new Set(sizes)) {
      let before = 0
      do {
        before = bufferManager.getNumFreeBuffers()
        bufferManager.releaseBuffer(this.own(size), false)
      } while (bufferManager.getNumFreeBuffers() < before)
    }
  }

  giveBack(buffers: Iterable<GPUBuffer>): void {
    for (const buffer of buffers) this.#backend.bufferManager.releaseBuffer(buffer)
  }

  /** Gives back what is shared. */
  clear(): void {
    for (const buffers of this.#bySize.values()) this.giveBack(buffers)
    this.#bySize.clear()
  }
}
